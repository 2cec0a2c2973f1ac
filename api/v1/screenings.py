"""Screening of files: up to a million companies asked about at once, worked in the background."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, Parameter, QueryParameter
from litestar.response import File

from api import decoding
from api.auth import needs, request_key
from api.paging import after, cursor_of
from api.wiring import MORE_FOR_SCREENINGS, Services
from credit.accounts.model import Caller, Role
from credit.kernel.errors import FieldError, Invalid
from credit.kernel.unit import Replayed
from sanctions.intake.sources import check_kind
from sanctions.service.screening.files import Folder
from sanctions.service.screening.model import State as Stage
from sanctions.service.screening.screenings import Progress
from sanctions.verdicts import Tender

OWNERS = (Role.PLATFORM,)
READERS = (Role.PLATFORM, Role.AUDITOR)
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAX_SEQ = 2**53


class ScreeningForm(msgspec.Struct, kw_only=True):
    """`file`: companies as CSV (UTF-8 or GB18030) or XLSX, with a column of codes or names; `tender`: as in
    `POST /v1/eligibility`, as JSON; `on`: the day asked about."""

    file: UploadFile | None = None
    tender: str | None = None
    on: str | None = None


class ResultView(msgspec.Struct, frozen=True):
    """Where the result is, and the SHA-256 of the CSV that the log holds."""

    url: str
    sha256: str
    bytes: int


class FaultView(msgspec.Struct, frozen=True):
    code: str
    detail: str


class RowsView(msgspec.Struct, frozen=True):
    """Rows of the file (null until it is read), those answered, and of these the unreadable ones."""

    total: int | None
    done: int
    rejected: int


class ScreeningView(msgspec.Struct, frozen=True, kw_only=True):
    """A screening. Every row is answered as of `known_seq` and `asked_at`, by `rules`; `counts` are rows by outcome."""

    id: str
    state: Stage
    rows: RowsView
    counts: dict[str, int]
    known_seq: int
    rules: str
    asked_at: datetime
    on: date | None
    tender: Tender
    file_sha256: str
    started_at: datetime | None
    finished_at: datetime | None
    expires_on: date
    error: FaultView | None
    result: ResultView | None


class ScreeningPage(msgspec.Struct, frozen=True):
    items: list[ScreeningView]
    next_cursor: str | None


class Screenings(Controller):
    """批量核查:上传名单,后台核查,下载结果。"""

    path = "/v1/screenings"
    tags = ["eligibility"]

    @post("/", guards=[needs(*OWNERS)], status_code=202, opt={"takes_files": MORE_FOR_SCREENINGS},
          summary="批量核查 Screen a file")
    async def ask(
        self, data: Annotated[ScreeningForm, Body(media_type=RequestEncodingType.MULTI_PART)], services: Services,
        caller: Caller, request: Request[Any, Any, State],
    ) -> Response[ScreeningView]:
        """Takes the file and answers at once; its rows are worked in the background, bad rows one by one rejected."""
        found = await received(services, caller, data, request)
        return Response(view(found), status_code=202, headers={"Location": f"/v1/screenings/{found.screening.id}"})

    @get("/", guards=[needs(*OWNERS)], summary="本单位的批量核查 Own screenings")
    async def listing(
        self, services: Services, caller: Caller, limit: Annotated[int, Parameter(ge=1, le=100)] = 20,
        cursor: str | None = None,
    ) -> ScreeningPage:
        """Those of your organisation that are still kept, newest first."""
        found = await services.screenings.listing(caller, _below(cursor), limit)
        more = cursor_of(str(found[-1].screening.known_seq)) if len(found) == limit else None
        return ScreeningPage([view(one) for one in found], more)

    @get("/{screening_id:str}", guards=[needs(*READERS)], summary="进度 Progress")
    async def progress(self, screening_id: str, services: Services, caller: Caller) -> ScreeningView:
        """State and rows done, for who asked and for the auditor."""
        return view(await services.screenings.progress(screening_id, caller))

    @get("/{screening_id:str}/result", guards=[needs(*READERS)], summary="结果文件 Result")
    async def result(
        self, screening_id: str, services: Services, caller: Caller,
        form: Annotated[Literal["csv", "xlsx"], QueryParameter(name="format")] = "csv",
    ) -> File:
        """A row for each row of the list: outcome, reasons, clauses, last days, candidates for a bare name."""
        return await download(services, screening_id, caller, form)

    @delete("/{screening_id:str}", guards=[needs(*OWNERS)], summary="删除 Remove")
    async def remove(self, screening_id: str, services: Services, caller: Caller) -> None:
        """Drops file and result at once; what is still being worked is stopped."""
        await services.screenings.remove(screening_id, caller)


async def received(
    services: Services, caller: Caller, data: ScreeningForm, request: Request[Any, Any, State]
) -> Progress:
    """The upload stored and asked about; the same request again answers the same screening. Raises Invalid."""
    tender, on = tender_of(data.tender), day_of(data.on)
    if data.file is None:
        fault = FieldError("/file", "missing", "附上 CSV 或 XLSX 文件")
        raise Invalid("请以 multipart/form-data 提交名单,字段名 file", errors=(fault,))
    screening_id, files = services.screenings.draft()
    try:
        digest = await _store(data.file, files)
        told = "\n".join([digest, data.tender or "", data.on or ""]).encode()
        await services.screenings.request(
            screening_id, digest, tender, on, caller, request_key(request, told))
    except Replayed as exc:
        files.drop()
        screening_id = msgspec.json.decode(exc.answer, type=str)
    except BaseException:
        files.drop()
        raise
    return await services.screenings.progress(screening_id, caller)


async def _store(upload: UploadFile, files: Folder) -> str:
    hashed, first = hashlib.sha256(), True
    with files.upload.open("wb") as target:
        while chunk := await upload.read(1 << 20):
            if first:
                check_kind(chunk[:8])
            first = False
            hashed.update(chunk)
            target.write(chunk)
    return hashed.hexdigest()


def tender_of(text: str | None) -> Tender:
    """The tender of a form's field. Raises Malformed, Invalid."""
    if not text or not text.strip():
        return Tender()
    found = decoding.collect(Tender, decoding.parse(text.encode()))
    if isinstance(found, decoding.Faulty):
        raise found.refusal()
    return found


def day_of(text: str | None) -> date | None:
    """The day of a form's field, of the years that JSON may name. Raises Invalid."""
    if not text:
        return None
    found = decoding.collect(date, text.strip(), at="/on")
    if isinstance(found, decoding.Faulty):
        raise found.refusal()
    return found


async def download(services: Services, screening_id: str, caller: Caller, form: str) -> File:
    """The result as a file to keep, never cached."""
    path = await services.screenings.result(screening_id, caller, workbook=form == "xlsx")
    return File(path, filename=f"{screening_id}.{form}", media_type=XLSX if form == "xlsx" else CSV,
                headers={"Cache-Control": "no-store"})


def view(found: Progress) -> ScreeningView:
    """A screening as it leaves the house."""
    one = found.screening
    made = None
    if one.result_digest is not None and one.result_bytes is not None:
        made = ResultView(f"/v1/screenings/{one.id}/result", one.result_digest, one.result_bytes)
    return ScreeningView(
        id=one.id, state=one.state, rows=RowsView(one.rows, found.done, found.rejected), counts=found.counts,
        known_seq=one.known_seq, rules=found.rules, asked_at=one.asked_at, on=one.on_day,
        tender=msgspec.json.decode(one.tender, type=Tender), file_sha256=one.upload_digest,
        started_at=one.started_at, finished_at=one.ended_at, expires_on=one.expires_on, result=made,
        error=FaultView(one.fault_code, one.fault or "") if one.fault_code else None,
    )


def _below(cursor: str | None) -> int:
    text = after(cursor)
    if not text:
        return _MAX_SEQ
    if not text.isdigit():
        fault = FieldError("/cursor", "wrong_form", "请原样使用上一页的 next_cursor")
        raise Invalid("cursor 无效", errors=(fault,))
    return int(text)
