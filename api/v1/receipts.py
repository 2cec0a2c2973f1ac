"""Receipts: checked by anybody, read by their owner, opened for audit or complaint."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, MediaType, Response, get, post
from litestar.params import Parameter

from api.auth import anyone, needs
from api.bodies import json_body
from api.papers import complaint_bundles, record_sheets
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel.errors import Forbidden
from sanctions.receipt_checks import Broken, Checked, check, taken_apart
from sanctions.receipt_words import PASSED, Step
from sanctions.receipts import PROVES, exact, to_text
from sanctions.service.answering.receipts import Genuine, ReceiptRecord, Recomputed

READERS = (Role.PLATFORM, Role.AUTHORITY, Role.ENTERPRISE, Role.AUDITOR)
Ground = Annotated[str | None, Parameter(max_length=100, description="办理投诉的机关填投诉受理编号")]
_PRIVATE = {"Cache-Control": "no-store"}


class VerifyInput(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt (JSON object, or its text form); with `question` and `answer` of a stored record these are compared."""

    receipt: Any
    question: Any = None
    answer: Any = None


class StepView(msgspec.Struct, frozen=True):
    step: Step
    detail: str


class SeenBy(msgspec.Struct, frozen=True):
    """A known witness who cosigned the checkpoint, and when."""

    name: str
    at: datetime


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the receipt holds, and which step fails first. `proves` says what that means and what not."""

    valid: bool
    detail: str
    failed: Step | None = None
    steps: tuple[StepView, ...] = ()
    id: str | None = None
    log: str | None = None
    known_seq: int | None = None
    issued_at: str | None = None
    not_given: tuple[str, ...] = ()
    witnesses: tuple[SeenBy, ...] = ()
    proves: str = PROVES


class Receipts(Controller):
    """查询回执:任何人可核验真伪,内容只供查询单位、审计机构和办理投诉的机关。"""

    path = "/v1/receipts"
    tags = ["receipts"]

    @post("/verify", guards=[anyone], dto=json_body(VerifyInput), status_code=200, sync_to_thread=False,
          opt={"reads_only": True}, summary="核验回执 Check a receipt")
    def verify(self, data: VerifyInput, services: Services) -> Verified:
        """Checks signature, batch, log entry, proof and checkpoint against the keys of this log."""
        try:
            given = taken_apart({"receipt": data.receipt, "question": data.question, "answer": data.answer})
        except Broken as exc:
            return Verified(valid=False, detail=exc.detail, failed=exc.step)
        return verified(check(given, services.log.verifiers(), services.log.witnesses()))

    @get("/{receipt_id:str}", guards=[anyone], summary="一份回执 One receipt")
    async def read(
        self, receipt_id: str, services: Services, visitor: Caller | None, ground: Ground = None
    ) -> Response[ReceiptRecord | Genuine]:
        """Whole for its owner, the auditor, and an authority with a complaint; others learn that it is genuine."""
        return Response(await services.receipts.find(receipt_id, visitor, ground), headers=_PRIVATE)

    @get("/{receipt_id:str}/text", guards=[needs(*READERS)], media_type=MediaType.TEXT, summary="回执文本 As text")
    async def text(
        self, receipt_id: str, services: Services, caller: Caller, ground: Ground = None
    ) -> Response[str]:
        """The receipt as a C2SP tlog-proof file."""
        record = await services.receipts.find(receipt_id, caller, ground)
        if isinstance(record, Genuine):
            raise Forbidden("回执只供查询单位、审计机构和办理投诉的机关 for its owner, the auditor and complaints")
        return Response(to_text(record.receipt), media_type=MediaType.TEXT, headers=_PRIVATE)

    @get("/{receipt_id:str}/record-sheet", guards=[needs(*READERS)], media_type="application/pdf",
         summary="信用核查记录表 Record sheet")
    async def sheet(
        self, receipt_id: str, services: Services, caller: Caller, ground: Ground = None
    ) -> Response[bytes]:
        """The sheet for the tender file: all bids, sources with their time, the receipt, lines to sign."""
        record = await services.receipts.open(receipt_id, caller, "sheet", ground)
        content = await record_sheets.draw(record, services)
        return _file(content, "application/pdf", f"record-sheet-{record.id}.pdf")

    @get("/{receipt_id:str}/complaint-bundle", guards=[needs(*READERS)], media_type="application/zip",
         summary="投诉处理材料包 Complaint bundle")
    async def bundle(
        self, receipt_id: str, services: Services, caller: Caller, ground: Ground = None
    ) -> Response[bytes]:
        """Question, answer, receipt, proofs, rules then in force, records, sheet. Every opening is logged."""
        record = await services.receipts.open(receipt_id, caller, "bundle", ground)
        content = await complaint_bundles.pack(record, services)
        return _file(content, "application/zip", f"receipt-{record.id}.zip")

    @post("/{receipt_id:str}/recomputation", guards=[needs(Role.AUDITOR)], status_code=200,
          summary="按当时状态重算 Recompute")
    async def recompute(self, receipt_id: str, services: Services, caller: Caller) -> Recomputed:
        """Asks the same question on the log state of the receipt and compares: the second half of the proof."""
        record = await services.receipts.open(receipt_id, caller, "recomputation")
        return await services.receipts.recompute(record.receipt, record.question, exact(record.answer))


def verified(found: Checked) -> Verified:
    """The outcome of a check as it is answered."""
    steps = tuple(StepView(step, PASSED[step]) for step in found.checked)
    stated = found.receipt.statement if found.receipt else None
    shown = stated if stated is not None and found.valid else None
    return Verified(
        valid=found.valid, detail=found.detail, failed=found.failed, steps=steps, not_given=found.not_given,
        id=shown.id if shown else None, log=shown.log if shown else None,
        known_seq=shown.known_seq if shown else None, issued_at=shown.issued_at if shown else None,
        witnesses=tuple(SeenBy(c.witness, datetime.fromtimestamp(c.seconds, UTC)) for c in found.witnesses),
    )


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=_PRIVATE | disposition)
