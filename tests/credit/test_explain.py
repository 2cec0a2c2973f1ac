from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit import explain, scoring
from credit.model import Field, Severity
from credit.scheme_files import load_schemes
from credit.scores import only_shown
from credit.scoring import ScoredRecord
from tests import factories

SCHEME = load_schemes(Path(__file__).parents[2] / "credit" / "rules" / "schemes")["sample_construction"]
DAY = date(2026, 6, 1)
GENERAL = ScoredRecord(factories.penalty("p1", field=Field.CONSTRUCTION), Severity.GENERAL)
COLLUSION = ScoredRecord(factories.penalty("p2", field=Field.CONSTRUCTION), None, ("ban.tendering_law_53",))


@pytest.mark.parametrize(
    ("points", "text"), [(8250, "82.5"), (-3000, "-30"), (5, "0.05"), (0, "0"), (-150, "-1.5"), (412, "4.12")]
)
def test_points_as_people_write_them(points: int, text: str) -> None:
    assert explain.points_text(points) == text


def test_a_sentence_for_every_kind_of_line() -> None:
    awards = [
        ScoredRecord(factories.merit(f"m{i}", item="commendation", granted_on=date(2026, 1, i))) for i in range(1, 4)
    ]
    food = ScoredRecord(factories.penalty("p3", field=Field.FOOD), Severity.SERIOUS)
    found = scoring.score([GENERAL, COLLUSION, food, *awards], SCHEME, DAY)
    texts = [explain.sentence(line) for line in found.lines]
    assert texts[0] == "基础分:70分。"
    assert texts[1].startswith("工程建设领域一般失信行政处罚(示建罚〔2026〕p1号):扣10分,计至2026年11月20日(含当日)")
    assert texts[2].startswith("串通投标(示建罚〔2026〕p2号):扣30分,计至2027年5月20日(含当日)")
    assert texts[3].startswith("串通投标(示建罚〔2026〕p2号):信用等级最高为D级,计至2027年5月20日(含当日)")
    assert texts[4] == "未列入计分项目(示建罚〔2026〕p3号),不影响得分。"
    assert texts[5].startswith("主管部门通报表扬(示建奖〔2026〕m1号):加4分,计至2027年1月1日(含当日)")
    assert texts[7].startswith("主管部门通报表扬(示建奖〔2026〕m3号):已达上限,不再加分")


def test_a_line_cut_by_a_cap_and_the_floor() -> None:
    line = msgspec.structs.replace(
        scoring.score([ScoredRecord(factories.merit())], SCHEME, DAY).lines[1],
        kind=scoring.LineKind.CAPPED,
        points=100,
    )
    assert explain.sentence(line).startswith("工程质量奖项(示建奖〔2026〕m1号):受上限限制,计1分,计至2028年1月10日")
    many = [ScoredRecord(factories.penalty(f"p{i}", field=Field.FIRE), Severity.SERIOUS) for i in range(4)]
    assert explain.sentence(scoring.score(many, SCHEME, DAY).lines[-1]) == "低于最低分,按最低分计:10分。"


def test_summary() -> None:
    assert explain.summary(scoring.score([GENERAL], SCHEME, DAY)) == "2026年6月1日信用得分60分,等级C。"


def test_why_tells_what_came_and_went() -> None:
    before = scoring.score([GENERAL], SCHEME, DAY)
    after = scoring.score([GENERAL, COLLUSION], SCHEME, DAY)
    assert explain.why(before, after) == (
        "得分由60分变为30分(下降30分),等级由C变为D。",
        "新计入:串通投标(示建罚〔2026〕p2号,-30分)。",
        "新计入:串通投标(示建罚〔2026〕p2号,等级最高D级)。",
    )
    assert explain.why(after, before)[:2] == (
        "得分由30分变为60分(上升30分),等级由D变为C。",
        "不再计入:串通投标(示建罚〔2026〕p2号,-30分)。",
    )


def test_why_tells_that_nothing_changed() -> None:
    before = scoring.score([GENERAL], SCHEME, DAY)
    after = scoring.score([GENERAL], SCHEME, date(2026, 6, 2))
    assert explain.why(before, after) == ("得分和等级均未变化。",)


def test_why_tells_of_a_line_that_changed_its_points() -> None:
    awards = [ScoredRecord(factories.merit(f"m{i}", granted_on=date(2026, 1, 10 + i))) for i in range(1, 4)]
    thanks = [ScoredRecord(factories.merit(f"n{i}", item="commendation", granted_on=date(2026, 1, i))) for i in (1, 2)]
    # With three awards the group's 20 leave 4 + 1 for the two commendations; with two awards 4 + 4.
    before = scoring.score([*awards, *thanks], SCHEME, DAY)
    after = scoring.score([*awards[:2], *thanks], SCHEME, DAY)
    assert explain.why(before, after) == (
        "得分由90分变为88分(下降2分),等级由A变为B。",
        "不再计入:工程质量奖项(示建奖〔2026〕m3号,5分)。",
        "主管部门通报表扬(示建奖〔2026〕n2号)由1分变为4分。",
    )


def test_what_moves_nothing_is_not_said_to_count() -> None:
    served = ScoredRecord(factories.conduct(notice_served_on=date(2026, 5, 28)))
    food = ScoredRecord(factories.penalty("p3", field=Field.FOOD), Severity.SERIOUS)
    told = explain.why(scoring.score([], SCHEME, DAY), scoring.score([served, food], SCHEME, DAY))
    assert told == (
        "得分70分不变。",
        "新登记,不影响得分:未列入计分项目(示建罚〔2026〕p3号)。",
        "新登记,处于陈述申辩期,尚未计入:合同履约评价不合格(示建告〔2026〕c1号)。",
    )
    counted = explain.why(scoring.score([served], SCHEME, DAY), scoring.score([served], SCHEME, date(2026, 7, 1)))
    assert counted == ("得分由70分变为65分(下降5分)。", "新计入:合同履约评价不合格(示建告〔2026〕c1号,-5分)。")
    gone = explain.why(scoring.score([served], SCHEME, DAY), scoring.score([], SCHEME, DAY))
    assert gone == ("得分70分不变。", "不再列示:合同履约评价不合格(示建告〔2026〕c1号)。")


@given(st.sets(st.sampled_from(["p1", "p2", "p3", "m1", "c1"])))
def test_lines_of_hidden_records_are_added_up_without_their_names(shown: set[str]) -> None:
    food = ScoredRecord(factories.penalty("p3", field=Field.FOOD), Severity.SERIOUS)
    conduct = ScoredRecord(factories.conduct())
    full = scoring.score([GENERAL, COLLUSION, food, ScoredRecord(factories.merit()), conduct], SCHEME, DAY)
    seen = only_shown(full.lines, shown)
    assert sum(line.points for line in seen) == full.value
    assert {line.record_id for line in seen} - {None} == shown
    named = " ".join(explain.sentence(line) for line in seen)
    assert [x for x in ("p1", "p2", "p3", "m1", "c1") if f"{x}号" in named and x not in shown] == []
