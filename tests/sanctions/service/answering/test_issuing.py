"""Batches: every request hears what became of it, a failure takes nobody else along, nothing waits for ever."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import msgspec
import pytest

from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.checkpoints import sign_checkpoint
from credit.kernel.database import Engine
from credit.kernel.rulebook import Rulebook
from credit.kernel.signing import SigningKey, VerifierKey
from credit.kernel.verify import verify
from sanctions import store
from sanctions.receipt_checks import Given, check
from sanctions.receipts import MOST, Receipt
from sanctions.service.answering.issuing import Issuing
from sanctions.tables import ReceiptRow
from tests.fakes import FakeClock
from tests.sanctions.receipts_made import KEY, draft

CALLER = Caller(key_id="key_sample", org_code="1237019900EX00129H", role=Role.PLATFORM)


class Log:
    """A log that signs what the database holds, and can be told to fail."""

    def __init__(self) -> None:
        self.failing = 0

    @property
    def signer(self) -> SigningKey:
        return KEY

    def verifiers(self) -> tuple[VerifierKey, ...]:
        return (KEY.verifier,)

    async def published(self) -> str:
        if self.failing:
            self.failing -= 1
            raise OSError("示例:磁盘已满")
        head = await ledger.head()
        return sign_checkpoint("sample.example/log", head.size, bytes.fromhex(head.root), KEY)

    async def checkpoint_for(self, seq: int, origin: str) -> str:
        return await self.published()


@pytest.fixture
async def log(engine: Engine, rulebook: Rulebook, clock: FakeClock) -> Log:
    """Entries enough that an answer may have known seq 3."""
    made = Log()
    issuing = Issuing(made, clock)
    for _ in range(3):
        await issuing.issue(draft(), CALLER)
    return made


async def test_a_hundred_and_twenty_at_once_fill_three_batches(log: Log, clock: FakeClock) -> None:
    issuing, size = Issuing(log, clock), (await ledger.head()).size
    found = await asyncio.gather(*(issuing.issue(draft(), CALLER) for _ in range(120)))
    assert (await ledger.head()).size == size + 3  # 50 + 50 + 20
    shared = Counter(r.entry.seq for r in found)
    assert sorted(shared.values()) == [20, MOST, MOST]
    assert len({r.statement.id for r in found}) == 120
    for receipt in found:
        checked = check(Given(receipt=msgspec.to_builtins(receipt)), log.verifiers())
        assert checked.valid, checked.detail
    report = await verify([ReceiptRow])
    assert [f for f in report.faults if f.place.startswith("sanctions_receipt")] == []


async def test_one_alone_is_answered_after_the_linger(log: Log, clock: FakeClock) -> None:
    receipt = await Issuing(log, clock).issue(draft(), CALLER)
    kept = await store.receipt(receipt.statement.id)
    assert kept is not None
    assert (kept.org_code, kept.sealed.statement, kept.seq) == (CALLER.org_code, receipt.statement, receipt.entry.seq)


async def test_a_batch_that_fails_says_so_to_all_of_it_and_the_next_goes_on(log: Log, clock: FakeClock) -> None:
    issuing = Issuing(log, clock)
    log.failing = 1
    found = await asyncio.gather(*(issuing.issue(draft(), CALLER) for _ in range(60)), return_exceptions=True)
    failed = [f for f in found if isinstance(f, OSError)]
    assert (len(failed), len(found) - len(failed)) in ((50, 10), (10, 50))
    assert (await issuing.issue(draft(), CALLER)).batch.size == 1


async def test_who_goes_away_takes_nobody_along(log: Log, clock: FakeClock) -> None:
    issuing = Issuing(log, clock)
    waiting = [asyncio.ensure_future(issuing.issue(draft(), CALLER)) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[2].cancel()
    found: list[Any] = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(f, Receipt) for f in found] == [True, True, False, True, True]
