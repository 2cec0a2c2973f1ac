"""The law examples of tests/cases/scoring: one file for each scheme, every expected value worked by hand in a comment.

A record is a penalty {id, decided, field, severity?, kinds?, acts?, served?, valid_until?, repaired?, stage?,
withdrawn?}, a list entry {id, list, decided, removed?}, good conduct {id, merit, granted, valid_until?}, or conduct
{id, conduct, served, stated?, replied?, upheld?, repaired?, withdrawn?}; `scheme` where it belongs to another. `lines`
holds [record, points] without the base. `ends` and `begins` name a record, an item or a threshold with its last or
first day. `value` is the value that counts, `day_value` the day's score where that is another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit.compiled import Compiled
from credit.model import (
    Authority,
    ConductFacts,
    Field,
    ListFacts,
    MeritFacts,
    PenaltyFacts,
    PenaltyKind,
    RecordKind,
    Severity,
    Stage,
)
from credit.ratings import Mean, rate
from credit.scheme_files import load_versions
from credit.scores import Line, LineKind, ScoredRecord
from tests import factories

ROOT = Path(__file__).parents[2]
VERSIONS = load_versions(ROOT / "credit" / "rules" / "schemes")
COMPILED = {name: Compiled(versions[-1]) for name, versions in VERSIONS.items()}
FILES = sorted((ROOT / "tests" / "cases" / "scoring").glob("*.yaml"))
CASES = [(path.stem, case) for path in FILES for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
OFFICE = Authority(name="示例市公共资源交易监督管理局")
NAMES = {"decided": "decided_on", "repaired": "repaired_on", "removed": "removed_on", "granted": "granted_on",
         "stated": "stated_on", "replied": "replied_on"}
CLASSES = {"field": Field, "authority_field": Field, "stage": Stage}


def built(raw: dict[str, Any], scheme: str) -> ScoredRecord:
    """A record of a case."""
    facts = {NAMES.get(key, key): value for key, value in raw.items()}
    facts |= {key: kind(facts[key]) for key, kind in CLASSES.items() if key in facts}
    record_id, severity, acts = facts.pop("id"), facts.pop("severity", None), tuple(facts.pop("acts", ()))
    withdrawn = facts.pop("withdrawn", False)
    made: PenaltyFacts | MeritFacts | ListFacts | ConductFacts
    common = {"authority": OFFICE, "document_no": f"示例〔2026〕{record_id}号"}
    if "conduct" in facts:
        served = facts.pop("served")
        own = {"item": facts.pop("conduct"), "scheme": scheme, "happened_on": served, "notice_served_on": served}
        kind, made = RecordKind.CONDUCT, ConductFacts(**{**common, **own, **facts})
    elif "merit" in facts:
        kind, made = RecordKind.MERIT, MeritFacts(**{**common, "item": facts.pop("merit"), "scheme": scheme, **facts})
    elif "list" in facts:
        kind, made = RecordKind.LIST_ENTRY, ListFacts(**{**common, **facts})
        severity, acts = "serious", (f"list.{facts['list']}",)
    else:
        facts |= {"served_on": facts.pop("served", None),
                  "kinds": tuple(PenaltyKind(k) for k in facts.pop("kinds", ["fine"]))}
        kind, made = RecordKind.PENALTY, PenaltyFacts(**{**common, **facts})
    record = factories.record(record_id, kind, made, withdrawn=withdrawn)
    return ScoredRecord(record, severity and Severity(severity), acts)


@pytest.mark.parametrize(("scheme", "case"), CASES, ids=lambda c: c if isinstance(c, str) else c["name"])
def test_the_sum_is_the_one_worked_by_hand(scheme: str, case: dict[str, Any]) -> None:
    records, day_value = [built(r, scheme) for r in case["records"]], case.get("day_value", case["value"])
    found, made = rate(records, VERSIONS[scheme], case["day"]), COMPILED[scheme]
    assert (found.value, found.grade) == (case["value"], case["grade"])
    assert found.score.value == made.value(made.pack(records), case["day"]).points == day_value
    counted = [x for x in found.score.lines if x.kind is not LineKind.BASE]
    assert [[x.record_id, x.points] for x in counted] == case["lines"]
    for named, title in case.get("titles", {}).items():
        assert {x.title for x in of(counted, named)} == {title}
    for named, day in case.get("ends", {}).items():
        assert {x.last for x in of(counted, named)} == {day}
    for named, day in case.get("begins", {}).items():
        assert {x.first for x in of(counted, named)} == {day}
    for part in {"full", "running"} & set(case):
        assert found.period is not None
        assert getattr(found.period, part) == mean(case[part])


def of(lines: list[Line], named: str) -> Iterator[Line]:
    """The lines of a record, an item or a threshold."""
    return (x for x in lines if x.record_id == named or x.rule.rpartition(".")[2] == named)


def mean(raw: tuple[date, date, int] | None) -> Mean | None:
    return None if raw is None else Mean(first=raw[0], last=raw[1], value=raw[2])


def test_every_scheme_has_its_examples() -> None:
    assert {path.stem for path in FILES} == set(VERSIONS)
