"""Extracts of the public lists: full files, what changed since, signed manifests; for everybody, and cacheable.

A cache asks again before each use (`ETag`): what a repair has ended must not be shown from a copy.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Controller, MediaType, Request, Response, get
from litestar.datastructures import ETag, State
from litestar.params import Parameter
from litestar.response import File

from api.auth import anyone
from api.paging import Cursor, Limit, below, cursor_of
from api.wiring import Services
from credit.kernel.errors import FieldError, Invalid, NotFound
from sanctions.extracts.notes import DELTA_NOTE, MANIFEST, PROVES, FileNote, moment_of, read_manifest
from sanctions.service.extracts.model import KeptExtract
from sanctions.service.extracts.serving import ALL, ALL_DELTA, Ready

CURRENT = "current"
_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl", "zip": "application/zip", "note": "text/plain"}
_MOST_SEQ = 2**53
AnyRequest = Request[Any, Any, State]
Which = Annotated[str, Parameter(description="`current`,或摘录的 known_seq", max_length=20)]
Since = Annotated[str, Parameter(description="基点:手中摘录的 known_seq,或其清单的 SHA-256", max_length=80)]


class FileView(msgspec.Struct, frozen=True):
    """A file; `url` null where the extract is no longer the newest."""

    name: str
    list: str
    title: str
    rows: int
    bytes: int
    sha256: str
    url: str | None


class ExtractView(msgspec.Struct, frozen=True, kw_only=True):
    """An extract: what was shown on `on`, knowing the log up to `known_seq`. `sha256` is that of the manifest."""

    number: int
    on: date
    known_seq: int
    at: datetime
    rules: str
    sha256: str
    previous: str | None
    entry_seq: int
    manifest_url: str
    zip_url: str | None
    delta_url: str | None
    files: list[FileView]


class ExtractPage(msgspec.Struct, frozen=True):
    """Newest first; files are handed out of the newest only."""

    items: list[ExtractView]
    next_cursor: str | None
    proves: str = PROVES


class Extracts(Controller):
    """公示名单的全量和增量摘录。"""

    path = "/v1/extracts"
    guards = [anyone]
    tags = ["extracts"]

    @get("/", summary="各份摘录 Extracts")
    async def listing(
        self, services: Services, request: AnyRequest, limit: Limit = 20, cursor: Cursor = None
    ) -> Response[ExtractPage]:
        """Every extract handed out, the one of now first; it is made when somebody asks."""
        start, newest = below(cursor), await services.extracts.current()
        tag = f"{newest.kept.digest}.{limit}.{start}"
        if _has(request, tag):
            return _unchanged(tag)
        found = await services.extracts.listing(start, limit)
        more = cursor_of(str(found[-1].number)) if len(found) == limit else None
        told = ExtractPage([view(one, newest.kept) for one in found], more)
        return Response(told, headers={"Cache-Control": "public, no-cache", "ETag": f'"{tag}"'})

    @get("/delta/{name:str}", summary="增量文件 Delta file")
    async def delta(self, name: str, since: Since, services: Services, request: AnyRequest) -> Response[Any] | File:
        """What leads from your extract to the newest: `manifest`, `delta.zip`, or a file the manifest names.

        What is no longer shown is told by its key alone.
        """
        return await served(services, await services.extracts.delta(since), name, request)

    @get("/{which:str}/manifest", summary="清单 Manifest", media_type=MediaType.TEXT)
    async def manifest(self, which: Which, services: Services, request: AnyRequest) -> Response[Any]:
        """The signed note (C2SP signed-note) of any extract ever handed out."""
        extracts = services.extracts
        kept = (await extracts.current()).kept if which == CURRENT else await extracts.kept(_seq(which))
        return _text(kept.note, kept.digest, request)

    @get("/{which:str}/files/{name:str}", summary="全量文件 Full file")
    async def file(self, which: Which, name: str, services: Services, request: AnyRequest) -> Response[Any] | File:
        """A file that the manifest names, or `all.zip`; of the newest extract only, 410 for older ones."""
        extracts = services.extracts
        ready = await extracts.current() if which == CURRENT else await extracts.at(_seq(which))
        return await served(services, ready, name, request)


async def served(services: Services, ready: Ready, name: str, request: AnyRequest) -> Response[Any] | File:
    """A file of an extract or delta, or 304 where the caller has it. Raises NotFound."""
    made = ready.delta or ready.manifest
    noted = next((one for one in made.files if one.name == name), None)
    stem = f"extract-{ready.manifest.known_seq:012d}"
    if ready.delta is not None:
        stem = f"extract-{ready.manifest.known_seq:012d}-from-{ready.delta.base.known_seq:012d}"
    if noted is not None:
        return _file(ready.folder / name, noted.sha256, f"{stem}-{name}", request)
    if name in (MANIFEST, DELTA_NOTE, "manifest"):
        which = DELTA_NOTE if ready.delta and name != MANIFEST else MANIFEST
        return _file(ready.folder / which, f"{ready.kept.digest}.{which}.{stem}", f"{stem}-{which}", request)
    if name == (ALL_DELTA if ready.delta else ALL):
        path = await services.extracts.packed(ready)
        return _file(path, f"{ready.kept.digest}.zip.{stem}", f"{stem}.zip", request)
    raise NotFound("没有这个文件,文件名见清单 no such file: the manifest names them")


def view(one: KeptExtract, newest: KeptExtract) -> ExtractView:
    """An extract as it leaves the house."""
    made, base = read_manifest(one.note), f"/v1/extracts/{one.known_seq}"
    now = one.number == newest.number
    return ExtractView(
        number=one.number, on=one.on_day, known_seq=one.known_seq, at=moment_of(made.at), rules=made.rules,
        sha256=one.digest, previous=made.previous, entry_seq=one.seq, manifest_url=f"{base}/manifest",
        zip_url=f"{base}/files/{ALL}" if now else None,
        delta_url=None if now else f"/v1/extracts/delta/{ALL_DELTA}?since={one.known_seq}",
        files=[_noted(note, base if now else None) for note in made.files],
    )


def _noted(note: FileNote, base: str | None) -> FileView:
    url = None if base is None else f"{base}/files/{note.name}"
    return FileView(note.name, note.list, note.title, note.rows, note.bytes, note.sha256, url)


def _seq(which: str) -> int:
    if which.isascii() and which.isdigit() and int(which) <= _MOST_SEQ:
        return int(which)
    fault = FieldError("/which", "wrong_form", "current,或摘录的 known_seq")
    raise Invalid("请用 current 或者摘录的日志位置 name an extract", errors=(fault,))


def _file(path: Path, tag: str, filename: str, request: AnyRequest) -> Response[Any] | File:
    if _has(request, tag):
        return _unchanged(tag)
    return File(path, filename=filename, media_type=_TYPES[path.suffix[1:]], etag=ETag(value=tag),
                headers={"Cache-Control": "public, no-cache"})


def _text(note: str, tag: str, request: AnyRequest) -> Response[Any]:
    if _has(request, tag):
        return _unchanged(tag)
    return Response(note, media_type=_TYPES["note"],
                    headers={"Cache-Control": "public, no-cache", "ETag": f'"{tag}"'})


def _has(request: AnyRequest, tag: str) -> bool:
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or tag in {part.strip().removeprefix("W/").strip('"') for part in given.split(",")}


def _unchanged(tag: str) -> Response[Any]:
    return Response(None, status_code=304, headers={"Cache-Control": "public, no-cache", "ETag": f'"{tag}"'})
