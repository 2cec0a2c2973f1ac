"""Checking extracts without their issuer: a full one, then deltas in the order in which they follow; first fault named.

Files are read in pieces and never held, so a check needs as much memory for a million rows as for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

import msgspec

from credit.kernel.signing import BadNote, VerifierKey
from sanctions.extracts.notes import (
    DELTA_NOTE,
    MANIFEST,
    DeltaManifest,
    FileNote,
    Manifest,
    Place,
    covered,
    open_delta,
    open_manifest,
    place,
)
from sanctions.extracts.rows import Contradiction, applied, ordered, split_lines

_MOST_NOTE = 1_000_000  # bytes of a manifest


class Packet(Protocol):
    """A folder or archive: what it is called, what is in it, and a file in pieces."""

    @property
    def name(self) -> str: ...

    def names(self) -> Sequence[str]: ...

    def read(self, name: str) -> Iterator[bytes]:
        """Raises OSError or ValueError where it cannot be read, KeyError where it is not there."""


class Step(StrEnum):
    """What is checked, in this order."""

    FORM = "form"
    SIGNATURE = "signature"
    LOG = "log"
    ORDER = "order"
    FILES = "files"
    DIGEST = "digest"
    CONTENT = "content"
    APPLIED = "applied"


PASSED = {
    Step.FORM: "清单齐全 the manifests are there",
    Step.SIGNATURE: "清单签名有效 the manifests are signed under a known key",
    Step.LOG: "清单属于同一日志,检查点有效 one log, and its checkpoint is signed",
    Step.ORDER: "增量依次相接 each delta begins where the one before ended",
    Step.FILES: "文件齐全 every file is there",
    Step.DIGEST: "文件与清单一致 every file is what was signed",
    Step.CONTENT: "行有序且不重复 the rows are in order, each once",
    Step.APPLIED: "全量加增量等于新的全量 full and deltas give the newest",
}


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome: `failed` names the first step that does not hold, `where` the packet or file.

    `newest` is the extract that the packets lead to; `strange` are files that no manifest speaks of.
    """

    valid: bool
    detail: str
    failed: Step | None = None
    where: str = ""
    checked: tuple[Step, ...] = ()
    newest: Place | None = None
    log: str = ""
    rows: dict[str, int] = {}
    strange: tuple[str, ...] = ()


class _Part(msgspec.Struct, frozen=True):
    packet: Packet
    manifest: Manifest  # of the extract it is, or leads to
    delta: DeltaManifest | None

    @property
    def files(self) -> tuple[FileNote, ...]:
        return self.delta.files if self.delta else self.manifest.files

    @property
    def own(self) -> set[str]:
        return {note.name for note in self.files} | ({MANIFEST, DELTA_NOTE} if self.delta else {MANIFEST})


class _Broken(Exception):
    def __init__(self, step: Step, where: str, detail: str) -> None:
        super().__init__(detail)
        self.step, self.where, self.detail = step, where, detail


def check(packets: Sequence[Packet], trusted: Iterable[VerifierKey]) -> Checked:
    """Whether a trusted key signed these extracts, whole and in this order. Never raises."""
    keys, passed, parts = tuple(trusted), list[Step](), list[_Part]()
    try:
        for step, work in _steps(packets, keys, parts):
            work()
            passed.append(step)
    except _Broken as exc:
        return Checked(valid=False, failed=exc.step, where=exc.where, detail=exc.detail, checked=tuple(passed))
    last = parts[-1].manifest
    strange = tuple(f"{p.packet.name}/{name}" for p in parts for name in p.packet.names() if name not in p.own)
    return Checked(
        valid=True, detail="摘录有效 the extract is valid", checked=tuple(passed), newest=place(last), log=last.log,
        rows={note.list: note.rows for note in last.files}, strange=strange)


def check_file(packet: Packet, name: str, note: str, trusted: Iterable[VerifierKey]) -> tuple[Checked, FileNote | None]:
    """Whether one file is one that a signed manifest names, under whatever name it was saved. Never raises."""
    keys, passed = tuple(trusted), list[Step]()
    try:
        made = open_manifest(note, keys)
        passed.append(Step.SIGNATURE)
        covered(made, keys)
        passed.append(Step.LOG)
        meant = [one for one in made.files if name.endswith(one.name)]
        if not meant:
            raise _Broken(Step.FILES, name, "清单中没有这个文件 the manifest names no such file")
        _same(packet, name, meant[0])
    except BadNote as exc:
        step = Step.LOG if passed else Step.SIGNATURE
        return Checked(valid=False, failed=step, detail=exc.detail, checked=tuple(passed)), None
    except _Broken as exc:
        return Checked(valid=False, failed=exc.step, where=exc.where, detail=exc.detail, checked=tuple(passed)), None
    rows = {meant[0].list: meant[0].rows}
    told = Checked(valid=True, detail="文件有效 the file is valid", checked=(*passed, Step.DIGEST), log=made.log,
                   newest=place(made), rows=rows)
    return told, meant[0]


def newest_lines(packets: Sequence[Packet], of_list: str) -> Iterator[bytes]:
    """The lines of a list once every delta is applied, of packets that `check` found valid."""
    lines = _lines(packets[0], f"{of_list}.jsonl")
    for packet in packets[1:]:
        lines = applied(lines, _lines(packet, f"{of_list}.delta.jsonl"))
    yield from lines


def _steps(
    packets: Sequence[Packet], keys: tuple[VerifierKey, ...], parts: list[_Part]
) -> Iterator[tuple[Step, Callable[[], None]]]:
    yield Step.FORM, lambda: _form(packets)
    yield Step.SIGNATURE, lambda: parts.extend(_signed(packet, keys) for packet in packets)
    yield Step.LOG, lambda: _log(parts, keys)
    yield Step.ORDER, lambda: _order(parts)
    yield Step.FILES, lambda: _whole(parts)
    yield Step.DIGEST, lambda: _digests(parts)
    yield Step.CONTENT, lambda: _content(parts[0])
    if len(parts) > 1:
        yield Step.APPLIED, lambda: _applied(parts)


def _form(packets: Sequence[Packet]) -> None:
    if not packets:
        raise _Broken(Step.FORM, "", f"没有找到 {MANIFEST}:请给出整个文件夹或者压缩包 nothing to check")
    for number, packet in enumerate(packets):
        names = packet.names()
        if MANIFEST not in names:
            raise _Broken(Step.FORM, packet.name, f"缺少 {MANIFEST} the manifest is missing")
        if number == 0 and DELTA_NOTE in names:
            raise _Broken(Step.ORDER, packet.name, "第一份应当是全量 the first must be a full extract, not a delta")
        if number and DELTA_NOTE not in names:
            raise _Broken(Step.ORDER, packet.name, "全量只能是第一份 only the first may be a full extract")


def _signed(packet: Packet, keys: tuple[VerifierKey, ...]) -> _Part:
    try:
        manifest = open_manifest(_note(packet, MANIFEST), keys)
        return _Part(packet, manifest, open_delta(_note(packet, DELTA_NOTE), keys) if DELTA_NOTE in packet.names()
                     else None)
    except BadNote as exc:
        raise _Broken(Step.SIGNATURE, packet.name, f"清单未通过验签,或出自别的日志 {exc.detail}") from None


def _note(packet: Packet, name: str) -> str:
    held = b""
    try:
        for chunk in packet.read(name):
            held += chunk
            if len(held) > _MOST_NOTE:
                raise BadNote("the manifest is too long")
        return held.decode()
    except (OSError, ValueError, KeyError) as exc:
        raise _Broken(Step.FORM, packet.name, f"{name} 无法读取 cannot be read ({exc})") from None


def _log(parts: Sequence[_Part], keys: tuple[VerifierKey, ...]) -> None:
    log = parts[0].manifest.log
    for part in parts:
        logs = {part.manifest.log, part.delta.log if part.delta else log}
        if logs != {log}:
            other = next(iter(logs - {log}))
            raise _Broken(Step.LOG, part.packet.name, f"出自另一日志 {other} it is of another log than {log}")
        try:
            covered(part.manifest, keys)
        except BadNote as exc:
            raise _Broken(Step.LOG, part.packet.name, exc.detail) from None


def _order(parts: Sequence[_Part]) -> None:
    held = place(parts[0].manifest)
    for part in parts[1:]:
        assert part.delta is not None
        if part.delta.target != place(part.manifest):
            raise _Broken(Step.ORDER, part.packet.name, "增量所附的清单不是其终点的清单 not its target's")
        if part.delta.base != held:
            raise _Broken(
                Step.ORDER, part.packet.name,
                f"增量以第{part.delta.base.known_seq}条的摘录为基点,前一份却止于第{held.known_seq}条:请按先后排列,"
                "不要缺少 deltas are swapped or one is missing")
        held = part.delta.target


def _whole(parts: Sequence[_Part]) -> None:
    for part in parts:
        there = set(part.packet.names())
        for note in part.files:
            if note.name not in there:
                raise _Broken(Step.FILES, f"{part.packet.name}/{note.name}", "缺少文件 the file is missing")


def _digests(parts: Sequence[_Part]) -> None:
    for part in parts:
        for note in part.files:
            _same(part.packet, note.name, note)


def _same(packet: Packet, name: str, note: FileNote) -> None:
    """The file is what was signed; no more of it is read than it should have."""
    where, size, hashed = f"{packet.name}/{name}", 0, sha256()
    try:
        for chunk in packet.read(name):
            size += len(chunk)
            hashed.update(chunk)
            if size > note.bytes:
                raise _Broken(Step.DIGEST, where, f"文件多出内容:应有 {note.bytes} 字节 the file is longer")
    except (OSError, ValueError, KeyError) as exc:
        raise _Broken(Step.DIGEST, where, f"文件无法读取 cannot be read ({exc})") from None
    if size < note.bytes:
        raise _Broken(Step.DIGEST, where, f"文件被截短:应有 {note.bytes} 字节,现有 {size} the file is truncated")
    if hashed.hexdigest() != note.sha256:
        raise _Broken(Step.DIGEST, where, "文件内容被改动 the file was changed")


def _content(full: _Part) -> None:
    for note in full.files:
        if note.name.endswith(".jsonl"):
            try:
                found = sum(1 for _ in ordered(_lines(full.packet, note.name)))
            except Contradiction as exc:
                raise _Broken(Step.CONTENT, f"{full.packet.name}/{note.name}", str(exc)) from None
            if found != note.rows:
                raise _Broken(Step.CONTENT, f"{full.packet.name}/{note.name}", f"清单写 {note.rows} 行,实有 {found}")


def _applied(parts: Sequence[_Part]) -> None:
    """Each list through every delta, compared with what each manifest on the way says of it."""
    lists = dict.fromkeys(note.list for part in parts for note in part.manifest.files)
    for of_list in lists:
        lines: Iterator[bytes] = iter(())
        sums = []
        for part in parts:
            name = f"{of_list}.delta.jsonl" if part.delta else f"{of_list}.jsonl"
            given = _lines(part.packet, name) if name in part.packet.names() else iter(())
            lines = applied(lines, given) if part.delta else given
            sums.append(sha256())
            lines = _summed(lines, sums[-1].update)
        where = parts[-1].packet.name
        try:
            for _ in lines:
                pass
        except Contradiction as exc:
            raise _Broken(Step.APPLIED, f"{where}/{of_list}", str(exc)) from None
        for part, made in zip(parts, sums, strict=True):
            said = next((n.sha256 for n in part.manifest.files if n.name == f"{of_list}.jsonl"), sha256().hexdigest())
            if made.hexdigest() != said:
                raise _Broken(Step.APPLIED, f"{part.packet.name}/{of_list}",
                              "增量用上以后不是清单所签的全量 the delta does not lead to the extract it names")


def _summed(lines: Iterable[bytes], add: Callable[[bytes], None]) -> Iterator[bytes]:
    for line in lines:
        add(line)
        yield line


def _lines(packet: Packet, name: str) -> Iterator[bytes]:
    return split_lines(packet.read(name))
