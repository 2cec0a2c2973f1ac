"""Verification: recompute the whole log from the tables upwards and name every place that does not fit.

Rows → digests in the payload → commitment in the body → leaf → tiles → frontier and root → signed checkpoints of every
origin.
Reads in windows, so that memory stays flat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from piccolo.table import Table

from credit.kernel import canonical, database, merkle, tiles, witness
from credit.kernel.checkpoints import Checkpoint
from credit.kernel.restores import Restore, same_log, surviving
from credit.kernel.tables import LogEntry, LogPayload, RuleRelease
from credit.kernel.unit import commitment
from credit.kernel.witness import Fault

WINDOW = 2 * tiles.WIDTH
_KEPT_FAULTS = 1000
_HEAD = "SELECT origin, size, frontier, root, recorded_at FROM log_head WHERE id = 1"
_TILE = "SELECT id, root FROM log_tile WHERE level = {} AND number = {}"
_STRAY_TILES = """SELECT id FROM log_tile WHERE level < 0 OR level > 6 OR number < 0
    OR (level = {} AND number >= (SELECT size FROM log_head) / {}) LIMIT 100"""
_NO_LEAF = bytes(32)

Progress = Callable[[int, int], None]
"""Told how many entries are done, of how many."""


class Report(msgspec.Struct, frozen=True):
    """What verification found. `faults` keeps the first 1,000 of `fault_count`; `erased` rows are no fault.

    `superseded` of the `checkpoints` are of an earlier origin and beyond what a recorded restore brought back.
    """

    size: int
    rows: int
    erased: int
    checkpoints: int
    fault_count: int
    faults: tuple[Fault, ...]
    superseded: int = 0

    @property
    def ok(self) -> bool:
        return self.fault_count == 0


class _Run:
    """One pass over the log: the tree as recomputed so far and what was found."""

    def __init__(self, checkpoints: Iterable[Checkpoint | Fault], told: Sequence[Restore]) -> None:
        self.told = told
        self.frontier = merkle.Frontier()
        self.rows = self.erased = self.fault_count = 0
        self.faults: list[Fault] = []
        self.last_moment: str = ""
        self.levels: list[list[bytes]] = [[]]
        self.checkpoints: Iterator[Checkpoint | Fault] = iter(checkpoints)
        self.checked = self.superseded = 0
        self.next_checkpoint: Checkpoint | None = None
        self.advance()

    def advance(self) -> None:
        """The next checkpoint to compare; a file that could not be read is a fault on the way."""
        for found in self.checkpoints:
            if not isinstance(found, Fault):
                self.checked, self.next_checkpoint = self.checked + 1, found
                return
            self.found([found])
        self.next_checkpoint = None

    def found(self, faults: Sequence[Fault]) -> None:
        self.fault_count += len(faults)
        self.faults += faults[: max(0, _KEPT_FAULTS - len(self.faults))]

    def report(self, size: int) -> Report:
        return Report(size=size, rows=self.rows, erased=self.erased, checkpoints=self.checked,
                      fault_count=self.fault_count, faults=tuple(self.faults), superseded=self.superseded)


async def verify(
    witnessed: Sequence[type[Table]], checkpoints: Iterable[Checkpoint | Fault] = (),
    progress: Progress = lambda a, b: None, told: Sequence[Restore] = (),
) -> Report:
    """Checks the log up to its present head against all `witnessed` tables and the checkpoints kept outside.

    `checkpoints` come smallest first, of every origin; `told` are the restores that the log remembers. Never raises
    for a contradiction: it is a fault.
    """
    tables: list[type[Table]] = [*witnessed, RuleRelease]
    run = _Run(checkpoints, told)
    heads = await database.fetch(_HEAD)
    if len(heads) != 1:
        run.found([Fault("log_head", "日志头缺失 missing")])
        return run.report(0)
    head = heads[0]
    _check_published(run, head["origin"])
    for start in range(0, head["size"], WINDOW):
        end = min(start + WINDOW, head["size"])
        await _window(run, tables, start, end, head["origin"])
        progress(end, head["size"])
    await _check_end(run, tables, head)
    return run.report(head["size"])


async def _window(run: _Run, tables: Sequence[type[Table]], start: int, end: int, origin: str) -> None:
    faults: list[Fault] = []
    entries = {r["seq"]: r for r in await witness.read(LogEntry, start, end, faults)}
    payloads = {r["seq"]: r for r in await witness.read(LogPayload, start, end, faults)}
    expected: dict[int, Mapping[str, Mapping[str, str]]] = {}
    leaves = []
    for seq in range(start, end):
        leaf, body = _entry(run, seq, entries.get(seq), faults)
        leaves.append(leaf)
        expected[seq] = _payload(seq, body, payloads.get(seq), faults)
    rows, erased = await witness.check_window(tables, expected, start, end, faults)
    run.rows, run.erased = run.rows + rows, run.erased + erased
    run.found(faults)
    await _grow(run, leaves, origin)


def _entry(run: _Run, seq: int, row: Mapping[str, Any] | None, faults: list[Fault]) -> tuple[bytes, Mapping[str, Any]]:
    """The leaf and the decoded body of an entry."""
    where = f"log_entry seq={seq}"
    if row is None:
        faults.append(Fault(where, "日志条目缺失 missing: the log has a gap"))
        return _NO_LEAF, {}
    text = row["body"] if isinstance(row["body"], str) else repr(row["body"])
    leaf = merkle.leaf_hash(text.encode())
    if leaf.hex() != row["leaf"]:
        faults.append(Fault(where, "条目与叶哈希不符 changed: the leaf is not the hash of the body"))
    body = _decoded(text)
    copies = {"seq": seq, "kind": row["kind"], "actor": row["actor"], "subject": row["subject"],
              "recorded_at": _moment(row["recorded_at"])}
    faults += [
        Fault(f"{where} column={name}", "副本与正文不符 changed: the copy differs from the body")
        for name, copy in copies.items() if body.get(name) != copy
    ]
    moment = str(body.get("recorded_at"))
    if moment < run.last_moment:
        faults.append(Fault(where, "时间倒退 recorded before the entry that precedes it"))
    run.last_moment = max(moment, run.last_moment)
    return leaf, body


def _payload(
    seq: int, body: Mapping[str, Any], row: Mapping[str, Any] | None, faults: list[Fault]
) -> Mapping[str, Mapping[str, str]]:
    """The digests of rows which an entry remembers; none where the payload cannot be trusted."""
    where = f"log_payload seq={seq}"
    if row is None:
        faults.append(Fault(where, "载荷缺失 missing"))
        return {}
    try:
        fits = commitment(row["salt"], row["body"]) == body.get("commit")
    except (ValueError, TypeError, AttributeError):
        fits = False
    if not fits:
        faults.append(Fault(where, "载荷与承诺不符 changed: the payload is not what the entry commits to"))
    try:
        return msgspec.convert(_decoded(row["body"]).get("rows"), dict[str, dict[str, str]])
    except msgspec.ValidationError:
        return {}


def _decoded(text: object) -> dict[str, Any]:
    try:
        found = canonical.decode(str(text))
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _moment(value: object) -> str:
    return canonical.moment(value) if isinstance(value, datetime) else repr(value)


async def _grow(run: _Run, leaves: Sequence[bytes], origin: str) -> None:
    """Extends the tree; compares the roots at checkpointed sizes and the tiles that become full."""
    for leaf in leaves:
        run.frontier = run.frontier.append(leaf)
        _check_published(run, origin)
        run.levels[0].append(leaf)
        level = 0
        while len(run.levels[level]) == tiles.WIDTH:
            root = tiles.subtree_root(run.levels[level])
            run.levels[level].clear()
            number = run.frontier.size // tiles.WIDTH ** (level + 1) - 1
            await _check_tile(run, tiles.Tile(level, number), root)
            level += 1
            if level == len(run.levels):
                run.levels.append([])
            run.levels[level].append(root)


def _check_published(run: _Run, origin: str) -> None:
    while run.next_checkpoint is not None and run.next_checkpoint.size <= run.frontier.size:
        _check_point(run, run.next_checkpoint, origin)
        run.advance()


def _check_point(run: _Run, point: Checkpoint, origin: str) -> None:
    """A checkpoint against the tree as recomputed: of this origin, or of one from which the log was restored."""
    where = f"checkpoint origin={point.origin} size={point.size}"
    if any(r.contradicts(point) for r in run.told):
        run.found([Fault(where, "恢复记录与此不符 the restore recorded in the log hides or misstates it")])
    limit = None if point.origin == origin else surviving(point.origin, run.told)
    if point.origin != origin and (limit is None or not same_log(point.origin, origin)):
        run.found([Fault(where, f"属于另一日志 is of another log than {origin}")])
    elif limit is not None and point.size > limit:
        run.superseded += 1
    elif point.size > run.frontier.size:
        run.found([Fault(where, "日志短于检查点 entries were cut off")])
    elif point.size != run.frontier.size or point.root != run.frontier.root:
        run.found([Fault(where, "与已签检查点不符 the log was rewritten after this checkpoint was signed")])


async def _check_tile(run: _Run, tile: tiles.Tile, root: bytes) -> None:
    where = f"log_tile id={tile.level}/{tile.number}"
    span = tiles.WIDTH ** (tile.level + 1)
    rows = await database.fetch(_TILE, tile.level, tile.number)
    if not rows:
        run.found([Fault(where, "哈希块缺失 missing")])
    elif len(rows) > 1 or rows[0]["root"] != root.hex() or rows[0]["id"] != f"{tile.level}/{tile.number}":
        first = tile.number * span
        what = f"哈希块不符 does not fit entries {first}–{first + span - 1}: it or they were changed"
        run.found([Fault(where, what)])


async def _check_end(run: _Run, tables: Sequence[type[Table]], head: Mapping[str, Any]) -> None:
    faults: list[Fault] = []
    computed = {"frontier": run.frontier.to_json(), "root": run.frontier.root.hex()}
    if head["size"]:
        computed["recorded_at"] = run.last_moment
    stored = {**head, "recorded_at": _moment(head["recorded_at"])}
    faults += [
        Fault(f"log_head column={name}", "日志头不符 differs from what the entries give")
        for name, value in computed.items() if stored[name] != value
    ]
    while run.next_checkpoint is not None:
        _check_point(run, run.next_checkpoint, head["origin"])
        run.advance()
    await witness.check_outside([LogEntry, LogPayload, *tables], faults)
    for level in range(7):
        strays = await database.fetch(_STRAY_TILES, level, tiles.WIDTH ** (level + 1))
        faults += [Fault(f"log_tile id={r['id']}", "多出的哈希块 added: no entries fill it") for r in strays]
    run.found(faults)
