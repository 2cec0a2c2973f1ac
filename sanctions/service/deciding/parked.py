"""Parked rows: a penalty that lacks something waits, raw, for a person who completes or rejects it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from credit import lookup
from credit.accounts.model import Caller
from credit.kernel import canonical
from credit.kernel.clock import Clock
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from credit.kernel.ids import derived_id
from credit.kernel.unit import Unit, unit
from credit.service import keep_payload
from sanctions import store
from sanctions.events import Origin, ParkedCompleted, ParkedRejected, RowParked
from sanctions.intake.headers import company_of
from sanctions.intake.outcomes import Parked
from sanctions.model import ParkedRow, ParkedState, PenaltyCommand
from sanctions.service.answering.naming import Naming
from sanctions.service.deciding.receive import Received, Receiving

_MOST = 50


class NotOpen(Conflict):
    code = "parked_closed"
    title = "该行已处理 This row was dealt with"


class Suggested(msgspec.Struct, frozen=True):
    """A firm whose name is like the row's, 0 to 1, and why."""

    code: str
    name: str
    score: float
    sentences: tuple[str, ...]


class ParkedView(msgspec.Struct, frozen=True):
    """A parked row as its office sees it: what the file said and what is missing."""

    id: str
    row: int
    code: str | None
    missing: tuple[str, ...]
    raw: dict[str, str]
    state: ParkedState
    seq: int
    record_id: str | None = None
    candidates: tuple[Suggested, ...] = ()  # of a single row without a code: whom its name may mean; a person decides


class Parking:
    """The service of parked rows."""

    def __init__(self, clock: Clock, receiving: Receiving, naming: Naming) -> None:
        self.clock = clock
        self.receiving = receiving
        self.naming = naming

    async def park(self, rows: Sequence[Parked], caller: Caller) -> list[tuple[str, bool]]:
        """Keeps rows raw; answers each one's id and whether it was parked before. The same row is parked once."""
        answers: list[tuple[str, bool]] = []
        for start in range(0, len(rows), _MOST):
            async with unit(by=caller.key_id, now=self.clock()) as u:
                answers += await self._park(u, rows[start : start + _MOST], caller.org_code)
        return answers

    async def _park(self, u: Unit, rows: Sequence[Parked], org_code: str) -> list[tuple[str, bool]]:
        digests = [canonical.digest(row.raw) for row in rows]
        known = await store.parked_rows(org_code, digests)
        answers = []
        for row, digest in zip(rows, digests, strict=True):
            before = known.get(digest)
            answers.append((before or _write(u, row, org_code, digest), before is not None))
            known[digest] = answers[-1][0]
        return answers

    async def listing(self, caller: Caller, after: int, limit: int) -> list[ParkedView]:
        """Open rows of the caller's organisation, oldest first."""
        rows = await store.parked_of_org(caller.org_code, after, limit)
        return [await _view(row) for row in rows]

    async def view(self, parked_id: str, caller: Caller) -> ParkedView:
        """The row, and where it has no code whom its name may mean: suggested, never filled in."""
        row = await _mine(parked_id, caller)
        seen = await _view(row)
        if row.code is not None or row.state is not ParkedState.OPEN:
            return seen
        await self.naming.follow()
        found = self.naming.search(company_of(seen.raw))
        return msgspec.structs.replace(seen, candidates=tuple(
            Suggested(f.code, f.name, f.match.score, f.match.sentences) for f in found))

    async def complete(self, parked_id: str, command: PenaltyCommand, caller: Caller) -> Received:
        """A person completed the row: the penalty is received and the row closed. Raises NotOpen, or what is wrong.

        Done again after a stop in between it gives the same: the penalty is then a repeat.
        """
        row = await _mine(parked_id, caller)
        _still_open(row)
        _same_company(row, command)
        prepared = await self.receiving.prepare(command, caller)
        received = await self.receiving.receive(prepared, by=caller.key_id, origin=Origin.PARKED)
        async with unit(by=caller.key_id, now=self.clock()) as u:
            row = await _mine(parked_id, caller)
            if row.state is ParkedState.OPEN:
                seq = u.record(ParkedCompleted(subject=parked_id, code=row.code, record_id=received.record_id))
                _close(u, row, seq, ParkedState.COMPLETED, received.record_id)
        return received

    async def reject(self, parked_id: str, reason: str, caller: Caller) -> None:
        """A person found that the row is no penalty, or not theirs. `reason` is a code word, not prose."""
        async with unit(by=caller.key_id, now=self.clock()) as u:
            row = await _mine(parked_id, caller)
            _still_open(row)
            seq = u.record(ParkedRejected(subject=parked_id, code=row.code, reason=reason))
            _close(u, row, seq, ParkedState.REJECTED, None)


def _write(u: Unit, row: Parked, org_code: str, digest: str) -> str:
    parked_id = derived_id("prk", org_code, digest)
    seq = u.record(RowParked(subject=parked_id, code=row.code, missing=row.missing, bulk=True))
    payload_id = keep_payload(u, seq=seq, owner=parked_id, body=row.raw)
    store.write_parked(
        u,
        ParkedRow(parked_id=parked_id, revision=1, seq=seq, org_code=org_code, code=row.code, row_number=row.row,
                  row_digest=digest, state=ParkedState.OPEN, missing=row.missing, regimes=tuple(row.touches),
                  payload_id=payload_id),
    )
    return parked_id


def _close(u: Unit, row: ParkedRow, seq: int, state: ParkedState, record_id: str | None) -> None:
    store.write_parked(
        u, msgspec.structs.replace(row, revision=row.revision + 1, seq=seq, state=state, record_id=record_id)
    )


async def _mine(parked_id: str, caller: Caller) -> ParkedRow:
    row = await store.parked(parked_id)
    if row is None:
        raise NotFound("没有这条待补正记录 no such parked row")
    if row.org_code != caller.org_code:
        raise Forbidden("只有导入该行的机关可以办理 only the importing organisation may act on this row")
    return row


def _same_company(row: ParkedRow, command: PenaltyCommand) -> None:
    """A row that names a company by a valid code is not closed by a penalty of somebody else."""
    if row.code is not None and row.code != command.subject.code:
        raise Invalid(f"该行的主体是{row.code},与补正的主体不同;主体有误的,请先退回(reject)再另行推送", errors=(
            FieldError("/penalty/subject/code", "other_company", "保持该行的统一社会信用代码"),))


def _still_open(row: ParkedRow) -> None:
    if row.state is not ParkedState.OPEN:
        raise NotOpen("该行已补正或退回 this row was completed or rejected", record_id=row.record_id)


async def _view(row: ParkedRow) -> ParkedView:
    body = await lookup.payload(row.payload_id)
    raw: dict[str, str] = msgspec.json.decode(body, type=dict[str, str]) if body else {}
    return ParkedView(row.parked_id, row.row_number, row.code, row.missing, raw, row.state, row.seq, row.record_id)
