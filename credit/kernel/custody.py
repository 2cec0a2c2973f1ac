"""The log in custody: its signing key, and signed checkpoints kept outside the database that they bear witness to.

Files: `keys/log.key` (mode 0600), `checkpoints/latest`, `checkpoints/<origin number>/<size>`, and with the lines of
witnesses `checkpoints/cosigned/<origin number>/<size>`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from credit.kernel import database, ledger, merkle
from credit.kernel.blobs import written
from credit.kernel.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from credit.kernel.cosigning import Cosignature, WitnessKey, cosignatures, with_lines
from credit.kernel.errors import NotFound, Refusal
from credit.kernel.log_keys import LogKeys
from credit.kernel.settings import Settings
from credit.kernel.signing import SigningKey, open_note
from credit.kernel.unit import Event, unit

_NAME = "UPDATE log_head SET origin = {} WHERE id = 1 AND origin = {} RETURNING id"


class LogRewritten(Refusal):
    """The database's log contradicts a checkpoint signed earlier: nothing more is signed, serving on would hide it."""

    code = "log_rewritten"
    title = "日志与已签检查点矛盾 The log contradicts its checkpoint"
    status = 503


class UnknownWitness(Refusal):
    """Nobody whom the service counts as a witness has cosigned."""

    code = "witness_unknown"
    title = "见证人未登记 Unknown witness"
    status = 403


class LogRestored(Event, frozen=True, kw_only=True):
    """The log begins anew below what was published: entries from `size` to `lost_size` are gone.

    `subject` is the new origin; `lost_root` (hex) is what the old origin had published.
    """

    kind: ClassVar[str] = "log_restored"
    old_origin: str
    size: int
    lost_size: int
    lost_root: str


class Custody:
    """Signs and keeps checkpoints of the bound database's log. One folder per log, shared by its processes."""

    def __init__(self, folder: Path, keys: LogKeys) -> None:
        self.folder = folder
        self.keys = keys

    @property
    def key(self) -> SigningKey:
        """The key that signs now."""
        return self.keys.signer

    def latest(self) -> str | None:
        """The newest signed checkpoint as text; None before the first."""
        try:
            return (self.folder / "latest").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def cosigned(self, checkpoint: Checkpoint) -> str | None:
        """The note of a checkpoint with the cosignatures kept for it; None where no witness has cosigned."""
        try:
            return self._cosigned(checkpoint).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def newest_cosigned(self, origin: str) -> str | None:
        """The cosigned note of the greatest size of an origin; None before the first."""
        kept = sorted((self.folder / "cosigned" / str(origin_number(origin))).glob("[0-9]*"))
        return kept[-1].read_text(encoding="utf-8") if kept else None

    def first_cosigned(self, seq: int, origin: str, witness: WitnessKey) -> str | None:
        """The smallest checkpoint of this origin that holds entry `seq` and that this witness has cosigned, as text."""
        folder = self.folder / "cosigned" / str(origin_number(origin))
        for path in sorted(p for p in folder.glob("[0-9]*") if int(p.name) > seq):
            note = path.read_text(encoding="utf-8")
            self._open(note)
            if cosignatures(note, [witness]):
                return note
        return None

    def add_cosignatures(self, note: str, witnesses: Sequence[WitnessKey]) -> tuple[Cosignature, ...]:
        """Keeps the cosignatures of `note` beside the checkpoint; answers those of these witnesses.

        Raises BadNote where a signature does not fit, UnknownWitness where no witness of these has cosigned,
        NotFound for a checkpoint that this log has not published.
        """
        point = self._open(note)
        given = cosignatures(note, witnesses)
        if not given:
            raise UnknownWitness("没有已登记见证人的签名:请运营方把见证公钥加入 TENDERCREDIT_WITNESSES "
                                 "no configured witness has cosigned this note")
        with self._locked():
            published = self._published(point)
            if not published.exists() or self._open(published.read_text(encoding="utf-8")) != point:
                raise NotFound("本日志没有签发过这个检查点 this log has not published that checkpoint")
            before = self.cosigned(point) or published.read_text(encoding="utf-8")
            known = {c.witness for c in cosignatures(before, witnesses)}
            fresh = [c for c in given if c.witness not in known]
            if fresh:
                written(self._cosigned(point), with_lines(before, fresh).encode(), 0o644)
        return given

    def _published(self, point: Checkpoint) -> Path:
        return self.folder / str(origin_number(point.origin)) / f"{point.size:015d}"

    def _cosigned(self, point: Checkpoint) -> Path:
        return self.folder / "cosigned" / str(origin_number(point.origin)) / f"{point.size:015d}"

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint. Raises BadNote where the file was changed or another key signed it."""
        note = self.latest()
        return None if note is None else self._open(note)

    def history(self, origin: str) -> Iterator[Checkpoint]:
        """Every checkpoint of one origin, smallest first. Raises BadNote for a changed file."""
        for path in sorted((self.folder / str(origin_number(origin))).glob("[0-9]*")):
            yield self._open(path.read_text(encoding="utf-8"))

    def first_covering(self, seq: int, origin: str) -> str | None:
        """The smallest signed checkpoint of this origin that holds entry `seq`, as text; None where none does yet."""
        folder = self.folder / str(origin_number(origin))
        found = sorted(p for p in folder.glob("[0-9]*") if int(p.name) > seq)
        if not found:
            return None
        note = found[0].read_text(encoding="utf-8")
        self._open(note)
        return note

    async def publish(self) -> str:
        """Signs the durable head unless its size is signed already; answers the newest signed checkpoint.

        Raises LogRewritten rather than sign a log that does not continue the last checkpoint.
        """
        if database.in_transaction():
            raise RuntimeError("publish after the commit: only a durable size may be signed")
        newest = self.newest()  # before the head: what another process signs meanwhile is no contradiction
        head = await ledger.head()
        if newest is not None and newest.origin == head.origin:
            await _check_continues(newest, head)
        with self._locked():
            newest, note = self.newest(), self.latest()
            if note is not None and newest is not None and _covers(newest, head):
                return note
            note = sign_checkpoint(head.origin, head.size, bytes.fromhex(head.root), self.key)
            point = Checkpoint(head.origin, head.size, bytes.fromhex(head.root))
            written(self._published(point), note.encode(), 0o644)
            written(self.folder / "latest", note.encode(), 0o644)
        return note

    def _open(self, note: str) -> Checkpoint:
        return parse_checkpoint(open_note(note, self.keys.verifiers()))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":
            yield
            return
        import fcntl

        with (self.folder / ".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def custody_of(settings: Settings) -> Custody:
    """The custody of an installation's data folder."""
    return Custody(settings.data / "checkpoints", LogKeys(settings.data / "keys", settings.origin))


async def open_log(settings: Settings, *, now: datetime, by: str = "operator") -> Custody:
    """Names a new log after `settings.origin` and compares the log with what was published; call it at start.

    A log shorter than its newest checkpoint was restored from a backup: it continues under a new origin
    (`<origin>/2` …) with a `log_restored` entry. Raises LogRewritten where entries differ, BadNote, BadKey.
    """
    custody = custody_of(settings)
    _ = custody.key  # made now: a service does not start without it
    await database.fetch(_NAME, settings.origin, "")
    head, newest = await ledger.head(), custody.newest()
    if newest is None:
        return custody
    if base_of(newest.origin) != base_of(head.origin):
        raise LogRewritten(
            f"检查点属于另一日志 the checkpoints in {custody.folder} are of {newest.origin}, the database holds "
            f"{head.origin}: start with the data folder that belongs to this database"
        )
    behind = origin_number(head.origin) < origin_number(newest.origin)
    if behind or (newest.origin == head.origin and newest.size > head.size):
        await _begin_anew(head, newest, now=now, by=by)
        await custody.publish()
    elif newest.origin == head.origin:
        await _check_continues(newest, head)
    return custody


async def _begin_anew(head: ledger.Head, newest: Checkpoint, *, now: datetime, by: str) -> None:
    origin = f"{base_of(newest.origin)}/{origin_number(newest.origin) + 1}"
    async with unit(by=by, now=now) as u:
        if not await database.fetch(_NAME, origin, head.origin):
            return  # another process that starts at the same time has done it
        u.record(
            LogRestored(subject=origin, old_origin=newest.origin, size=u.next_seq, lost_size=newest.size,
                        lost_root=newest.root.hex())
        )


async def _check_continues(newest: Checkpoint, head: ledger.Head) -> None:
    """Raises LogRewritten unless the log of `head` begins with that of the checkpoint."""
    fits = newest.size <= head.size
    if fits:
        try:
            path = await ledger.consistency(newest.size, head.size)
        except LookupError:  # a hole in the stored hashes
            fits = False
        else:
            root = bytes.fromhex(head.root)
            fits = merkle.verify_consistency(newest.size, head.size, newest.root, root, path)
    if not fits:
        raise LogRewritten(
            f"日志的前{newest.size}条与已签检查点不符 the log no longer begins with the {newest.size} entries of the "
            "last signed checkpoint: run `tendercredit verify`, keep the database as evidence, restore a backup",
            size=head.size, checkpoint=newest.size,
        )


def _covers(newest: Checkpoint, head: ledger.Head) -> bool:
    if origin_number(newest.origin) != origin_number(head.origin):
        return origin_number(newest.origin) > origin_number(head.origin)
    return newest.size >= head.size


def origin_number(origin: str) -> int:
    """1 for a log's first origin, n for `<origin>/n`."""
    number = origin.rpartition("/")[2]
    return int(number) if number.isascii() and number.isdigit() else 1


def base_of(origin: str) -> str:
    """The name of a log without the number of its restore."""
    base, _, number = origin.rpartition("/")
    return base if number.isascii() and number.isdigit() else origin
