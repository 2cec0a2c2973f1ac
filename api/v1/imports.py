"""双公示 files and the rows that wait for a person."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, Parameter

from api import replays
from api.auth import needs, replayed, request_key
from api.bodies import json_body
from api.packed import Packed, pack
from api.v1.penalties import Key, without_letter
from api.v1.views import NoLetterLine
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel import unit
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Invalid
from sanctions import intake
from sanctions.events import Origin
from sanctions.intake.outcomes import Limits, Outcome, Rejected
from sanctions.model import PenaltyCommand
from sanctions.service.deciding.files import ParkedLine
from sanctions.service.deciding.parked import ParkedView

Cursor = Annotated[int, Parameter(ge=-1, description="上一页的 next_cursor")]
Limit = Annotated[int, Parameter(ge=1, le=200)]


class ImportForm(msgspec.Struct, kw_only=True):
    """A file of the 双公示 columns: CSV (UTF-8 or GB18030) or XLSX."""

    file: UploadFile | None = None


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every row; `warnings` name optional cells that were left out."""

    accepted: int
    duplicates: int
    parked: tuple[ParkedLine, ...]
    rejected: tuple[Rejected, ...]
    warnings: tuple[Rejected, ...]
    class_unknown: int
    name_differs: tuple[int, ...]
    dry_run: bool


class ParkedPage(msgspec.Struct, frozen=True):
    items: tuple[ParkedView, ...]
    next_cursor: str | None


class ParkedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Either the completed penalty, or `reject` with a code word for the reason: prose does not go into the log."""

    penalty: PenaltyCommand | None = None
    reject: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,58}[a-z]$")] | None = None


class ParkedOutcome(msgspec.Struct, frozen=True, kw_only=True):
    state: str
    id: str | None = None
    duplicate: bool = False
    no_letter: NoLetterLine | None = None


class Imports(Controller):
    """双公示文件导入与待补正记录。"""

    path = "/v1/penalties"
    tags = ["penalties"]
    guards = [needs(Role.AUTHORITY)]

    @post("/import", status_code=200, opt={"takes_files": True}, summary="导入双公示文件 Import a file")
    async def take(
        self, data: Annotated[ImportForm, Body(media_type=RequestEncodingType.MULTI_PART)], services: Services,
        caller: Caller, request: Request[Any, Any, State], dry_run: bool = False, letters: bool = False,
    ) -> ImportAnswer:
        """Complete rows are received, incomplete ones parked, the rest refused; letters only with `letters=true`."""
        digest, outcomes = await _read(_file(data), services)
        key = None if dry_run else request_key(request, digest)  # the file counts, not the form around it
        try:
            await replays.look_up(key, caller, services.clock())
        except unit.Replayed as exc:
            return replayed(exc, ImportAnswer)
        report = await services.importing.take(outcomes, caller, letters=letters, dry_run=dry_run)
        answer = ImportAnswer(
            accepted=report.accepted, duplicates=report.duplicates, parked=tuple(report.parked),
            rejected=tuple(report.rejected), warnings=tuple(report.warnings), class_unknown=report.class_unknown,
            name_differs=tuple(report.name_differs), dry_run=dry_run,
        )
        await replays.keep(key, caller, services.clock(), answer)
        return answer

    @get("/parked", summary="待补正记录 Parked rows")
    async def parked(self, services: Services, caller: Caller, limit: Limit = 50, cursor: Cursor = -1) -> ParkedPage:
        """Rows of your organisation that are penalties but lack something, oldest first."""
        rows = await services.parking.listing(caller, cursor, limit)
        return ParkedPage(tuple(rows), str(rows[-1].seq) if len(rows) == limit else None)

    @get("/parked/{parked_id:str}", summary="一条待补正记录 One parked row")
    async def one(self, parked_id: str, services: Services, caller: Caller) -> ParkedView:
        """The row as the file had it, and what is missing."""
        return await services.parking.view(parked_id, caller)

    @post("/parked/{parked_id:str}", dto=json_body(ParkedDecision), status_code=200, summary="补正或退回 Complete")
    async def decide(
        self, parked_id: str, data: ParkedDecision, services: Services, caller: Caller, request_key: Key
    ) -> ParkedOutcome:
        """A person completes the row, which then runs like a push, or rejects it."""
        if (data.penalty is None) == (data.reject is None):
            raise Invalid("填写 penalty(补正)或 reject(退回)之一", errors=(
                FieldError("/penalty", "missing", "补正后的完整处罚,或改填 reject"),))
        try:
            await replays.look_up(request_key, caller, services.clock())
            return await _decided(parked_id, data, services, caller, request_key)
        except unit.Replayed as exc:
            return replayed(exc, ParkedOutcome)


async def _decided(
    parked_id: str, data: ParkedDecision, services: Services, caller: Caller, request_key: Key
) -> ParkedOutcome:
    if data.reject is not None:
        await services.parking.reject(parked_id, data.reject, caller)
        outcome = ParkedOutcome(state="rejected")
    else:
        assert data.penalty is not None
        received = await services.parking.complete(parked_id, data.penalty, caller)
        none = await without_letter(services, received, Origin.PARKED)
        outcome = ParkedOutcome(
            state="completed", id=received.record_id, duplicate=received.duplicate, no_letter=none)
    await replays.keep(request_key, caller, services.clock(), outcome)
    return outcome


def _file(form: ImportForm) -> UploadFile:
    if form.file is None:
        raise Invalid("请以 multipart/form-data 提交文件,字段名 file send the file as form field `file`", errors=(
            FieldError("/file", "missing", "附上 CSV 或 XLSX 文件"),))
    return form.file


async def _read(upload: UploadFile, services: Services) -> tuple[bytes, Sequence[Outcome]]:
    """The SHA-256 of an upload and its rows, read in another process so that single calls stay quick."""
    today = business_day(services.clock())
    limits = Limits(max_bytes=services.settings.web.max_upload_mb * 1_000_000)
    hashed = hashlib.sha256()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as target:
            while chunk := await upload.read(1 << 20):
                target.write(chunk)
                hashed.update(chunk)
        loop = asyncio.get_running_loop()
        return hashed.digest(), Packed(await loop.run_in_executor(services.pool, read_rows, path, today, limits))


def read_rows(path: Path, today: date, limits: Limits) -> list[bytes]:
    """Runs in a worker process: every outcome of a file, packed."""
    return pack(intake.read(path, today=today, limits=limits))
