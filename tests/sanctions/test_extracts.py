"""An extract holds what everybody is shown, deltas lead from one to the next, and no changed bit passes the check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.wiring import rules as national
from credit.kernel import merkle
from credit.kernel.checkpoints import sign_checkpoint
from credit.kernel.signing import SigningKey, new_key
from credit.model import SubjectKind
from sanctions.extracts.checks import Checked, Step, check, check_file, newest_lines
from sanctions.extracts.notes import (
    DELTA_NOTE,
    MANIFEST,
    DeltaManifest,
    FileNote,
    Manifest,
    digest,
    place,
    signed,
)
from sanctions.extracts.rows import (
    BANS,
    LOOK_BACKS,
    ExtractRow,
    applied,
    cells,
    differences,
    line,
    mark,
    rows,
    split_lines,
    titles,
)
from sanctions.published import published_restrictions
from tests.sanctions.dossiers import dossier, entity, list_entry, record, restriction

RULES = national()
KEY, STRANGER = new_key("sample.log/1", b"k" * 32), new_key("sample.log/1", b"s" * 32)
LOG = "sample.log/1"
TAX = "tax"


def row(number: int, name: str = "示例建设有限公司") -> ExtractRow:
    key = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    return ExtractRow(
        key=key, list=TAX, name=name, code="91370100MA9A0000X0", kind=SubjectKind.LEGAL_PERSON, authority=None,
        document_no=f"示例〔2026〕{number}号", first_day=date(2026, 1, 1), until=date(2029, 1, 1), until_verified=True,
        stated_until=None, shown_until=date(2029, 1, 1), basis="示例", bars=())


def lines(named: dict[int, str]) -> list[bytes]:
    return sorted((line(row(n, name)) for n, name in named.items()), key=lambda text: mark(text).key)


extracts = st.dictionaries(st.integers(0, 30), st.sampled_from(["示例甲公司", "示例乙公司", "=示例丙公司"]))


@given(st.lists(extracts, min_size=1, max_size=5))
def test_full_and_deltas_give_the_newest_full(history: list[dict[int, str]]) -> None:
    held = lines(history[0])
    for before, after in pairwise(history):
        delta = list(differences(map(mark, lines(before)), lines(after)))
        held = list(applied(held, delta))
        told = b"".join(delta)
        for gone in before.keys() - after.keys():  # of what is no longer shown the key alone is told
            assert f"〔2026〕{gone}号".encode() not in told
    assert held == lines(history[-1])


@given(st.binary(max_size=200), st.lists(st.integers(1, 20)))
def test_lines_come_whole_however_they_are_cut(content: bytes, sizes: list[int]) -> None:
    def pieces() -> Iterator[bytes]:
        at = 0
        for size in sizes:
            yield content[at : at + size]
            at += size
        yield content[at:]

    found = list(split_lines(pieces()))
    assert b"".join(found) == content
    assert all(text.endswith(b"\n") and text.count(b"\n") == 1 for text in found[:-1])


days = st.dates(date(2023, 6, 1), date(2027, 12, 31))
_MAYBE: Any = st.none() | days
penalties = st.fixed_dictionaries({
    "decided_on": days, "fine_fen": st.sampled_from([500_000, 300_000_000]), "repaired_on": _MAYBE,
    "kinds": st.sampled_from([["fine"], ["warning"], ["revoke_licence"]]),
    "stage": st.sampled_from(["decided", "draft"]),
})
entries = st.fixed_dictionaries({
    "list": st.sampled_from(["tax", "wage_arrears", "judgment_defaulter", "construction", "market_regulation"]),
    "decided_on": days, "removed_on": _MAYBE,
})


@settings(max_examples=150, deadline=None)
@given(penalties, entries, days, st.booleans(), st.integers(0, 900), st.sampled_from(list(SubjectKind)))
def test_what_is_in_is_what_everybody_is_shown(
    penalty: dict[str, Any], entry: dict[str, Any], day: date, withdrawn: bool, length: int, kind: SubjectKind
) -> None:
    bar = restriction(**{"from": penalty["decided_on"], "to": penalty["decided_on"] + timedelta(days=length)})
    file = dossier(
        entity=entity(kind=kind), records=(record(withdrawn=withdrawn, **penalty),), restrictions=(bar,),
        listings=(list_entry(withdrawn=withdrawn, **entry),))
    found = list(rows(file, day, RULES))
    if kind is SubjectKind.NATURAL_PERSON:
        assert found == []
    barring = {(one.first_day, one.until) for one in found if one.bars}
    assert barring == {(one.first_day, one.until) for one in published_restrictions(file, day, RULES)}
    for one in found:
        assert one.list in titles(RULES, day) and one.shown_until is not None and day <= one.shown_until
        assert len(cells(line(one), titles(RULES, day))) == 16
        gone = penalty["repaired_on"] is not None and day >= penalty["repaired_on"]
        if one.list == BANS and gone:  # the ban runs on, the decision is no longer shown
            assert (one.authority, one.document_no) == (None, None)
        assert not (one.list == LOOK_BACKS and gone)


def test_no_cell_is_a_formula() -> None:
    sheet = cells(line(row(1, "=HYPERLINK(\"http://example.invalid\")")), {TAX: "@名单"})
    assert sheet[2].startswith("'=") and sheet[0] == "'@名单"


class Held:
    """A saved extract in memory."""

    def __init__(self, name: str, files: dict[str, bytes]) -> None:
        self.name, self.files = name, files

    def names(self) -> Sequence[str]:
        return sorted(self.files)

    def read(self, name: str) -> Iterator[bytes]:
        content = self.files[name]
        yield from (content[at : at + 100] for at in range(0, len(content), 100))

    def but(self, **files: bytes | None) -> Held:
        given = {name.replace("_", "."): content for name, content in files.items()}
        return Held(self.name, {n: c for n, c in (self.files | given).items() if c is not None})


def noted(name: str, content: bytes) -> FileNote:
    return FileNote(name=name, list=TAX, title="示例", rows=content.count(b"\n"), bytes=len(content),
                    sha256=hashlib.sha256(content).hexdigest())


def full(named: dict[int, str], seq: int, number: int, *, log: str = LOG, key: SigningKey = KEY) -> Held:
    content = b"".join(lines(named))
    point = sign_checkpoint(log, seq + 1, merkle.Frontier().root, key)
    made = Manifest(
        log=log, number=number, on=date(2026, 11, 22), known_seq=seq, known_at="2026-11-22T00:00:00.000000Z",
        at="2026-11-22T01:00:00.000000Z", rules="r", files=(noted("tax.jsonl", content),), previous=None,
        checkpoint=point)
    return Held(f"full-{seq}", {MANIFEST: signed(made, key).encode(), "tax.jsonl": content})


def manifest_of(held: Held) -> Manifest:
    return msgspec.json.decode(held.files[MANIFEST].split(b"\n")[1], type=Manifest)


def delta(base: Held, target: Held) -> Held:
    told = b"".join(differences(map(mark, split_lines([base.files["tax.jsonl"]])),
                                split_lines([target.files["tax.jsonl"]])))
    made = DeltaManifest(log=LOG, base=place(manifest_of(base)), target=place(manifest_of(target)),
                         files=(noted("tax.delta.jsonl", told),))
    return Held(f"delta-{manifest_of(target).known_seq}", {
        MANIFEST: target.files[MANIFEST], DELTA_NOTE: signed(made, KEY).encode(), "tax.delta.jsonl": told})


FIRST, SECOND, THIRD = (
    full({1: "示例甲公司", 2: "示例乙公司"}, 10, 1), full({2: "示例丁公司", 3: "示例丙公司"}, 20, 2),
    full({3: "示例丙公司", 4: "示例戊公司"}, 30, 3))
TO_SECOND, TO_THIRD = delta(FIRST, SECOND), delta(SECOND, THIRD)
ALL = [FIRST, TO_SECOND, TO_THIRD]


def outcome(*packets: Held) -> Checked:
    return check(packets, (KEY.verifier,))


def test_a_chain_of_extracts_holds_and_gives_the_newest() -> None:
    found = outcome(*ALL)
    assert found.valid and found.failed is None and found.checked[-1] is Step.APPLIED
    assert found.newest == place(manifest_of(THIRD)) and found.rows == {TAX: 2}
    assert b"".join(newest_lines(ALL, TAX)) == THIRD.files["tax.jsonl"]
    assert outcome(FIRST, delta(FIRST, THIRD)).valid  # one may be left out where the delta leads over it


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_one_changed_bit_anywhere_is_found(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 2))
    name = data.draw(st.sampled_from(ALL[at].names()))
    content = bytearray(ALL[at].files[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    packets = list(ALL)
    packets[at] = Held(ALL[at].name, {**ALL[at].files, name: bytes(content)})
    assert not outcome(*packets).valid


@pytest.mark.parametrize(("packets", "step"), [
    ([], Step.FORM),
    ([FIRST.but(manifest_note=None)], Step.FORM),
    ([FIRST.but(tax_jsonl=None)], Step.FILES),
    ([FIRST.but(tax_jsonl=FIRST.files["tax.jsonl"][:-1])], Step.DIGEST),
    ([FIRST.but(tax_jsonl=FIRST.files["tax.jsonl"] + b"\n")], Step.DIGEST),
    ([FIRST.but(manifest_note=FIRST.files[MANIFEST][:-9])], Step.SIGNATURE),
    ([full({1: "示例甲公司"}, 10, 1, key=STRANGER)], Step.SIGNATURE),
    ([FIRST.but(manifest_note=TO_SECOND.files[DELTA_NOTE])], Step.SIGNATURE),
    ([FIRST, Held("other", {**TO_SECOND.files, MANIFEST: full({}, 20, 2, log="other.log").files[MANIFEST]})], Step.LOG),
    ([FIRST, TO_THIRD], Step.ORDER),
    ([FIRST, TO_THIRD, TO_SECOND], Step.ORDER),
    ([TO_SECOND], Step.ORDER),
    ([FIRST, SECOND], Step.ORDER),
    ([FIRST, Held("mixed", {**TO_SECOND.files, MANIFEST: THIRD.files[MANIFEST]})], Step.ORDER),
])
def test_each_fault_has_a_clear_answer(packets: list[Held], step: Step) -> None:
    found = outcome(*packets)
    assert (found.valid, found.failed) == (False, step), found
    assert found.detail


def test_a_signed_delta_that_does_not_lead_where_it_says_is_found() -> None:
    """Whoever holds the key cannot sign a delta that contradicts its own full extract unseen."""
    wrong = b"".join(differences(map(mark, lines({1: "示例甲公司", 2: "示例乙公司"})), lines({9: "示例甲公司"})))
    made = DeltaManifest(log=LOG, base=place(manifest_of(FIRST)), target=place(manifest_of(SECOND)),
                         files=(noted("tax.delta.jsonl", wrong),))
    lie = Held("lie", {MANIFEST: SECOND.files[MANIFEST], DELTA_NOTE: signed(made, KEY).encode(),
                       "tax.delta.jsonl": wrong})
    assert outcome(FIRST, lie).failed is Step.APPLIED


def test_no_manifest_names_a_file_outside_its_folder() -> None:
    outside = msgspec.structs.replace(noted("tax.jsonl", b""), name="../tax.jsonl", list="../tax")
    made = msgspec.structs.replace(manifest_of(FIRST), files=(outside,))
    assert outcome(FIRST.but(manifest_note=signed(made, KEY).encode())).failed is Step.SIGNATURE


def test_one_file_alone_is_checked_against_its_manifest() -> None:
    note = FIRST.files[MANIFEST].decode()
    saved = Held("downloads", {"extract-10-tax.jsonl": FIRST.files["tax.jsonl"]})
    found, meant = check_file(saved, "extract-10-tax.jsonl", note, (KEY.verifier,))
    assert found.valid and meant is not None and found.newest is not None
    assert found.newest.manifest == digest(manifest_of(FIRST))
    assert check_file(saved, "extract-10-tax.jsonl", SECOND.files[MANIFEST].decode(), (KEY.verifier,))[0].failed in (
        Step.DIGEST,)
    assert check_file(saved, "extract-10-tax.jsonl", note, (STRANGER.verifier,))[0].failed is Step.SIGNATURE
