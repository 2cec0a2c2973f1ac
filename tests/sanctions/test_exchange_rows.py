"""Rows on their way: what goes out comes back the same in every form, and no cell is ever run as a formula."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.model import (
    Authority,
    ConductFacts,
    Field,
    ListFacts,
    MeritFacts,
    PenaltyFacts,
    PenaltyKind,
    Procedure,
    Prose,
    RemovalFacts,
    RemovalGround,
    Severity,
    SubjectKind,
)
from sanctions.exchange.carriers import guard, unguard, written
from sanctions.exchange.fields import Form, exchange_set, exchange_sets, words
from sanctions.exchange.reading import ConductRow, MeritRow, RemovalRow, read_file
from sanctions.exchange.rows import Bar, Item, differing, row_of, wan
from sanctions.intake.kinds import KindsRead, read_kinds
from sanctions.intake.outcomes import Accepted, Limits, Parked, Rejected
from sanctions.intake.values import parse_amount
from sanctions.model import ListCode, ListingCommand, PenaltyCommand, Scope
from tests.factories import uscc

TODAY = date(2026, 11, 22)
LIMITS = Limits()
OFFICE = Authority(name="示例市住房和城乡建设局", code="1137019900EX00014E")

words_of = st.text("示例企业甲乙丙壹贰叁事实依据ABCxyz0189=+-@|;,\"'（）〔〕𠮷🏗", min_size=1, max_size=20)
name_of = words_of.map("示例{}有限公司".format)
prose = st.one_of(st.just(""), words_of, st.builds("{}{}\n{}".format, st.sampled_from("=+-@'\"|,"), words_of, words_of))
days = st.dates(date(2015, 1, 1), TODAY)
maybe_day = st.none() | days
numbers = st.builds("示换罚〔{}〕{}号".format, st.integers(2015, 2026), st.integers(1, 99999))
codes = st.builds(uscc, st.integers(0, 900_000))
fen = st.integers(1, 10**12)
bars = st.builds(Bar, st.sampled_from([s.value for s in Scope]), days, maybe_day, st.just("招标投标法 第五十三条"))


@st.composite
def penalties(draw: st.DrawFn) -> Item:
    kinds = draw(st.lists(st.sampled_from(PenaltyKind), min_size=1, max_size=4, unique=True))
    facts = PenaltyFacts(
        authority=OFFICE, document_no=draw(numbers), decided_on=draw(days), kinds=tuple(kinds),
        field=draw(st.none() | st.sampled_from(Field)), source=draw(st.none() | st.just(OFFICE)),
        fine_fen=draw(fen) if PenaltyKind.FINE in kinds else None, confiscated_fen=draw(st.none() | fen),
        procedure=draw(st.sampled_from(Procedure)), severity=draw(st.none() | st.sampled_from(Severity)),
        served_on=draw(maybe_day), corrected_on=draw(maybe_day), performed_on=draw(maybe_day),
        valid_until=draw(maybe_day), publish_until=draw(maybe_day))
    told = Prose(subject_name=draw(name_of), act_type=draw(prose), facts=draw(prose), basis=draw(prose),
                 content=draw(prose), note=draw(st.none() | words_of))
    return Item(facts, told, SubjectKind.LEGAL_PERSON, told.subject_name, draw(codes),
                bars=tuple(draw(st.lists(bars, max_size=3, unique=True))))


def again(name: str, item: Item, form: Form) -> Any:
    """What the other side reads from the file with this one row."""
    made = exchange_set(name)
    return next(iter(read_file(made, written(made, [row_of(made, item)], form), today=TODAY, limits=LIMITS))).got


def of_command(command: PenaltyCommand) -> Item:
    """The item of a command, as receiving would make it of an office that is not registered."""
    facts = PenaltyFacts(**{f: getattr(command, f) for f in (
        "authority", "document_no", "decided_on", "kinds", "field", "source", "fine_fen", "confiscated_fen",
        "procedure", "severity", "served_on", "corrected_on", "performed_on", "valid_until", "publish_until")})
    told = Prose(subject_name=command.subject.name, act_type=command.act_type, facts=command.facts,
                 basis=command.basis, content=command.content, licence=command.licence, note=command.note,
                 legal_representative=command.subject.legal_representative)
    return Item(facts, told, command.subject.kind, command.subject.name, command.subject.code,
                bars=tuple(Bar(r.scope.value, r.first_day, r.last_day, r.basis) for r in command.restrictions))


@settings(max_examples=150, deadline=None)
@given(penalties(), st.sampled_from(exchange_set("17.1").formats))
def test_a_penalty_arrives_as_it_left(item: Item, form: Form) -> None:
    got = again("17.1", item, form)
    assert isinstance(got, Accepted), got
    made = exchange_set("17.1")
    assert differing(made, row_of(made, item), row_of(made, of_command(got.command))) == ()
    assert got.command.fine_fen == item.facts.fine_fen  # type: ignore[union-attr]
    assert {(r.scope, r.first_day, r.last_day) for r in got.command.restrictions} == {b[:3] for b in item.bars}


@settings(max_examples=60, deadline=None)
@given(penalties(), st.sampled_from([Form.CSV, Form.XLSX]))
def test_a_row_of_the_upload_file_is_never_read_as_something_else(item: Item, form: Form) -> None:
    """It is taken with the same amounts and days, or a person is asked; its kinds are those of the file or none."""
    got = again("double_publicity", item, form)
    assert isinstance(got, Accepted | Parked | Rejected)
    if isinstance(got, Accepted):
        facts = item.facts
        assert isinstance(facts, PenaltyFacts)
        assert (got.command.decided_on, set(got.command.kinds)) == (facts.decided_on, set(facts.kinds))
        assert (got.command.fine_fen, got.command.subject.code) == (facts.fine_fen, item.code)


@given(name_of, codes, numbers, days, maybe_day, st.booleans(), st.sampled_from(exchange_set("17.2").formats))
@settings(max_examples=60, deadline=None)
def test_an_entry_arrives_as_it_left(
    name: str, code: str, number: str, day: date, until: date | None, endless: bool, form: Form
) -> None:
    facts = ListFacts(authority=OFFICE, list="wage_arrears", document_no=number, decided_on=day, corrected_on=until,
                      until=None if endless else until, open_end=endless)
    got = again("17.2", Item(facts, Prose(basis="示例依据"), SubjectKind.LEGAL_PERSON, name, code), form)
    assert isinstance(got, ListingCommand), got
    assert (got.list, got.subject.name, got.subject.code) == (ListCode.WAGE_ARREARS, name, code)
    assert (got.decided_on, got.corrected_on, got.until, got.open_end) == (day, until, facts.until, endless)


@given(codes, numbers, numbers, days, st.sampled_from(RemovalGround))
def test_a_removal_names_its_entry(code: str, entry: str, number: str, day: date, ground: RemovalGround) -> None:
    facts = RemovalFacts(authority=OFFICE, entry_id="lst_x", list="tax", document_no=number, decided_on=day,
                         ground=ground)
    held = ListFacts(authority=OFFICE, list="tax", document_no=entry, decided_on=day)
    item = Item(facts, Prose(basis="示例依据"), SubjectKind.LEGAL_PERSON, "示例有限公司", code, entry=held)
    got = again("17.3", item, Form.JSONL)
    assert isinstance(got, RemovalRow), got
    assert (got.entry_document_no, got.code, got.list) == (entry, code, "tax")
    assert (got.given.document_no, got.given.decided_on, got.given.ground) == (number, day, ground)


def test_conduct_takes_its_statement_and_reply_along() -> None:
    facts = ConductFacts(scheme="s", item="i", authority=OFFICE, document_no="示告〔2026〕1号", happened_on=TODAY,
                         notice_served_on=TODAY, stated_on=TODAY, replied_on=TODAY, upheld=False, project="示例工程")
    told = Prose(statement="示例申辩", reply="申辩成立", evidence="示例证据")
    got = again("17.5", Item(facts, told, SubjectKind.LEGAL_PERSON, "示例", uscc(1)), Form.XLSX)
    assert isinstance(got, ConductRow), got
    assert (got.upheld, got.statement, got.reply, got.command.project) == (False, "示例申辩", "申辩成立", "示例工程")
    merit = MeritFacts(scheme="s", item="i", authority=OFFICE, document_no="奖1号", granted_on=TODAY)
    found = again("17.4", Item(merit, Prose(), SubjectKind.LEGAL_PERSON, "示例", uscc(1)), Form.CSV)
    assert isinstance(found, MeritRow)
    assert (found.granted_on, found.valid_until) == (TODAY, None)


def test_a_natural_person_is_a_number_and_a_mask() -> None:
    warned = (PenaltyKind.WARNING,)
    facts = PenaltyFacts(authority=OFFICE, document_no="示罚〔2026〕1号", decided_on=TODAY, kinds=warned)
    told = Prose(subject_name="张三丰", facts="张三丰违反评标纪律。", legal_representative="李四")
    item = Item(facts, told, SubjectKind.NATURAL_PERSON, "张三丰", None, "experts_sample:E1")
    for name in ("double_publicity", "17.1"):
        row = row_of(exchange_set(name), item)
        assert (row["name"], row["facts"], row["legal_representative"]) == ("张**", "张**违反评标纪律。", "")
        assert "张三丰" not in "".join(row.values())
    assert row_of(exchange_set("17.1"), item)["person_ref"] == "experts_sample:E1"
    assert isinstance(again("17.1", item, Form.JSONL), Parked)  # nobody is entered by a mask


@given(st.text("=+-@\t\r '\"a示\n\x00", max_size=8), st.sampled_from(Form))
def test_a_guarded_cell_is_no_formula_and_comes_back(text: str, form: Form) -> None:
    out = guard(text, form)
    if form is Form.CSV:
        assert not out.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard(out, form) == (text if form is Form.JSONL else text.replace("\x00", "\ufffd"))


def test_a_workbook_holds_no_formula() -> None:
    made = exchange_set("17.1")
    rows = [{"name": "=1+1", "facts": "-1", "code": "@x"}]
    book = openpyxl.load_workbook(BytesIO(written(made, rows, Form.XLSX)))
    cells = [cell for line in book.worksheets[0].iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert ("'=1+1" in [c.value for c in cells], "-1" in [c.value for c in cells]) == (True, True)


@given(st.integers(0, 10**17))
def test_an_amount_is_the_same_in_wan(amount: int) -> None:
    assert parse_amount(wan(amount) or "0", "万元") == amount


@pytest.mark.parametrize("kind", PenaltyKind)
def test_the_word_of_a_kind_is_read_as_that_kind(kind: PenaltyKind) -> None:
    read = read_kinds(words("kinds")[kind.value], "", "")
    assert isinstance(read, KindsRead)
    assert read.kinds == (kind,)


def test_the_columns_of_the_upload_file_are_those_seen_in_their_order() -> None:
    titles = [f.title for f in exchange_set("double_publicity").fields]
    assert titles[:3] == ["行政相对人名称", "行政相对人类别", "行政相对人代码_1(统一社会信用代码)"]
    assert titles[13] == "行政处罚决定书文号"
    assert titles[-3:] == ["数据来源单位", "数据来源单位统一社会信用代码", "备注"]
    unseen = [s for s in exchange_sets().values() if s.id != "double_publicity"]
    assert not any(f.verified or f.code for s in unseen for f in s.fields)  # no official code is made up


def cells(**more: str) -> dict[str, str]:
    return {"name": "示例市样本有限公司", "code": uscc(5), "document_no": "示罚〔2026〕5号", "kind_codes": "warning",
            "kinds": "警告", "decided_on": "2026-05-20", "authority": OFFICE.name, **more}


@pytest.mark.parametrize(("more", "column", "code"), [
    ({"restrictions": "mandatory_tender|2026-05-20"}, "限制的行为及起止日期", "restriction_unreadable"),
    ({"restrictions": "everything|2026-05-20||x"}, "限制的行为及起止日期", "unknown_code"),
    ({"kind_codes": "beheading"}, "处罚类别代码(自拟)", "unknown_code"),
    ({"state": "不知道"}, "当前状态", "unknown_word"),
    ({"served_on": "2026年"}, "送达日期", "date_no_day"),
    ({"fine": "十万"}, "罚款金额(万元)", "amount_unreadable"),
    ({"facts": "长" * 2001}, "违法事实", "too_long"),
    ({"facts": "一\x00二"}, "", "not_text"),
])
def test_a_bad_cell_is_told_at_its_column(more: dict[str, str], column: str, code: str) -> None:
    made = exchange_set("17.1")
    data = msgspec.json.encode(cells(**more)) + b"\n"
    got = next(iter(read_file(made, data, today=TODAY, limits=LIMITS))).got
    assert isinstance(got, Rejected), got
    assert (got.column, got.code) == (column, code)


def test_bars_are_never_lost_where_the_kinds_stand_in_words() -> None:
    made = exchange_set("17.1")
    stated = "mandatory_tender|2026-05-20|2027-05-19|招标投标法 第五十三条"
    data = msgspec.json.encode(cells(kind_codes="", restrictions=stated)) + b"\n"
    got = next(iter(read_file(made, data, today=TODAY, limits=LIMITS))).got
    assert isinstance(got, Accepted)
    assert [(r.scope, r.last_day) for r in got.command.restrictions] == [(Scope.MANDATORY_TENDER, date(2027, 5, 19))]
