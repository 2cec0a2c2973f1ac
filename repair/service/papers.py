"""Papers of a case: files by content under their hash, and the 承诺书 signed by name or as a file."""

from __future__ import annotations

import asyncio
from datetime import date

import msgspec

from credit.accounts.model import Caller
from credit.kernel.errors import FieldError, Invalid, NotFound
from credit.kernel.ids import new_id
from credit.kernel.unit import Request
from repair import store
from repair.acts import Attach, Sign
from repair.events import RepairPaperAdded, RepairPromised
from repair.model import Case, Evidence, Party
from repair.refusals import UploadRefused
from repair.service.cases import Cases, of_case
from repair.service.parties import party_of, require_sight
from repair.steps import paper_codes
from repair.uploads import inspect
from repair.workflow import COMMITMENT, DECISION


class FileInput(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was handed in; its name only tells what it claims to be."""

    name: str
    content: bytes
    paper: str = COMMITMENT
    record_id: str | None = None


class Papers:
    """The service of papers."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases

    async def attach(
        self, case_id: str, version: int, given: FileInput, caller: Caller, *, request: Request | None = None
    ) -> Case:
        """Adds a paper. Raises UploadRefused for a file that is not what it says, NotNow once handed in."""
        if given.paper == COMMITMENT:
            return await self.sign_by_file(case_id, version, given, None, caller, request=request)
        evidence = await self._stored(case_id, given, caller)
        return await self.cases.act(
            case_id, version, Attach(evidence=evidence), caller, request,
            lambda c, p: RepairPaperAdded(**of_case(c, p), paper=evidence.paper, sha256=evidence.sha256))

    async def sign(
        self, case_id: str, version: int, record_id: str | None, signed_by: str, signed_on: date, caller: Caller,
        *, request: Request | None = None,
    ) -> Case:
        """The 承诺书 of a record, signed by name; `record_id` null where the case has one record only."""
        which = await self._which(case_id, record_id, caller)
        if not signed_by.strip():
            fault = FieldError("/signed_by", "missing", "填写签署人姓名")
            raise Invalid("承诺书须由法定代表人或授权签署人签署", errors=(fault,))
        return await self._signed(case_id, version, Sign(record_id=which, signed_by=signed_by, signed_on=signed_on),
                                  caller, request)

    async def sign_by_file(
        self, case_id: str, version: int, given: FileInput, signed_on: date | None, caller: Caller,
        *, request: Request | None = None,
    ) -> Case:
        """The signed 承诺书 as a file."""
        which = await self._which(case_id, given.record_id, caller)
        marked = msgspec.structs.replace(given, paper=COMMITMENT, record_id=which)
        evidence = await self._stored(case_id, marked, caller)
        day = signed_on or self.cases.today
        return await self._signed(
            case_id, version, Sign(record_id=which, signed_by="", signed_on=day, evidence=evidence), caller, request)

    async def read(self, case_id: str, evidence_id: str, caller: Caller) -> tuple[Evidence, bytes]:
        """A paper and its content, for the parties. Raises NotFound."""
        case = await store.case(case_id)
        if case is None:
            raise NotFound("没有这件申请 no such case")
        await require_sight(case, caller)
        found = next((e for e in case.evidence if e.evidence_id == evidence_id), None)
        if found is None:
            raise NotFound("没有这份材料 no such paper")
        return found, await asyncio.to_thread(self.cases.blobs.get, found.sha256)

    async def _signed(
        self, case_id: str, version: int, act: Sign, caller: Caller, request: Request | None
    ) -> Case:
        def told(c: Case, p: Party) -> RepairPromised:
            return RepairPromised(**of_case(c, p, act.record_id), signed_on=act.signed_on)

        return await self.cases.act(case_id, version, act, caller, request, told)

    async def _which(self, case_id: str, record_id: str | None, caller: Caller) -> str:
        if record_id is not None:
            return record_id
        case = await _acting(case_id, caller)
        if len(case.items) > 1:
            fault = FieldError("/record_id", "missing", "指明是哪条记录的承诺书")
            raise Invalid("每条记录各签一份承诺书", errors=(fault,))
        return case.items[0].record_id

    async def _stored(self, case_id: str, given: FileInput, caller: Caller) -> Evidence:
        rules, day = self.cases.book.current, self.cases.today
        case = await _acting(case_id, caller)
        allowed = paper_codes(day, rules) | {DECISION}
        if given.paper not in allowed:
            fault = FieldError("/paper", "not_allowed", f"只能是:{'、'.join(sorted(allowed))}")
            raise Invalid("没有这项材料 no such paper", errors=(fault,))
        limits = rules.at("repair.paper_limits", day)
        if len(case.evidence) >= limits.value["files"]:
            raise UploadRefused(f"一件申请至多{limits.value['files']}份文件", reason="too_many")
        looked = await asyncio.to_thread(inspect, given.content, given.name, limits)
        sha256 = await asyncio.to_thread(self.cases.blobs.put, given.content)
        return Evidence(
            evidence_id=new_id("evi"), paper=given.paper, sha256=sha256, media_type=looked.media_type,
            size=len(given.content), pages=looked.pages, added_on=day, by=party_of(case, caller),
            record_id=given.record_id,
        )


async def _acting(case_id: str, caller: Caller) -> Case:
    """The case for somebody who may act on it, whatever version was seen: a repeat must still find its answer."""
    found = await store.case(case_id)
    if found is None:
        raise NotFound("没有这件申请 no such case")
    party_of(found, caller)
    return found
