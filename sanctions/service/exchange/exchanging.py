"""Files exchanged with a receipt: what went out or came in is one log entry, which the other side can check."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from credit import lookup
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.clock import SHANGHAI, Clock
from credit.kernel.errors import FieldError, Invalid, NotFound
from credit.kernel.ids import new_id, new_salt
from credit.kernel.unit import unit
from credit.service import keep_payload
from sanctions.exchange.carriers import written
from sanctions.exchange.events import FileExchanged
from sanctions.exchange.fields import ExchangeSet, Form
from sanctions.exchange.reading import Read
from sanctions.exchange.receipts import Direction, Draft, ExchangeReceipt, Tally, sealed
from sanctions.intake.privacy import without_id_numbers
from sanctions.service.answering.issuing import Log, proven
from sanctions.service.exchange import store
from sanctions.service.exchange.incoming import Incoming, Line
from sanctions.service.exchange.model import KeptExchange
from sanctions.service.exchange.outgoing import GRADED_BY, Outgoing

_KEPT_LINES = 2_000  # more are told once and bound by the digest


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a file going out is to hold: changed after log position `since`, entered on inclusive days."""

    form: Form
    since: int = -1
    first: date | None = None
    last: date | None = None
    scheme: str = GRADED_BY


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A file going out and its receipt."""

    content: bytes
    name: str
    receipt: ExchangeReceipt


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes that came in, as their receipt names them."""

    sha256: str
    size: int
    form: Form


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file; no receipt after a dry run."""

    exchange_set: str
    file_sha256: str
    tally: Tally
    lines: tuple[Line, ...]
    receipt: ExchangeReceipt | None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as kept, with what became of the rows (the first two thousand; none going out or once erased)."""

    receipt: ExchangeReceipt
    lines: tuple[Line, ...]


class Exchanging:
    """The service of exchange."""

    def __init__(self, outgoing: Outgoing, incoming: Incoming, clock: Clock, log: Log) -> None:
        self.outgoing = outgoing
        self.incoming = incoming
        self.clock = clock
        self.log = log

    async def send(self, made: ExchangeSet, wanted: Wanted, caller: Caller) -> Sent:
        """The file of a set and its receipt, logged. Raises Forbidden, Invalid, UnknownScheme."""
        if wanted.form not in made.formats:
            raise Invalid(f"“{made.title}”的格式为{'、'.join(made.formats)}", errors=(
                FieldError("/format", "not_offered", f"请写{'、'.join(made.formats)}之一"),))
        found = await self.outgoing.rows(made, caller, await _span(wanted), wanted.scheme)
        content = written(made, found.rows, wanted.form)
        draft = Draft(direction=Direction.OUT, set=made.id, form=wanted.form, file_bytes=len(content),
                      file_sha256=hashlib.sha256(content).hexdigest(), org=caller.org_code,
                      tally=Tally(rows=len(found.rows)), since=wanted.since, upto=found.upto)
        receipt = await self._receipt(draft, (), caller)
        name = f"{made.id}-{receipt.statement.id}.{wanted.form.value}"
        return Sent(content=content, name=name, receipt=receipt)

    async def take(
        self, made: ExchangeSet, rows: Sequence[Read], came: Came, caller: Caller, *, dry_run: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Taken:
        """Works through the rows, then logs the receipt; a dry run writes neither. Raises Forbidden."""
        lines = tuple(_clean(line) for line in await self.incoming.take(
            made, rows, caller, dry_run=dry_run, progress=progress))
        many = Counter(line.outcome for line in lines)
        tally = Tally(rows=len(lines), accepted=many["accepted"], duplicates=many["duplicate"], parked=many["parked"],
                      rejected=many["rejected"])
        receipt = None
        if not dry_run:
            draft = Draft(direction=Direction.IN, set=made.id, form=came.form, file_sha256=came.sha256,
                          file_bytes=came.size, org=caller.org_code, tally=tally)
            receipt = await self._receipt(draft, lines, caller)
        return Taken(exchange_set=made.id, file_sha256=came.sha256, tally=tally, lines=lines, receipt=receipt)

    async def listing(self, caller: Caller, below: int, limit: int) -> list[KeptExchange]:
        """The organisation's files, newest first; the auditor sees all."""
        return await store.newest(None if caller.role is Role.AUDITOR else caller.org_code, below, limit)

    async def kept(self, receipt_id: str, caller: Caller) -> Kept:
        """A receipt proven under the newest checkpoint, for its organisation and the auditor. Raises NotFound."""
        found = await store.one(receipt_id) if len(receipt_id) <= 40 else None
        if found is None or (caller.role is not Role.AUDITOR and found.statement.org != caller.org_code):
            raise NotFound("没有这份交换回执 no such exchange receipt")
        body = await lookup.payload(found.payload_id)
        lines = msgspec.json.decode(body, type=tuple[Line, ...]) if body else ()
        return Kept(receipt=await self._proven(found), lines=lines)

    async def _receipt(self, draft: Draft, lines: tuple[Line, ...], caller: Caller) -> ExchangeReceipt:
        moment, head = self.clock(), await ledger.head()
        made = sealed(draft, lines, self.log.signer, receipt_id=new_id("exc"), log=head.origin, salt=new_salt(),
                      issued_at=moment)
        stated, tally = made.statement, draft.tally
        async with unit(by=caller.key_id, now=moment) as u:
            seq = u.record(FileExchanged(
                subject=made.leaf, receipt_id=stated.id, direction=draft.direction.value, exchange_set=draft.set,
                org_code=draft.org, file_digest=draft.file_sha256, rows=tally.rows, accepted=tally.accepted,
                duplicates=tally.duplicates, parked=tally.parked, rejected=tally.rejected))
            payload = keep_payload(u, seq=seq, owner=stated.id, body=lines[:_KEPT_LINES])
            kept = KeptExchange(seq, stated, made.signature, made.key_id, payload)
            store.write(u, kept, made.text)
        return await self._proven(kept)

    async def _proven(self, kept: KeptExchange) -> ExchangeReceipt:
        entry, proof = await proven(kept.seq, await self.log.checkpoint_for(kept.seq, kept.statement.log))
        return ExchangeReceipt(statement=kept.statement, signature=kept.signature, key_id=kept.key_id, entry=entry,
                               proof=proof)


_LONG_AGO, _NEVER = date(1900, 1, 1), date(9000, 1, 1)  # no log reaches so far; a moment beyond cannot be asked of all


async def _span(wanted: Wanted) -> lookup.Span:
    """The log positions of what is wanted. Raises Invalid for days the wrong way round or a position not reached."""
    upto = (await ledger.head()).size - 1
    if wanted.since > upto:
        raise Invalid(f"日志只到第{upto}条", errors=(FieldError("/since", "not_reached", "填写上次回执的 upto"),))
    if wanted.first and wanted.last and wanted.last < wanted.first:
        raise Invalid("截止日早于起始日", errors=(FieldError("/to", "before_from", "核对起止日期"),))
    first = await _before(wanted.first) if wanted.first else -1
    last = await _before(wanted.last + timedelta(days=1)) if wanted.last and wanted.last < _NEVER else upto
    return lookup.Span(wanted.since, upto, first, last)


async def _before(day: date) -> int:
    """The last log position before a day began in Shanghai; -1 before the first."""
    if day < _LONG_AGO:
        return -1
    began = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return await ledger.seq_at(began - timedelta(microseconds=1))


def _clean(line: Line) -> Line:
    return msgspec.structs.replace(line, detail=without_id_numbers(line.detail))
