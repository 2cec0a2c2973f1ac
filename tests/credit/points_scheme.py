"""An invented scheme with everything that penalty points need, and makers of its records."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from credit.model import Authority, ConductFacts, ListFacts, MeritFacts, Record, RecordKind, Severity
from credit.scheme_files import parse
from credit.scores import ScoredRecord
from tests import factories

TEXT = """
id: sample_points
title: 示例:记分
from: 2024-01-01
sample: true
verified: false
source: 示例
base: 2500
floor: null
ceiling: 3000
bands:
  - {grade: A, title: 良好, from: 2500, to: 3000}
  - {grade: B, title: 合格, from: 0, to: 2499}
  - {grade: S, title: 暂停, from: null, to: -1}
hearing: {state_within: 5, reply_within: 10, source: 示例办法, verified: false}
cycle: {starts: "03-01"}
thresholds:
  - {threshold: year_25, title: 周期内记25分, points: 2500, within: cycle, grade: S, months: 6, source: 示例,
     verified: false}
  - {threshold: once_15, title: 一次记15分, points: 1500, within: once, grade: S, months: 6, source: 示例,
     verified: false}
  - {threshold: three_12, title: 三个月内记12分, points: 1200, within: {months: 3}, grade: B, months: 3, source: 示例,
     verified: false}
merit_cap: 500
groups:
  - {group: honours, title: 表彰, count: 2}
merits:
  - {item: praise, title: 省级表扬, points: 200, months: 12, group: honours, cap: 400, source: 示例, verified: false}
  - {item: city_praise, title: 市级表扬, points: 300, months: 12, not_above: praise, source: 示例, verified: false}
fault_groups:
  - {group: order, title: 纪律, cap: 800}
faults:
  - {item: leaving, title: 擅自离场, points: 1500, conduct: true, source: 示例, verified: false}
  - {item: absent, title: 缺席, points: 1000, conduct: true, veto: {grade: B, months: 3}, source: 示例, verified: false}
  - {item: late, title: 迟到, points: 300, conduct: true, group: order, source: 示例, verified: false}
  - {item: phone, title: 使用手机, points: 400, conduct: true, group: order, count: 1, source: 示例, verified: false}
  - {item: fine, title: 罚款, points: 500, match: {severity: minor}, source: 示例, verified: false}
  - {item: heavy, title: 重罚, points: 1200, match: {severity: serious}, source: 示例, verified: false}
"""
(SCHEME,) = parse("sample_points.yaml", TEXT)
OFFICE = Authority(name="示例市公共资源交易监督管理局")
CLEAN = ("leaving", "absent", "late", "phone")


def conduct(record_id: str, item: str, served: date, **facts: Any) -> ScoredRecord:
    """Conduct under the invented scheme, its 告知书 served on a day; it happened on that day too."""
    given: dict[str, Any] = {
        "scheme": SCHEME.scheme_id, "item": item, "authority": OFFICE, "document_no": f"示告〔2026〕{record_id}号",
        "happened_on": served, "notice_served_on": served, **facts,
    }
    return ScoredRecord(record(record_id, RecordKind.CONDUCT, ConductFacts(**given)))


def praise(record_id: str, item: str, granted: date, scheme: str = SCHEME.scheme_id) -> ScoredRecord:
    """Good conduct under the invented scheme, or under another."""
    facts = MeritFacts(scheme=scheme, item=item, authority=OFFICE, document_no=record_id, granted_on=granted)
    return ScoredRecord(record(record_id, RecordKind.MERIT, facts))


def record(record_id: str, kind: RecordKind, facts: ConductFacts | MeritFacts | ListFacts) -> Record:
    return Record(record_id=record_id, revision=1, kind=kind, entity_id="e1", seq=0, first_seq=0, facts=facts,
                  recorded_at=datetime(2026, 5, 21, tzinfo=UTC))


DAYS = st.dates(date(2024, 6, 1), date(2026, 6, 30))


@st.composite
def faults(draw: st.DrawFn) -> ScoredRecord:
    """Conduct or a penalty, open, kept, dropped or repaired."""
    record_id, day = f"f{draw(st.integers(0, 10**6))}", draw(DAYS)
    if draw(st.booleans()):
        severity = draw(st.sampled_from([Severity.MINOR, Severity.SERIOUS]))
        return ScoredRecord(factories.penalty(record_id, decided_on=day), severity)
    answers: list[dict[str, Any]] = [{}, {"stated_on": day}]
    answers += [{"stated_on": day, "replied_on": day, "upheld": upheld} for upheld in (True, False)]
    stated = draw(st.sampled_from(answers))
    repaired = draw(st.none() | st.dates(day, date(2026, 12, 31)))
    return conduct(record_id, draw(st.sampled_from([*CLEAN, "unknown"])), day, repaired_on=repaired, **stated)


@st.composite
def merits(draw: st.DrawFn) -> ScoredRecord:
    return praise(f"m{draw(st.integers(0, 10**6))}", draw(st.sampled_from(["praise", "city_praise"])), draw(DAYS))


RECORDS = st.lists(faults() | merits(), max_size=10, unique_by=lambda r: r.record.record_id)
