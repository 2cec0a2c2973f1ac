"""The log in custody: its signing key, and signed checkpoints kept outside the database that they bear witness to.

Files: `keys/log.key` (mode 0600), `checkpoints/latest`, `checkpoints/<origin number>/<size>`.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from credit.kernel import database, ledger, merkle
from credit.kernel.blobs import sync_folder
from credit.kernel.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from credit.kernel.errors import Refusal
from credit.kernel.settings import Settings
from credit.kernel.signing import SigningKey, load_key, new_key, open_note
from credit.kernel.unit import Event, unit

_NAME = "UPDATE log_head SET origin = {} WHERE id = 1 AND origin = {} RETURNING id"


class LogRewritten(Refusal):
    """The database's log contradicts a checkpoint signed earlier: serving on would hide it."""

    code = "log_rewritten"
    title = "日志与已签检查点矛盾 The log contradicts its checkpoint"
    status = 500


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

    def __init__(self, folder: Path, key: SigningKey) -> None:
        self.folder = folder
        self.key = key

    def latest(self) -> str | None:
        """The newest signed checkpoint as text; None before the first."""
        try:
            return (self.folder / "latest").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint. Raises BadNote where the file was changed or another key signed it."""
        note = self.latest()
        return None if note is None else self._open(note)

    def history(self, origin: str) -> Iterator[Checkpoint]:
        """Every checkpoint of one origin, smallest first. Raises BadNote for a changed file."""
        for path in sorted((self.folder / str(origin_number(origin))).glob("[0-9]*")):
            yield self._open(path.read_text(encoding="utf-8"))

    async def publish(self) -> str:
        """Signs the durable head unless its size is signed already; answers the newest signed checkpoint.

        Raises LogRewritten rather than sign a log that does not continue the last checkpoint.
        """
        if database.in_transaction():
            raise RuntimeError("publish after the commit: only a durable size may be signed")
        head = await ledger.head()
        newest = self.newest()
        if newest is not None and newest.origin == head.origin:
            await _check_continues(newest, head)
        with self._locked():
            newest, note = self.newest(), self.latest()
            if note is not None and newest is not None and _covers(newest, head):
                return note
            note = sign_checkpoint(head.origin, head.size, bytes.fromhex(head.root), self.key)
            kept = self.folder / str(origin_number(head.origin)) / f"{head.size:015d}"
            _write(kept, note.encode(), 0o644)
            _write(self.folder / "latest", note.encode(), 0o644)
        return note

    def _open(self, note: str) -> Checkpoint:
        return parse_checkpoint(open_note(note, [self.key.verifier]))

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


async def open_log(settings: Settings, *, now: datetime, by: str = "operator") -> Custody:
    """Names a new log after `settings.origin` and compares the log with what was published; call it at start.

    A log shorter than its newest checkpoint was restored from a backup: it continues under a new origin
    (`<origin>/2` …) with a `log_restored` entry. Raises LogRewritten where entries differ, BadNote, BadKey.
    """
    key = log_key(settings.data / "keys" / "log.key", settings.origin)
    custody = Custody(settings.data / "checkpoints", key)
    await database.fetch(_NAME, settings.origin, "")
    head, newest = await ledger.head(), custody.newest()
    if newest is None:
        return custody
    if _base(newest.origin) != _base(head.origin):
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
    origin = f"{_base(newest.origin)}/{origin_number(newest.origin) + 1}"
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


def _base(origin: str) -> str:
    base, _, number = origin.rpartition("/")
    return base if number.isascii() and number.isdigit() else origin


def log_key(path: Path, name: str) -> SigningKey:
    """The signing key of `path`, made from the system's randomness on first use, mode 0600. Raises BadKey."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = _draft(path, new_key(name, secrets.token_bytes(32)).to_file(), 0o600)
        try:
            os.link(draft, path)  # fails where another process was faster: then its key counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        sync_folder(path.parent)
    return load_key(path.read_bytes())


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _draft(path, content, mode).replace(path)
    sync_folder(path.parent)


def _draft(path: Path, content: bytes, mode: int) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    return draft
