"""Signing and logging receipts together: concurrent requests share a batch, one unit and one checkpoint."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from credit.accounts.model import Caller
from credit.kernel import ledger
from credit.kernel.checkpoints import parse_checkpoint, proof_text
from credit.kernel.clock import Clock
from credit.kernel.ids import new_id, new_salt
from credit.kernel.signing import SigningKey, VerifierKey
from credit.kernel.unit import unit
from sanctions import store
from sanctions.events import ReceiptsIssued
from sanctions.receipts import MOST, Batch, Draft, LogPlace, Receipt, Sealed, sealed, statement_of

LINGER = 0.01  # seconds that the first request of a batch waits for company
_MOST_TEXT = 1_000_000  # characters of questions and answers written under one lock
ACTOR = "receipts"  # who acts in the log: the batch is of many callers, and names none


class Log(Protocol):
    """The log as this process serves it."""

    @property
    def signer(self) -> SigningKey:
        """The key that signs now."""

    def verifiers(self) -> tuple[VerifierKey, ...]:
        """Every public key that signs or signed."""

    async def published(self) -> str:
        """A signed checkpoint of all that is committed, with the cosignatures kept for it."""

    async def checkpoint_for(self, seq: int, origin: str) -> str:
        """A signed checkpoint of `origin` that holds entry `seq`, preferably one that witnesses have cosigned."""


class Wanted(NamedTuple):
    caller: Caller
    draft: Draft
    done: asyncio.Future[Receipt]


class Issuing:
    """Batches of up to fifty receipts; every request gets its receipt or the error that befell its batch."""

    def __init__(self, log: Log, clock: Clock, linger: float = LINGER) -> None:
        self.log = log
        self.clock = clock
        self.linger = linger
        self._waiting: deque[Wanted] = deque()
        self._full = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._proving: set[asyncio.Task[None]] = set()

    async def issue(self, draft: Draft, caller: Caller) -> Receipt:
        """The receipt for a draft, once its batch is committed and under a signed checkpoint."""
        wanted = Wanted(caller, draft, asyncio.get_running_loop().create_future())
        self._waiting.append(wanted)
        if len(self._waiting) >= MOST:
            self._full.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name="tendercredit receipts")
        return await wanted.done

    async def _work(self) -> None:
        """Until nobody waits: requests that come while a batch is written make the next one."""
        while self._waiting:
            await self._gathered()
            batch = self._next()
            with _heard_by(batch):
                made, seq = await self._logged(batch)
                proving = asyncio.create_task(self._prove(batch, made, seq), name="tendercredit receipts proof")
                self._proving.add(proving)
                proving.add_done_callback(self._proving.discard)

    async def _prove(self, batch: Sequence[Wanted], made: Batch, seq: int) -> None:
        """Hands out the receipts of a logged batch, while the next one is written."""
        with _heard_by(batch):
            entry, proof = await proven(seq, await self.log.published())
            for wanted, member in zip(batch, made.members, strict=True):
                if not wanted.done.done():  # who has gone away does not wait
                    wanted.done.set_result(receipt_of(member, entry, proof))

    async def _gathered(self) -> None:
        """Returns when a batch is full, or after the linger."""
        self._full.clear()
        if len(self._waiting) < MOST:
            try:
                await asyncio.wait_for(self._full.wait(), self.linger)
            except TimeoutError:
                return

    def _next(self) -> list[Wanted]:
        batch, text = [self._waiting.popleft()], 0
        while self._waiting and len(batch) < MOST:
            text += len(batch[-1].draft.question) + len(batch[-1].draft.answer)
            if text > _MOST_TEXT:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _logged(self, batch: Sequence[Wanted]) -> tuple[Batch, int]:
        """Signs before the lock, writes under it; answers the batch and its log position."""
        moment = self.clock()
        statements = [statement_of(w.draft, new_id("rcp"), new_salt(), moment) for w in batch]
        made = sealed(statements, self.log.signer)
        async with unit(by=ACTOR, now=moment) as u:
            seq = u.record(ReceiptsIssued(subject=made.root.hex(), count=len(batch)))
            for wanted, member in zip(batch, made.members, strict=True):
                store.write_receipt(u, store.KeptReceipt(
                    org_code=wanted.caller.org_code, asked_by=wanted.caller.key_id, seq=seq, sealed=member,
                    question=wanted.draft.question, answer=wanted.draft.answer))
        return made, seq


@contextmanager
def _heard_by(batch: Sequence[Wanted]) -> Iterator[None]:
    """Whatever befalls the block, each request of the batch hears it; only a cancellation goes on."""
    try:
        yield
    except asyncio.CancelledError:
        for wanted in batch:
            wanted.done.cancel()
        raise
    except Exception as exc:  # noqa: BLE001 - it is the requests' to handle
        for wanted in batch:
            if not wanted.done.done():
                wanted.done.set_exception(exc)


async def proven(seq: int, note: str) -> tuple[LogPlace, str]:
    """An entry's place and its proof under a signed checkpoint that holds it."""
    size = parse_checkpoint(note.partition("\n\n")[0] + "\n").size
    entry = await ledger.entry(seq)
    path = await ledger.inclusion(seq, size)
    return LogPlace(seq, entry.leaf, entry.body), proof_text(seq, path, note)


def receipt_of(member: Sealed, entry: LogPlace, proof: str) -> Receipt:
    """The receipt of a logged statement."""
    return Receipt(statement=member.statement, signature=member.signature, key_id=member.key_id, batch=member.place,
                   entry=entry, proof=proof)
