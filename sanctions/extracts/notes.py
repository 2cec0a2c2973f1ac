"""The manifests of extracts: signed notes (C2SP signed-note) that name each file with its rows, bytes and SHA-256.

A manifest names its predecessor, so the extracts of a log are a chain; it carries a signed checkpoint of the log that
holds everything the extract knows. Digests of manifests are over the signed text, so a later signature changes none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256
from typing import TypeVar

import msgspec

from credit.kernel import canonical
from credit.kernel.checkpoints import Checkpoint, open_checkpoint
from credit.kernel.signing import BadNote, SigningKey, VerifierKey, open_note, sign_note

FULL = "tendercredit.extract/1"
DELTA = "tendercredit.extract-delta/1"
MANIFEST = "manifest.note"  # of the extract, beside its files
DELTA_NOTE = "delta.note"  # of the difference, beside its files and the manifest it leads to
PROVES = (
    "清单证明:本系统在所载日期、所载日志状态下公示的各名单就是所附文件,此后未被改动;不证明系统之外没有其他处罚或限制。"
    "公示终止的记录不在其中,取得人应当以最新一份为准,不得继续使用已终止公示的信息。 The manifest proves what was shown "
    "here on that day and log state; use the newest, and drop what is no longer in it."
)
_NAME = re.compile(r"[a-z][a-z_]{0,39}")  # of a list: names become files of whoever checks
_ENDINGS = (".jsonl", ".csv", ".delta.jsonl", ".delta.csv")
T = TypeVar("T", bound="Manifest | DeltaManifest")


class FileNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file: of which list, its lines beside the heading, its length and hash (hex)."""

    name: str
    list: str
    title: str
    rows: int
    bytes: int
    sha256: str


class SourceNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As of when the house itself held the list; `static`: a copy that nobody renews."""

    list: str
    fetched_at: str
    static: bool


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A full extract: what was shown on `on`, knowing the log up to and with `known_seq`; moments are UTC.

    `at` is the moment at which it was what the public saw, `number` its place in the chain (0: outside of it), and
    `previous` the digest of the manifest before it. `checkpoint` covers `known_seq`. A list without an entry in
    `sources` was not held at all: its file says nothing of who is not in it.
    """

    log: str
    number: int
    on: date
    known_seq: int
    known_at: str
    at: str
    rules: str
    files: tuple[FileNote, ...]
    previous: str | None
    checkpoint: str
    sources: tuple[SourceNote, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An extract named by its manifest's digest."""

    number: int
    on: date
    known_seq: int
    manifest: str


class DeltaManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What leads from the extract `base` to the extract `target`, list by list."""

    log: str
    base: Place
    target: Place
    files: tuple[FileNote, ...]


def note_text(made: Manifest | DeltaManifest) -> str:
    """The text that is signed: the kind of manifest, then its canonical JSON."""
    kind = FULL if isinstance(made, Manifest) else DELTA
    return f"{kind}\n{canonical.encode(made)}\n"


def signed(made: Manifest | DeltaManifest, key: SigningKey) -> str:
    """The manifest as a signed note."""
    return sign_note(note_text(made), key)


def digest(made: Manifest | DeltaManifest) -> str:
    """SHA-256 of the signed text, in hex."""
    return sha256(note_text(made).encode()).hexdigest()


def place(made: Manifest) -> Place:
    return Place(number=made.number, on=made.on, known_seq=made.known_seq, manifest=digest(made))


def read_manifest(note: str) -> Manifest:
    """The manifest of a note whose signature is not looked at. Raises BadNote."""
    return _read(note.rpartition("\n\n")[0] + "\n", FULL, Manifest)


def read_delta(note: str) -> DeltaManifest:
    """The manifest of a delta whose signature is not looked at. Raises BadNote."""
    return _read(note.rpartition("\n\n")[0] + "\n", DELTA, DeltaManifest)


def open_manifest(note: str, trusted: Iterable[VerifierKey]) -> Manifest:
    """The manifest that a trusted key signed. Raises BadNote."""
    return _read(open_note(note, trusted), FULL, Manifest)


def open_delta(note: str, trusted: Iterable[VerifierKey]) -> DeltaManifest:
    """The manifest of a delta that a trusted key signed. Raises BadNote."""
    return _read(open_note(note, trusted), DELTA, DeltaManifest)


def covered(made: Manifest, trusted: Iterable[VerifierKey]) -> Checkpoint:
    """The signed checkpoint of the same log that holds what the extract knows. Raises BadNote."""
    found = open_checkpoint(made.checkpoint, trusted, made.log)
    if found.size <= made.known_seq:
        raise BadNote(f"检查点只到第{found.size - 1}条,清单却称所知至第{made.known_seq}条 the checkpoint is older")
    return found


def moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _read(text: str, kind: str, into: type[T]) -> T:
    head, _, body = text.partition("\n")
    if head != kind:
        raise BadNote(f"不是 {kind} 的清单 not such a manifest: it begins with {head[:60]!r}")
    try:
        made = msgspec.json.decode(body, type=into)
        whole = note_text(made) == text
    except (msgspec.DecodeError, canonical.CanonicalError, RecursionError, UnicodeError) as exc:
        raise BadNote(f"清单残缺 the manifest is not whole ({exc})") from None
    if not whole:
        raise BadNote("清单不是签发时的文本:请整份保存 the manifest is not the text that was issued")
    for note in made.files:
        if not _NAME.fullmatch(note.list) or note.name not in {note.list + ending for ending in _ENDINGS}:
            raise BadNote(f"清单中的文件名不合规 no name of a file of an extract: {note.name[:60]!r}")
    return made
