"""Signed notes (C2SP signed-note) with Ed25519 and log checkpoints (C2SP tlog-checkpoint).

Key files hold one line `PRIVATE+KEY+<name>+<key id>+<base64>`; randomness and bytes are handed in.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from credit.kernel.errors import Refusal

_ED25519 = b"\x01"
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_MAX_SIGNATURES = 100


class BadNote(Refusal):
    """The note is malformed or no trusted key signed it."""

    code = "note_invalid"
    title = "签名文书无效 Invalid signed note"


class BadKey(Refusal):
    """The text is no Ed25519 key of the note format."""

    code = "key_invalid"
    title = "密钥无效 Invalid key"
    status = 500


class VerifierKey(msgspec.Struct, frozen=True):
    """A public key under a name, as clients pin it."""

    name: str
    public: bytes  # 32 bytes, RFC 8032

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ public)."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The text form `<name>+<hex key id>+<base64>`."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` (64 bytes) is this key's over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey(msgspec.Struct, frozen=True):
    """A private key under a name; its `repr` shows the name only."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over `message`."""
        return self._private.sign(message)

    def to_file(self) -> bytes:
        """The key file's bytes; keep them mode 0600."""
        body = _base64(_ED25519 + self.seed)
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{body}\n".encode()

    @property
    def _private(self) -> Ed25519PrivateKey:
        return _private_key(self.seed)


@lru_cache(maxsize=8)
def _private_key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def new_key(name: str, randomness: bytes) -> SigningKey:
    """A key from 32 random bytes. Raises BadKey for a name with blanks or plus, or for another length."""
    if not name or re.search(r"[\s+]", name):
        raise BadKey("the key name must not be empty nor hold blanks or plus signs")
    if len(randomness) != 32:
        raise BadKey("an Ed25519 key needs exactly 32 random bytes")
    return SigningKey(name, randomness)


def load_key(data: bytes) -> SigningKey:
    """The key of a key file. Raises BadKey, without repeating any of it."""
    parts = data.decode("utf-8", "replace").strip().split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise BadKey("not a signing key file: expected PRIVATE+KEY+<name>+<id>+<base64>")
    key = new_key(parts[2], _key_body(parts[4]))
    if key.verifier.key_id.hex() != parts[3]:
        raise BadKey("the signing key file is damaged: its key id does not fit; restore it from the backup")
    return key


def load_verifier(vkey: str) -> VerifierKey:
    """The public key of a text `<name>+<hex key id>+<base64>`. Raises BadKey."""
    parts = vkey.strip().split("+", 2)
    if len(parts) != 3 or not parts[0]:
        raise BadKey("not a verifier key: expected <name>+<id>+<base64>")
    key = VerifierKey(parts[0], _key_body(parts[2]))
    if key.key_id.hex() != parts[1]:
        raise BadKey("the verifier key is damaged: its key id does not fit")
    return key


def sign_note(text: str, key: SigningKey) -> str:
    """The note: `text` (ends in a newline), a blank line, one signature line. Raises BadNote."""
    _check_text(text)
    body = key.verifier.key_id + key.sign(text.encode())
    return f"{text}\n— {key.name} {_base64(body)}\n"


def open_note(note: str, trusted: Iterable[VerifierKey]) -> str:
    """The text of a note that a trusted key signed. Unknown signers are ignored; a wrong signature of a known
    key, or none of a known key, raises BadNote."""
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise BadNote("the note has no signature block: copy it whole, with its last line")
    text += "\n"
    _check_text(text)
    keys = {(key.name, key.key_id): key for key in trusted}
    known = 0
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise BadNote(f"the note has more than {_MAX_SIGNATURES} signatures")
    for line in lines:
        known += _known_signature(line, text.encode(), keys)
    if not known:
        raise BadNote("no trusted key signed this note: compare the key with the one published")
    return text


def _known_signature(line: str, message: bytes, keys: dict[tuple[str, bytes], VerifierKey]) -> bool:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise BadNote("a signature line is malformed: copy the note whole")
    body = _unbase64(match[2])
    if body is None or len(body) < 5:
        raise BadNote("a signature line is malformed: copy the note whole")
    key = keys.get((match[1], body[:4]))
    if key is None:
        return False
    if not key.accepts(message, body[4:]):
        raise BadNote(f"the signature of {key.name} does not fit: the note was changed")
    return True


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any((c < " " and c != "\n") or "\ud800" <= c <= "\udfff" for c in text):
        raise BadNote("a note's text ends in a newline and holds no control characters")


def _key_body(text: str) -> bytes:
    body = _unbase64(text)
    if body is None or len(body) != 33 or body[:1] != _ED25519:
        raise BadKey("not an Ed25519 key")
    return body[1:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes | None:
    """The bytes of the one base64 text that stands for them; the unused last bits must be zero."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if _base64(found) == text else None
