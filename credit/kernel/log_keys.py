"""The log's keys in their folder: the one that signs, retired ones, and the notes by which each hands over to the next.

Files: `log.key` (mode 0600), `<key id>.vkey` of retired keys, `<key id>.rotation`: that key named by its predecessor.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import msgspec

from credit.kernel import canonical, ledger
from credit.kernel.blobs import sync_folder, written
from credit.kernel.checkpoints import Rotation, open_rotation, sign_rotation
from credit.kernel.errors import Refusal
from credit.kernel.signing import BadNote, SigningKey, VerifierKey, load_key, load_verifier, new_key
from credit.kernel.unit import Event, unit

_SIGNS = "log.key"
_NEXT = "log.key.next"


class NoLogKey(Refusal):
    """There is no key yet that could hand over."""

    code = "log_key_missing"
    title = "尚无日志密钥 No log key"
    status = 409


class LogKeyRotated(Event, frozen=True, kw_only=True):
    """The log is signed by another key from here on; `note_digest` is SHA-256 of the old key's note about the new.

    `subject` is the log's origin; keys are named by their ids.
    """

    kind: ClassVar[str] = "log_key_rotated"
    old_key: str
    new_key: str
    note_digest: str


class KnownKey(msgspec.Struct, frozen=True):
    """A public key and when it signed; `since` None is the log's first key, `until` None signs now."""

    key: VerifierKey
    since: datetime | None
    until: datetime | None
    rotation: str | None  # the predecessor's signed note


class LogKeys:
    """One folder of keys, shared by the processes of a log: a key changed by one is the key of all."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self._held: tuple[tuple[int, int], SigningKey] | None = None

    @property
    def signer(self) -> SigningKey:
        """The key that signs now, read again when its file changed; made on first use. Raises BadKey."""
        path = self.folder / _SIGNS
        mark = _mark(path)
        if self._held is None or mark is None or mark != self._held[0]:
            key = log_key(path, self.name)
            self._held = (_mark(path) or (0, 0), key)
        return self._held[1]

    def exists(self) -> bool:
        """Whether there is a key yet."""
        return (self.folder / _SIGNS).exists()

    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The key that signs now, then retired ones."""
        now = self.signer.verifier
        retired = (load_verifier(p.read_text(encoding="utf-8")) for p in sorted(self.folder.glob("*.vkey")))
        return (now, *(k for k in retired if k != now))

    def known(self) -> tuple[KnownKey, ...]:
        """Every key with the time it signed, as the notes say; the one that signs now first."""
        keys = self.verifiers()
        notes = {k: self._rotation(k) for k in keys}
        opened = {k: open_rotation(note, keys) for k, note in notes.items() if note is not None}
        until = {rotation.signer: rotation.at for rotation in opened.values()}
        return tuple(
            KnownKey(k, opened[k].at if k in opened else None, until.get(k) if k != keys[0] else None, notes[k])
            for k in keys
        )

    def chained(self) -> tuple[VerifierKey, ...]:
        """The key that signs now and those before it, as far back as each hand-over is signed by the key before."""
        if not self.exists():
            return ()
        keys = self.verifiers()
        chain = [keys[0]]
        while (note := self._rotation(chain[-1])) is not None:
            try:
                rotation = open_rotation(note, [k for k in keys if k not in chain])
            except BadNote:
                break
            if rotation.key != chain[-1]:
                break
            chain.append(rotation.signer)
        return tuple(chain)

    async def rotate(self, *, now: datetime, by: str) -> Rotation:
        """A new key signs from now on; the old one is kept for checking and has signed the new one.

        Safe to repeat after a crash: the same new key is taken up. Raises NoLogKey.
        """
        if not self.exists():
            raise NoLogKey("日志还没有签名密钥:先启动一次服务再轮换 no key to rotate yet: start the service once")
        old, draft = self.signer, self.folder / _NEXT
        new = log_key(draft, old.name)
        note = sign_rotation(old, new.verifier, now)
        written(self.folder / f"{old.verifier.key_id.hex()}.vkey", f"{old.verifier.vkey}\n".encode(), 0o644)
        written(self.folder / f"{new.verifier.key_id.hex()}.rotation", note.encode(), 0o644)
        head = await ledger.head()
        async with unit(by=by, now=now) as u:
            u.record(LogKeyRotated(subject=head.origin, old_key=old.verifier.key_id.hex(),
                                   new_key=new.verifier.key_id.hex(), note_digest=canonical.digest(note)))
        draft.replace(self.folder / _SIGNS)
        sync_folder(self.folder)
        return open_rotation(note, [old.verifier])

    def _rotation(self, key: VerifierKey) -> str | None:
        path = self.folder / f"{key.key_id.hex()}.rotation"
        return path.read_text(encoding="utf-8") if path.exists() else None


def log_key(path: Path, name: str) -> SigningKey:
    """The signing key of `path`, made from the system's randomness on first use, mode 0600. Raises BadKey."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        written(made, new_key(name, secrets.token_bytes(32)).to_file(), 0o600)
        try:
            os.link(made, path)  # fails where another process was faster: then its key counts
        except FileExistsError:
            pass
        finally:
            made.unlink()
        sync_folder(path.parent)
    return load_key(path.read_bytes())


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
