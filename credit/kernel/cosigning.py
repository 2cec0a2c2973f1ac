"""Cosignatures of witnesses on checkpoints (C2SP tlog-cosignature, `cosignature/v1`) and what a witness compares."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

import msgspec

from credit.kernel.checkpoints import Checkpoint
from credit.kernel.merkle import verify_consistency
from credit.kernel.signing import BadKey, BadNote, SigningKey, VerifierKey

_COSIGNATURE = b"\x04"  # the algorithm byte of a timestamped Ed25519 cosignature
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_LATEST = 2**33  # seconds: a moment of this or the next century
_LENGTH = 4 + 8 + 64  # key id, seconds, signature


class WitnessKey(msgspec.Struct, frozen=True):
    """A witness's public key under its name."""

    name: str
    public: bytes  # 32 bytes, RFC 8032

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ LF ‖ 0x04 ‖ public)."""
        return sha256(self.name.encode() + b"\n" + _COSIGNATURE + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The text form `<name>+<hex key id>+<base64>`."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_COSIGNATURE + self.public).decode()}"


class Cosignature(msgspec.Struct, frozen=True):
    """A witness's statement that at `seconds` (Unix time) it held the checkpoint consistent with all it saw before."""

    witness: str
    seconds: int
    line: str

    @property
    def signature(self) -> bytes:
        """The Ed25519 signature itself, 64 bytes."""
        return base64.b64decode(self.line.rpartition(" ")[2])[12:]


def witness_of(key: SigningKey) -> WitnessKey:
    """The public key under which `key` cosigns."""
    return WitnessKey(key.name, key.verifier.public)


def load_witness(vkey: str) -> WitnessKey:
    """The key of a text `<name>+<hex key id>+<base64>`. Raises BadKey."""
    name, _, rest = vkey.strip().partition("+")
    key_id, _, body = rest.partition("+")
    try:
        raw = base64.b64decode(body, validate=True)
    except ValueError:
        raw = b""
    key = WitnessKey(name, raw[1:])
    if not name or len(raw) != 33 or raw[:1] != _COSIGNATURE or key.key_id.hex() != key_id:
        raise BadKey("见证公钥有误 not a witness key: copy the whole line that `tendercredit witness` prints")
    return key


def cosigned(note: str, key: SigningKey, seconds: int) -> str:
    """The signed note with one more line: the cosignature of `key` at `seconds` (Unix time)."""
    text = _parts(note)[0]
    body = witness_of(key).key_id + seconds.to_bytes(8, "big") + key.sign(_message(text, seconds))
    return f"{note}— {key.name} {base64.b64encode(body).decode()}\n"


def cosignatures(note: str, trusted: Iterable[WitnessKey]) -> tuple[Cosignature, ...]:
    """The cosignatures of trusted witnesses, one each, the first of each. Raises BadNote for one that does not fit."""
    text, lines = _parts(note)
    keys = {(key.name, key.key_id): key for key in trusted}
    found: dict[str, Cosignature] = {}
    for line in lines:
        name, body = _line(line)
        key = keys.get((name, body[:4]))
        if key is None:
            continue
        seconds = int.from_bytes(body[4:12], "big")
        fits = len(body) == _LENGTH and seconds < _LATEST
        if not fits or not VerifierKey(key.name, key.public).accepts(_message(text, seconds), body[12:]):
            raise BadNote(f"见证人 {key.name} 的签名不符 the cosignature does not fit: send the note whole")
        found.setdefault(key.name, Cosignature(key.name, seconds, line))
    return tuple(found.values())


def with_lines(note: str, given: Sequence[Cosignature]) -> str:
    """The note with the cosignatures that it does not have yet."""
    return note + "".join(f"{c.line}\n" for c in given if f"\n{c.line}\n" not in note)


def rewritten(kept: Checkpoint, served: Checkpoint, path: Sequence[bytes]) -> str | None:
    """Why the log of `served` does not continue that of `kept`; None where `path` proves that it does.

    A smaller log is proven the other way round: it must be the beginning of what was kept.
    """
    if kept.origin != served.origin:
        return f"日志换了名称 the log {kept.origin} now calls itself {served.origin}"
    if kept.size == served.size:
        return None if kept.root == served.root else f"同为 {kept.size} 条而根不同 two roots for one size"
    old, new = sorted((kept, served), key=lambda c: c.size)
    if verify_consistency(old.size, new.size, old.root, new.root, path):
        return None
    return f"{new.size} 条的日志不是由 {old.size} 条的日志续写而来 the larger log does not continue the smaller"


def _line(line: str) -> tuple[str, bytes]:
    """Name and bytes of a signature line. Raises BadNote."""
    match = _LINE.fullmatch(line)
    try:
        return (match[1], base64.b64decode(match[2], validate=True)) if match else ("", b"")
    except ValueError:
        raise BadNote("a signature line is malformed: copy the note whole") from None


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _parts(note: str) -> tuple[str, list[str]]:
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise BadNote("the note has no signature block: copy it whole, with its last line")
    return text + "\n", tail[:-1].split("\n")
