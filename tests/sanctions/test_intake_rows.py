"""What a row keeps, what it leaves out with a warning, and what it never keeps."""

from __future__ import annotations

from datetime import date

import pytest

from credit.model import Severity, SubjectKind
from sanctions.intake import Accepted, Outcome, Parked, Rejected, read
from tests.factories import uscc
from tests.sanctions.intake_files import AUTHORITY, CODE, CONTENT, DAY, FINE, KINDS, NAME, NUMBER, table

TODAY = date(2026, 11, 20)
ID_NUMBER = "89999919000101001" + "X"
GOOD = {
    NAME: "示例甲有限公司",
    CODE: uscc(1),
    NUMBER: "示罚〔2026〕1号",
    KINDS: "警告",
    CONTENT: "警告",
    FINE: "",
    DAY: "2026-05-20",
    AUTHORITY: "示例市财政局",
}


def only(**changed: str) -> Outcome:
    columns = GOOD | changed
    (outcome,) = read(table(list(columns), [list(columns.values())]), today=TODAY)
    return outcome


def accepted(**changed: str) -> Accepted:
    outcome = only(**changed)
    assert isinstance(outcome, Accepted), outcome
    return outcome


def parked(**changed: str) -> Parked:
    outcome = only(**changed)
    assert isinstance(outcome, Parked), outcome
    return outcome


def _valid_id() -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c) * w for c, w in zip(ID_NUMBER, weights, strict=False))
    return ID_NUMBER[:17] + "10X98765432"[total % 11]


def test_today_is_no_future() -> None:
    assert accepted(**{DAY: TODAY.isoformat()}).command.decided_on == TODAY
    outcome = only(**{DAY: "2026-11-21"})
    assert isinstance(outcome, Rejected)
    assert outcome.code == "decided_on_future"


def test_an_optional_cell_that_cannot_be_read_is_named_and_left_out() -> None:
    outcome = accepted(处罚有效期="长期", 公示截止期="2026-13-01", 处罚机关统一社会信用代码="123")
    assert outcome.command.valid_until is None
    assert outcome.command.publish_until is None
    assert outcome.command.authority.code is None
    assert {w.column for w in outcome.warnings} == {"处罚有效期", "公示截止期", "处罚机关统一社会信用代码"}


@pytest.mark.parametrize(("text", "severity"), [("轻微", "minor"), ("一般失信", "general"), ("严重", "serious")])
def test_the_authoritys_own_class_is_taken(text: str, severity: str) -> None:
    assert accepted(失信严重程度=text).command.severity == Severity(severity)


def test_a_class_nobody_knows_is_left_to_the_rules_with_a_warning() -> None:
    outcome = accepted(失信严重程度="较重")
    assert outcome.command.severity is None
    assert [w.code for w in outcome.warnings] == ["severity_unknown"]


def test_a_withdrawn_decision_is_not_imported_again() -> None:
    outcome = only(当前状态="撤销")
    assert isinstance(outcome, Rejected)
    assert outcome.code == "decision_withdrawn"
    assert accepted(当前状态="异议").warnings[0].code == "objected"


def test_a_citizen_number_in_prose_is_blanked_in_what_is_accepted_and_in_what_is_parked() -> None:
    number = _valid_id()
    prose = f"示例人(身份证号{number})在场"
    assert number not in accepted(违法事实=prose).command.facts
    kept = parked(**{"违法事实": prose, DAY: "", "证件号码": number})
    assert number not in repr(kept)
    assert "证件号码未保留" in kept.raw["违法事实"]


def test_a_natural_person_keeps_no_identifier() -> None:
    number = _valid_id()
    kept = parked(**{"行政相对人类别": "自然人", CODE: number, NAME: "示例人甲"})
    assert [m.value for m in kept.missing] == ["person_ref"]
    assert CODE not in kept.raw
    assert number not in repr(kept)


def test_a_sole_trader_is_known_by_category_or_code() -> None:
    assert accepted(行政相对人类别="个体工商户").command.subject.kind is SubjectKind.SOLE_TRADER
    assert accepted().command.subject.kind is SubjectKind.LEGAL_PERSON


def test_a_parked_row_keeps_what_was_written_and_bites_by_its_valid_code() -> None:
    kept = parked(**{NUMBER: "示罚〔2026〕 号", KINDS: "罚款", FINE: "2", "备注": "示例备注"})
    assert kept.code == uscc(1)
    assert kept.raw[NUMBER] == "示罚〔2026〕 号"
    assert kept.raw["备注"] == "示例备注"
    assert kept.decided_on == date(2026, 5, 20)
    assert [t.value for t in kept.touches] == ["government_procurement"]


def test_a_bar_in_the_remark_is_seen_too() -> None:
    assert accepted(备注="一年内禁止参加政府采购活动").command.ban_unread


def test_two_amount_columns_that_differ_go_to_a_person() -> None:
    kept = parked(**{KINDS: "罚款", FINE: "2", "罚款金额(元)": "30000"})
    assert [f.code for f in kept.faults] == ["amount_contradicted"]
    assert accepted(**{KINDS: "罚款", FINE: "2", "罚款金额(元)": "20000"}).command.fine_fen == 2_000_000
