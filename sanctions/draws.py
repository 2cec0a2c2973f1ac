"""Draws that anybody can repeat: which items are inspected, by whom, from a published list and a seed. Pure.

The rank of an item is SHA-256(seed ‖ draw id ‖ newline ‖ item id). Of the items of each share, the lowest are drawn, as
many as the share says, rounded up. Nothing depends on the order in which items were given.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from credit import uscc
from credit.kernel import canonical
from credit.kernel.errors import FieldError, Refusal
from credit.kernel.rules import RuleSet
from credit.persons import check_ref

TYPE = "tendercredit/draw@v1"
ENTRY_KIND = "draw_announced"
UNRATED = "unrated"
MOST_ITEMS = 1000
_MOST_INSPECTORS = 500
_MOST_PAIRS = 5000
Name = Annotated[str, msgspec.Meta(max_length=100)]


class DrawKind(StrEnum):
    TENDER_FILES = "tender_files"  # published tender files, each with who published it
    DOUBLE_RANDOM = "double_random"  # subjects × inspectors


class Found(StrEnum):
    """What an inspection found. No outcome bars anybody: what follows is decided under its own law."""

    NOTHING = "nothing"  # 未发现问题
    CORRECTED = "corrected"  # 发现问题,已责令改正
    PENDING = "pending"  # 发现问题,待后续处理
    REFUSED = "refused"  # 不配合检查
    UNREACHABLE = "unreachable"  # 无法取得联系


class ItemInput(msgspec.Struct, frozen=True, kw_only=True):
    """What may be drawn; `grade` counts only where the draw names no scheme."""

    id: Name
    subject_code: str
    grade: Annotated[str, msgspec.Meta(max_length=20)] | None = None


class DrawInput(msgspec.Struct, frozen=True, kw_only=True):
    """A draw as `POST /v1/draws` takes it: `avoid` are pairs of item and inspector that must not meet (回避)."""

    kind: DrawKind
    items: tuple[ItemInput, ...]
    scheme: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    inspectors: tuple[Name, ...] = ()
    avoid: tuple[tuple[Name, Name], ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """The rules of a kind of draw on a day: percent of the items by grade, never below `minimum`."""

    minimum: int
    shares: Mapping[str, int]
    inspectors: int  # for each drawn item; 0 where none are assigned

    def share(self, grade: str | None) -> int:
        """Percent drawn of the items of this grade; an unknown grade is drawn as unrated."""
        return min(100, max(self.minimum, self.shares.get(grade or UNRATED, self.shares[UNRATED])))


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item of the published list; grades are not published, the share is."""

    id: str
    subject_code: str
    share: int


class Announcement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is fixed before the seed exists. Its digest is the subject of the log entry `draw_announced`.

    `witness` is the public key of who must cosign the checkpoint that gives the seed; absent where there is none.
    """

    type: str
    id: str
    kind: DrawKind
    log: str
    announced_at: datetime
    rules: str
    minimum: int
    items: tuple[Item, ...]  # by id
    inspectors: tuple[str, ...]
    inspectors_each: int
    avoid: tuple[tuple[str, str], ...]
    witness: str | None = None


class Drawn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A drawn item, with the inspectors assigned to it."""

    item: str
    inspectors: tuple[str, ...] = ()


class DrawInvalid(Refusal):
    code = "draw_invalid"
    title = "抽查名单有误 The list cannot be drawn from"


def plan(rules: RuleSet, kind: DrawKind, day: date) -> Plan:
    """The rules of this kind of draw on `day`. Raises RuleMissing."""
    each = rules.find(f"draws.{kind}.inspectors", day)
    return Plan(int(rules.at(f"draws.{kind}.minimum", day).value), dict(rules.at(f"draws.{kind}.shares", day).value),
                int(each.value) if each else 0)


def check_input(given: DrawInput, each: int) -> None:
    """Passes for a list that can be drawn from, whatever the seed. Raises DrawInvalid with every fault."""
    faults = tuple(_item_faults(given)) + tuple(_inspector_faults(given, each))
    if faults:
        raise DrawInvalid("抽查名单有误,请逐项改正后重新提交;尚未登记", errors=faults[:100])


def _item_faults(given: DrawInput) -> Iterator[FieldError]:
    if not 1 <= len(given.items) <= MOST_ITEMS:
        yield FieldError("/items", "out_of_range", f"每次1至{MOST_ITEMS}项,更多的请分次抽取")
    seen = set[str]()
    for n, item in enumerate(given.items):
        if not item.id.strip() or not item.id.isprintable():
            yield FieldError(f"/items/{n}/id", "wrong_form", "填写可见的编号,不得换行")
        if item.id in seen:
            yield FieldError(f"/items/{n}/id", "duplicate", "编号重复,每项只列一次")
        seen.add(item.id)
        if given.scheme is not None and item.grade is not None:
            yield FieldError(f"/items/{n}/grade", "not_allowed", "指明方案的由系统查得等级,不得自填")
        try:
            uscc.check(item.subject_code)
        except Refusal as exc:
            yield FieldError(f"/items/{n}/subject_code", exc.code, exc.detail)


def _inspector_faults(given: DrawInput, each: int) -> Iterator[FieldError]:
    if each == 0:
        if given.inspectors or given.avoid:
            yield FieldError("/inspectors", "not_allowed", "抽查交易文件不分派检查人员")
        return
    if not each <= len(set(given.inspectors)) <= _MOST_INSPECTORS or len(given.avoid) > _MOST_PAIRS:
        yield FieldError("/inspectors", "out_of_range", f"检查人员{each}至{_MOST_INSPECTORS}人,回避至多{_MOST_PAIRS}对")
    for n, name in enumerate(given.inspectors):
        try:
            check_ref(name)
        except Refusal as exc:
            yield FieldError(f"/inspectors/{n}", exc.code, "填写人员库编号,不填姓名和身份证号:" + exc.detail)
    items, people = {i.id for i in given.items}, set(given.inspectors)
    shunned = defaultdict[str, set[str]](set)
    for n, (item, name) in enumerate(given.avoid):
        if item not in items or name not in people:
            yield FieldError(f"/avoid/{n}", "unknown", "回避须写名单中的编号和检查人员")
        shunned[item].add(name)
    for n, one in enumerate(given.items):
        if len(people - shunned[one.id]) < each:
            yield FieldError(f"/items/{n}", "no_inspector", f"回避之后不足{each}名检查人员,请增加人员")


def announcement(
    given: DrawInput, grades: Mapping[str, str | None], used: Plan, *, draw_id: str, log: str, moment: datetime,
    rules: str, witness: str | None = None,
) -> Announcement:
    """The list as it is published: the same whatever the order given. `grades` by item id."""
    items = tuple(Item(id=i.id, subject_code=i.subject_code, share=used.share(grades.get(i.id)))
                  for i in sorted(given.items, key=lambda i: i.id))
    return Announcement(
        type=TYPE, id=draw_id, kind=given.kind, log=log, announced_at=moment, rules=rules, minimum=used.minimum,
        items=items, inspectors=tuple(sorted(set(given.inspectors))), inspectors_each=used.inspectors,
        avoid=tuple(sorted(set(given.avoid))), witness=witness)


def list_digest(made: Announcement) -> str:
    """SHA-256 (hex) of the announcement's canonical JSON."""
    return hashlib.sha256(canonical.encode(made).encode()).hexdigest()


def draw(made: Announcement, seed: bytes) -> tuple[Drawn, ...]:
    """What the seed draws, lowest rank first; inspectors of least load first, none whom `avoid` excludes."""
    chosen = sorted(_chosen(made, seed), key=lambda item: _rank(seed, made.id, item))
    load, shunned = dict.fromkeys(made.inspectors, 0), set(made.avoid)
    found = []
    for item in chosen:
        free = [p for p in made.inspectors if (item, p) not in shunned]
        free.sort(key=lambda p: (load[p], _rank(seed, made.id, item, p)))
        taken = free[: made.inspectors_each]
        for person in taken:
            load[person] += 1
        found.append(Drawn(item=item, inspectors=tuple(sorted(taken))))
    return tuple(found)


def _chosen(made: Announcement, seed: bytes) -> Iterator[str]:
    by_share = defaultdict[int, list[str]](list)
    for item in made.items:
        by_share[item.share].append(item.id)
    for share, items in by_share.items():
        yield from _lowest(items, wanted(share, len(items)), seed, made.id)


def wanted(share: int, count: int) -> int:
    """How many of `count` items a share in percent draws: rounded up."""
    return -(-share * count // 100)


def _lowest(items: Iterable[str], count: int, seed: bytes, draw_id: str) -> Sequence[str]:
    return sorted(items, key=lambda item: _rank(seed, draw_id, item))[:count]


def _rank(seed: bytes, *parts: str) -> bytes:
    return hashlib.sha256(seed + "\n".join(parts).encode()).digest()
