"""Exchange: the 双公示 file and the credit sets of the 公共资源交易 specification, out and in, each with a receipt."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, Parameter, QueryParameter

from api import replays
from api.auth import anyone, needs, replayed, request_key
from api.bodies import json_body
from api.packed import Packed, pack
from api.paging import Cursor, below, cursor_of
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel import unit
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Invalid
from sanctions.exchange.carriers import form_of
from sanctions.exchange.fields import ExchangeSet, Form, exchange_set, exchange_sets
from sanctions.exchange.reading import Read, read_file
from sanctions.exchange.receipts import Checked, Direction, Tally, check
from sanctions.intake.outcomes import Limits
from sanctions.service.exchange.exchanging import Came, Kept, Sent, Taken, Wanted
from sanctions.service.exchange.incoming import may_bring
from sanctions.service.exchange.model import KeptExchange
from sanctions.service.exchange.outgoing import GRADED_BY

OFFICES = (Role.AUTHORITY, Role.PLATFORM)
READERS = (Role.AUTHORITY, Role.PLATFORM, Role.AUDITOR)
MEDIA = {
    Form.CSV: "text/csv; charset=utf-8", Form.JSONL: "application/jsonl",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Since = Annotated[int, Parameter(ge=-1, le=2**53, description="上次回执的 upto:只取此后变动的")]
Limit = Annotated[int, Parameter(ge=1, le=100)]


class ExchangeForm(msgspec.Struct, kw_only=True):
    """A file of the set: CSV, XLSX or JSON Lines."""

    file: UploadFile | None = None


class SetList(msgspec.Struct, frozen=True):
    items: tuple[ExchangeSet, ...]


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """A file that went out or came in."""

    id: str
    direction: Direction
    exchange_set: str
    form: Form
    org: str
    tally: Tally
    since: int | None
    upto: int | None
    file_sha256: str
    issued_at: datetime
    seq: int


class ReceiptPage(msgspec.Struct, frozen=True):
    items: tuple[ReceiptLine, ...]
    next_cursor: str | None


class CheckInput(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as JSON object, and the SHA-256 of the file at hand to be compared."""

    receipt: Any
    file_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9A-Fa-f]{64}$")] | None = None


class Exchange(Controller):
    """数据交换。"""

    path = "/v1/exchange"
    tags = ["exchange"]

    @get("/", guards=[anyone], sync_to_thread=False, summary="数据集和字段表 Sets and field tables")
    def sets(self) -> SetList:
        """Every set with its fields; `verified: false` marks what was not seen in the specification."""
        return SetList(tuple(exchange_sets().values()))

    @get("/receipts", guards=[needs(*READERS)], summary="交换回执 Receipts")
    async def receipts(
        self, services: Services, caller: Caller, limit: Limit = 50, cursor: Cursor = None
    ) -> ReceiptPage:
        """Your organisation's files, newest first; the auditor sees all."""
        found = await services.exchange.listing(caller, below(cursor), limit)
        more = cursor_of(str(found[-1].seq)) if len(found) == limit else None
        return ReceiptPage(tuple(map(line_of, found)), more)

    @get("/receipts/{receipt_id:str}", guards=[needs(*READERS)], summary="一份交换回执 One receipt")
    async def receipt(self, receipt_id: str, services: Services, caller: Caller) -> Kept:
        """The receipt with its proof, and what became of the rows."""
        return await services.exchange.kept(receipt_id, caller)

    @post("/receipts/verify", guards=[anyone], dto=json_body(CheckInput), status_code=200, sync_to_thread=False,
          opt={"reads_only": True}, summary="核验交换回执 Check a receipt")
    def verify(self, data: CheckInput, services: Services) -> Checked:
        """Checks signature, log entry, proof and checkpoint against the keys of this log."""
        return check(msgspec.json.encode(data.receipt), services.log.verifiers(), file_sha256=data.file_sha256)

    @get("/{set_name:str}", guards=[needs(*READERS)], summary="取出 Fetch a file")
    async def fetch(
        self, set_name: str, services: Services, caller: Caller, since: Since = -1,
        first: Annotated[date | None, QueryParameter(name="from")] = None,
        last: Annotated[date | None, QueryParameter(name="to")] = None,
        form: Annotated[Form | None, QueryParameter(name="format")] = None, scheme: str = GRADED_BY,
    ) -> Response[bytes]:
        """The file; headers name its receipt, its SHA-256, its rows, and `since` of the next file."""
        made = exchange_set(set_name)
        wanted = Wanted(form=form or made.formats[0], since=since, first=first, last=last, scheme=scheme)
        return file_of(await services.exchange.send(made, wanted, caller))

    @post("/{set_name:str}", guards=[needs(*OFFICES)], status_code=200, opt={"takes_files": True},
          summary="送入 Bring a file")
    async def bring(
        self, set_name: str, data: Annotated[ExchangeForm, Body(media_type=RequestEncodingType.MULTI_PART)],
        services: Services, caller: Caller, request: Request[Any, Any, State], dry_run: bool = False,
    ) -> Taken:
        """Each row as if pushed; the answer tells what became of each, and carries the receipt."""
        made = exchange_set(set_name)
        came, rows = await received(made, data.file, services, caller)
        key = None if dry_run else request_key(request, bytes.fromhex(came.sha256))
        try:
            await replays.look_up(key, caller, services.clock())
        except unit.Replayed as exc:
            return replayed(exc, Taken)
        taken = await services.exchange.take(made, rows, came, caller, dry_run=dry_run)
        await replays.keep(key, caller, services.clock(), taken)
        return taken


def line_of(kept: KeptExchange) -> ReceiptLine:
    """A receipt in a list."""
    stated = kept.statement
    return ReceiptLine(
        id=stated.id, direction=stated.direction, exchange_set=stated.set, form=stated.form, org=stated.org,
        tally=stated.tally, since=stated.since, upto=stated.upto, file_sha256=stated.file_sha256,
        issued_at=datetime.fromisoformat(stated.issued_at), seq=kept.seq)


def file_of(sent: Sent) -> Response[bytes]:
    """The file as an answer."""
    stated = sent.receipt.statement
    return Response(sent.content, media_type=MEDIA[stated.form], headers={
        "Content-Disposition": f'attachment; filename="{sent.name}"', "Cache-Control": "no-store",
        "X-Exchange-Receipt": stated.id, "X-Exchange-SHA256": stated.file_sha256,
        "X-Exchange-Rows": str(stated.tally.rows), "X-Exchange-Next": str(stated.upto)})


async def received(
    made: ExchangeSet, upload: UploadFile | None, services: Services, caller: Caller
) -> tuple[Came, Sequence[Read]]:
    """An upload with its rows, read in another process. Raises Forbidden before anything is read, a FileRefused."""
    may_bring(made, caller)
    if upload is None:
        raise Invalid("请以 multipart/form-data 提交文件,字段名 file", errors=(
            FieldError("/file", "missing", "附上 CSV、XLSX 或 JSON Lines 文件"),))
    today, hashed = business_day(services.clock()), hashlib.sha256()
    limits = Limits(max_bytes=services.settings.web.max_upload_mb * 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as target:
            while chunk := await upload.read(1 << 20):
                target.write(chunk)
                hashed.update(chunk)
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(services.pool, read_rows, made.id, path, today, limits)
        came = Came(sha256=hashed.hexdigest(), size=path.stat().st_size, form=form_of(path))
    return came, Packed(rows)


def read_rows(name: str, path: Path, today: date, limits: Limits) -> list[bytes]:
    """Runs in a worker process: every row of a file, packed."""
    return pack(read_file(exchange_set(name), path, today=today, limits=limits))
