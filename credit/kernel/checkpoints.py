"""Checkpoints and proofs of the log as text: C2SP tlog-checkpoint and tlog-proof."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from credit.kernel import canonical
from credit.kernel.merkle import verify_inclusion
from credit.kernel.signing import BadKey, BadNote, SigningKey, VerifierKey, load_verifier, open_note, sign_note

_ROTATION = "tendercredit.key-rotation/1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_PROOF_HEADER = "c2sp.org/tlog-proof@v1"


class Checkpoint(msgspec.Struct, frozen=True):
    """The log's state as signed: its name, the number of entries and the root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes


class Rotation(msgspec.Struct, frozen=True):
    """A key of the log named by its predecessor."""

    signer: VerifierKey
    key: VerifierKey
    at: datetime


class LogProof(msgspec.Struct, frozen=True):
    """An entry's place in a checkpointed log: index, audit path (leaf's sibling first), checkpoint."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The three lines that are signed. Raises BadNote for an empty or multi-line origin."""
    if not origin or "\n" in origin:
        raise BadNote("the log's origin must be one non-empty line")
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def sign_checkpoint(origin: str, size: int, root: bytes, key: SigningKey) -> str:
    """The signed checkpoint. Sign only a durable size that no earlier checkpoint contradicts."""
    return sign_note(checkpoint_text(origin, size, root), key)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a note's text; extension lines are ignored. Raises BadNote."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise BadNote("a checkpoint has at least three non-empty lines")
    if not _NUMBER.fullmatch(lines[1]):
        raise BadNote("the checkpoint's second line must be the number of entries")
    root = _hash(lines[2])
    return Checkpoint(lines[0], int(lines[1]), root)


def open_checkpoint(note: str, trusted: Iterable[VerifierKey], origin: str) -> Checkpoint:
    """The checkpoint of a note that a trusted key signed for this log. Raises BadNote."""
    checkpoint = parse_checkpoint(open_note(note, trusted))
    if checkpoint.origin != origin:
        raise BadNote(f"the checkpoint is of another log ({checkpoint.origin})")
    return checkpoint


def sign_rotation(old: SigningKey, new: VerifierKey, at: datetime) -> str:
    """The note by which the old key says that the new one signs for the log from `at` on."""
    return sign_note(f"{_ROTATION}\n{new.vkey}\n{canonical.moment(at)}\n", old)


def open_rotation(note: str, trusted: Iterable[VerifierKey]) -> Rotation:
    """The hand-over that a trusted key signed. Raises BadNote."""
    for signer in trusted:
        try:
            lines = open_note(note, [signer]).split("\n")
            if len(lines) == 4 and lines[0] == _ROTATION:
                return Rotation(signer, load_verifier(lines[1]), datetime.fromisoformat(lines[2]))
        except (BadNote, BadKey, ValueError):
            continue
    raise BadNote("no trusted key signed this hand-over to a new key")


def proof_text(index: int, path: Sequence[bytes], checkpoint: str, extra: bytes = b"") -> str:
    """A proof that stands alone, as a C2SP tlog-proof file."""
    head = [_PROOF_HEADER]
    if extra:
        head.append(f"extra {base64.b64encode(extra).decode()}")
    head.append(f"index {index}")
    return "\n".join([*head, *(base64.b64encode(h).decode() for h in path), "", checkpoint])


def parse_proof(text: str) -> LogProof:
    """The parts of a tlog-proof. Raises BadNote."""
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != _PROOF_HEADER:
        raise BadNote(f"a proof begins with {_PROOF_HEADER} and ends with a checkpoint")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _decoded(lines.pop(0)[6:])
    if not lines or not lines[0].startswith("index ") or not _NUMBER.fullmatch(lines[0][6:]):
        raise BadNote("the proof's index line is missing or malformed")
    return LogProof(int(lines[0][6:]), tuple(_hash(line) for line in lines[1:]), checkpoint, extra)


def verify_proof(proof: LogProof, leaf: bytes, trusted: Iterable[VerifierKey], origin: str) -> Checkpoint:
    """The checkpoint under which `leaf` (its hash) is in the log. Raises BadNote where it is not proven."""
    checkpoint = open_checkpoint(proof.checkpoint, trusted, origin)
    if not verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise BadNote("the proof does not lead from this entry to the checkpoint: one of them was changed")
    return checkpoint


def _hash(line: str) -> bytes:
    found = _decoded(line)
    if len(found) != 32:
        raise BadNote("a hash must be 32 bytes in base64")
    return found


def _decoded(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("a line is not base64: copy the text whole") from None
    if base64.b64encode(found).decode() != text:  # unused bits that are not zero: another text for the same bytes
        raise BadNote("a line is not base64 as it was written: copy the text whole")
    return found
