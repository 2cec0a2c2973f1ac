"""What an extract of the public lists holds: a row per entry shown on its day, and how one extract becomes the next.

A row is a function of (records, rules, day); its line is canonical JSON, so the same extract is the same bytes for
ever. Nothing about natural persons, nothing whose display has ended: what may be in is what anybody is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from credit.kernel import canonical
from credit.kernel.rules import RuleSet
from credit.model import Authority, ListFacts, PenaltyFacts, Record, SubjectKind
from sanctions.classify import classify
from sanctions.listed import in_effect
from sanctions.lists import KnownList, known_list, known_lists
from sanctions.lookback import look_back
from sanctions.model import ListCode, Scope
from sanctions.publication import is_published, publication
from sanctions.published import shown_bans, shown_look_backs
from sanctions.spreadsheets import neutral
from sanctions.terms import listing_shown, listing_window, term
from sanctions.verdicts import Dossier

BANS = "bans"
LOOK_BACKS = "look_backs"
_TITLES = {
    BANS: "依法公告的限制投标、限制参加政府采购活动等决定",
    LOOK_BACKS: "公示中的三年内重大违法记录",
}
SHEET = {  # what a column of the sheet holds, and its heading
    "title": "名单", "list": "名单代码", "name": "名称", "code": "统一社会信用代码", "kind": "主体类别",
    "authority": "作出机关", "authority_code": "作出机关代码", "document_no": "文号", "first_day": "起始日期",
    "until": "截止日期", "until_verified": "截止日期已核实", "stated_until": "决定所载截止日期",
    "shown_until": "公示至", "basis": "依据", "bars": "限制范围", "key": "行键",
}
COLUMNS = tuple(SHEET.values())
CHANGE = "变化"
_KINDS = {SubjectKind.LEGAL_PERSON: "法人或者其他组织", SubjectKind.SOLE_TRADER: "个体工商户"}
_OPS = {"add": "新增", "change": "变更", "remove": "终止公示"}


class ExtractRow(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from"}):
    """One entry shown to everybody. Days are inclusive; `until` null: no end, or none known (`until_verified` false).

    `key` names the entry from extract to extract and tells nothing by itself. `stated_until` is the last day as the
    decision states it, `shown_until` the last day of display if nothing happens before, `bars` what it bars by law.
    A bar runs on when its decision is no longer shown (repaired, display over): then neither body nor number is told.
    """

    key: str
    list: str
    name: str
    code: str | None
    kind: SubjectKind
    authority: Authority | None
    document_no: str | None
    first_day: date
    until: date | None
    until_verified: bool
    stated_until: date | None
    shown_until: date | None
    basis: str
    bars: tuple[Scope, ...]


class Op(StrEnum):
    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


class DeltaLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One difference: `row` as it is now; null where the entry is no longer shown, of which only the key is told."""

    key: str
    op: Op
    row: ExtractRow | None = None


class Mark(NamedTuple):
    """What is remembered of a line: its key and what it was, both opaque."""

    key: bytes
    digest: bytes


class Contradiction(ValueError):
    """Lines that are not in order, or a difference that does not fit what it is applied to."""


class _Keyed(msgspec.Struct, frozen=True):
    key: str


KEY = 16  # bytes of a key, and of a digest that is remembered
_keyed = msgspec.json.Decoder(_Keyed)
_delta = msgspec.json.Decoder(DeltaLine)
_row = msgspec.json.Decoder(ExtractRow)


def titles(rules: RuleSet, day: date) -> dict[str, str]:
    """Every list an extract has a file for, also where nothing is on it, with its title."""
    known = {one.code: one.title for one in known_lists(rules, day)}
    lists = {str(code.value): known[code.value] for code in ListCode if code.value in known}
    return {**lists, **_TITLES}


def rows(dossier: Dossier, day: date, rules: RuleSet) -> Iterator[ExtractRow]:
    """The rows of one subject: bars and look-backs as the public answer has them, and every list entry shown."""
    entity = dossier.entity
    if entity is None or entity.kind is SubjectKind.NATURAL_PERSON:
        return
    yield from _bans(dossier, day, rules)
    yield from _look_backs(dossier, day, rules)
    for record in dossier.listings:
        known = known_list(record.listing.list, day, rules)
        shown = listing_shown(record.listing, rules, day, subject=entity.kind, withdrawn=record.withdrawn)
        if known is not None and shown:
            yield _listed(dossier, record, known, day, rules)


def line(row: ExtractRow) -> bytes:
    """The row as one line of a JSON Lines file."""
    return canonical.encode_bytes(row) + b"\n"


def key_of(text: bytes) -> str:
    """The key of a line. Raises Contradiction where it has none."""
    try:
        return _keyed.decode(text).key
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise Contradiction(f"有一行无法读取 a line cannot be read ({exc})") from None


def by_company(text: bytes) -> str:
    """What sorts lines for people: company, first day, key."""
    row = _decoded(text)
    return f"{row.code or ''} {row.first_day.isoformat()} {row.key}"


def mark(text: bytes) -> Mark:
    """What is remembered of a line once its file is gone."""
    try:
        return Mark(bytes.fromhex(key_of(text)), sha256(text).digest()[:KEY])
    except ValueError as exc:
        raise Contradiction(f"有一行无法读取 a line cannot be read ({exc})") from None


def cells(text: bytes, titles_: Mapping[str, str]) -> list[str]:
    """A line as the cells of `COLUMNS`, none of which a spreadsheet takes for a formula."""
    row = _decoded(text)
    told = (
        titles_.get(row.list, row.list), row.list, row.name, row.code, _KINDS.get(row.kind, row.kind.value),
        row.authority and row.authority.name, row.authority and row.authority.code, row.document_no, row.first_day,
        row.until, "是" if row.until_verified else "否", row.stated_until, row.shown_until, row.basis,
        " ".join(row.bars), row.key,
    )
    return [neutral(cell) for cell in told]


def delta_cells(text: bytes, titles_: Mapping[str, str]) -> list[str]:
    """A line of a delta as the cells of `CHANGE` and `COLUMNS`."""
    found = _delta.decode(text)
    if found.row is None:
        return [_OPS[found.op], *[""] * (len(COLUMNS) - 1), found.key]
    return [_OPS[found.op], *cells(canonical.encode_bytes(found.row), titles_)]


def differences(before: Iterable[Mark], after: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a delta from an extract of which the marks are left to the lines of another; both by key."""
    olds, news = iter(before), iter(after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        now = None if new is None else mark(new)
        if now is None or (old is not None and old.key < now.key):
            assert old is not None
            yield _told(old.key.hex(), Op.REMOVE)
            old = next(olds, None)
        elif old is None or now.key < old.key:
            yield _told(now.key.hex(), Op.ADD, new)
            new = next(news, None)
        else:
            if old.digest != now.digest:
                yield _told(now.key.hex(), Op.CHANGE, new)
            old, new = next(olds, None), next(news, None)


def applied(base: Iterable[bytes], delta: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of the newer extract from those of the older and the delta between them.

    Raises Contradiction where lines are out of order, or the delta does not fit: it adds what is there, changes or
    removes what is not.
    """
    olds, told = ordered(base), ordered(delta)
    old, change = next(olds, None), next(told, None)
    while old is not None or change is not None:
        if change is None or (old is not None and key_of(old) < key_of(change)):
            assert old is not None
            yield old
            old = next(olds, None)
            continue
        made = _made(change)
        held = old is not None and key_of(old) == made.key
        if held == (made.op is Op.ADD):
            why = "要新增的行已在 the row is there" if held else "要变更或者删除的行不在 the row is not there"
            raise Contradiction(f"增量与基点不符:{why}({made.key})")
        if made.row is not None:
            yield line(made.row)
        if held:
            old = next(olds, None)
        change = next(told, None)


def ordered(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, each with a key above the one before. Raises Contradiction."""
    last = ""
    for text in lines:
        key = key_of(text)
        if key <= last:
            raise Contradiction(f"行键没有依次递增 lines are out of order or repeated ({key})")
        last = key
        yield text


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines with their line feeds, of chunks of any size; a last line without one comes as it is."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (text + b"\n" for text in whole)
    if rest:
        yield rest


def _told(key: str, op: Op, new: bytes | None = None) -> bytes:
    row = None if new is None else _decoded(new)
    return canonical.encode_bytes(DeltaLine(key=key, op=op, row=row)) + b"\n"


def _decoded(text: bytes) -> ExtractRow:
    return _row.decode(text)


def _made(text: bytes) -> DeltaLine:
    try:
        found = _delta.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise Contradiction(f"增量中有一行无法读取 a line of the delta cannot be read ({exc})") from None
    fits = (found.row is None) == (found.op is Op.REMOVE) and (found.row is None or found.row.key == found.key)
    if not fits:
        raise Contradiction(f"增量中的一行自相矛盾 a line of the delta contradicts itself ({found.key})")
    return found


def _key(*parts: str) -> str:
    return sha256("\x1f".join(("tendercredit.extract", *parts)).encode()).digest()[:KEY].hex()


def _bans(dossier: Dossier, day: date, rules: RuleSet) -> Iterator[ExtractRow]:
    for restriction, record, shown in shown_bans(dossier, day, rules):
        yield ExtractRow(
            **_about(dossier, record.penalty, told=_told_of(record.penalty, day, rules)),
            key=_key(BANS, restriction.restriction_id), list=BANS,
            first_day=shown.first_day, until=shown.until, until_verified=True, stated_until=shown.until,
            shown_until=shown.until, basis=shown.basis, bars=(restriction.scope,))


def _look_backs(dossier: Dossier, day: date, rules: RuleSet) -> Iterator[ExtractRow]:
    for record, shown in shown_look_backs(dossier, day, rules):
        found = look_back(record.penalty, rules)
        window = publication(record.penalty, classify(record.penalty, rules), rules)
        assert found is not None and window is not None
        yield ExtractRow(
            **_about(dossier, record.penalty), key=_key(LOOK_BACKS, record.record_id), list=LOOK_BACKS,
            first_day=shown.first_day, until=shown.until, until_verified=found.until_verified, stated_until=None,
            shown_until=min(window.max_until, found.until), basis=shown.basis, bars=(Scope.GOVERNMENT_PROCUREMENT,))


def _listed(dossier: Dossier, record: Record, known: KnownList, day: date, rules: RuleSet) -> ExtractRow:
    facts, last = record.listing, term(record.listing, rules)
    window = listing_window(facts, rules)
    ends = [end for end in (last.until, window.max_until if window else None) if end is not None]
    return ExtractRow(
        **_about(dossier, facts), key=_key(facts.list, record.record_id), list=facts.list,
        first_day=facts.decided_on, until=last.until, until_verified=last.verified, stated_until=facts.until,
        shown_until=min(ends, default=None), basis=known.basis,
        bars=known.bars if in_effect(record, day, known, last) else ())


def _told_of(facts: PenaltyFacts, day: date, rules: RuleSet) -> bool:
    return is_published(facts, publication(facts, classify(facts, rules), rules), day)


def _about(dossier: Dossier, facts: PenaltyFacts | ListFacts, *, told: bool = True) -> dict[str, Any]:
    entity = dossier.entity
    assert entity is not None
    return {"name": entity.name, "code": entity.code, "kind": entity.kind,
            "authority": facts.authority if told else None, "document_no": facts.document_no if told else None}
