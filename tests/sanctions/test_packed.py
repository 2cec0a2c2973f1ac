"""Packed files come out as they went in, and a table half full finds every code and every bearer of a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from credit.model import Authority, Entity, PenaltyFacts, PenaltyKind, Record, RecordKind, SubjectKind
from sanctions.model import ParkedRow, ParkedState, Restriction, Scope
from sanctions.packed import PackedFiles, Parts, pack, unpack
from tests.factories import uscc

FIRM = uscc(1)
DECIDED = date(2026, 11, 1)


def entity() -> Entity:
    return Entity(entity_id="ent_a", kind=SubjectKind.LEGAL_PERSON, name="示例甲公司", code=FIRM,
                  founded_on=date(2001, 2, 3), representative="ab" * 32, revision=2, seq=7)


def penalty(n: int) -> Record:
    facts = PenaltyFacts(authority=Authority(name="示例机关", code=uscc(2)), document_no=f"示罚{n}号",
                         decided_on=DECIDED, kinds=(PenaltyKind.FINE,), fine_fen=100)
    return Record(record_id=f"pen_{n}", revision=1, kind=RecordKind.PENALTY, entity_id="ent_a", seq=n, first_seq=n,
                  recorded_at=datetime(2026, 11, 2, 3, 4, 5, 678, tzinfo=UTC), facts=facts)


def test_a_file_with_everything_comes_out_as_it_went_in() -> None:
    bar = Restriction(restriction_id="res_a", record_id="pen_1", entity_id="ent_a", scope=Scope.MANDATORY_TENDER,
                      first_day=DECIDED, last_day=None, basis_id="ban.x", basis="示例依据", seq=1)
    waiting = ParkedRow(parked_id="prk_a", revision=1, seq=9, org_code=uscc(2), code=FIRM, row_number=3,
                        row_digest="d", state=ParkedState.OPEN, missing=("kinds",), regimes=())
    parts = Parts(code=FIRM, entity=entity(), records=[penalty(2), penalty(1)], restrictions=[bar], parked=[waiting])
    assert unpack(FIRM, pack(parts)) == parts.file()


def test_a_plain_company_costs_little_and_is_whole() -> None:
    parts = Parts(code=FIRM, entity=entity())
    assert unpack(FIRM, pack(parts)) == parts.file()
    assert len(pack(parts)) < 160  # name 15 bytes, code 18, the token of the representative 64


@given(st.lists(st.sampled_from("甲乙丙丁"), max_size=40), st.integers(0, 8))
def test_every_code_and_every_bearer_of_a_name_is_found(names: Sequence[str], spare: int) -> None:
    files = PackedFiles(len(names) + spare)
    for n, name in enumerate(names):
        files.add(uscc(n + 1), name, b"%d" % n)
    assert len(files) == len(names)
    assert [files.get(uscc(n + 1)) for n in range(len(names))] == [b"%d" % n for n in range(len(names))]
    assert files.get(uscc(5000)) is None
    for wanted in "甲乙丙丁":
        bearers = {uscc(n + 1) for n, name in enumerate(names) if name == wanted}
        assert bearers <= {code for code, _ in files.bearing(wanted)}
