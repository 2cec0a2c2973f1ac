"""receipts: answers signed and logged in batches, against a bare loop of Ed25519 signatures over as many bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import date

from benchmarks import house
from benchmarks.figure import Figure, compared, median, shown
from credit.accounts.model import Caller, Role
from credit.kernel import canonical
from credit.kernel.signing import SigningKey
from sanctions.receipts import Draft, Receipt, answer_text, question_text
from sanctions.service.answering.issuing import Issuing
from sanctions.verdicts import CAVEAT

NAME = "receipts"
CALLER = Caller(key_id="key_bench", org_code=house.OFFICE, role=Role.PLATFORM)
_AT_ONCE = 200  # requests in flight


def run(*, quick: bool = False) -> Iterator[Figure]:
    """Receipts per second on each engine, requests arriving together; each is under a checkpoint kept on disk."""
    for engine in house.ENGINES:
        yield asyncio.run(_measure(engine, 2 if quick else 20))


async def _measure(engine: str, rounds: int) -> Figure:
    async with house.place(engine) as chosen, house.opened(chosen) as services:
        issuing = Issuing(services.log, services.clock)
        made = await _round(issuing)  # the first opens files and caches
        text = canonical.encode_bytes(made[0].statement)
        ours, theirs, busy = [], [], []
        for _ in shown(range(rounds), f"{NAME} {engine}"):
            started, worked = time.perf_counter(), time.process_time()
            await _round(issuing)
            ours.append(time.perf_counter() - started)
            busy.append(time.process_time() - worked)
            started = time.perf_counter()
            _signing(services.log.signer, text)
            theirs.append(time.perf_counter() - started)
    return compared(
        f"{NAME} {engine}", "receipts signed, logged and proven", _AT_ONCE / median(ours), "per second",
        baseline=_AT_ONCE / median(theirs), baseline_what="bare Ed25519 signatures over the same statement",
        target="at least 1,500 per second",
        note=f"{_AT_ONCE} requests at once, median of {rounds} rounds, one bidder each; "
             f"{_AT_ONCE / median(busy):,.0f} per second of this process's processor time",
    )


async def _round(issuing: Issuing) -> list[Receipt]:
    return await asyncio.gather(*(issuing.issue(_draft(issuing, n), CALLER) for n in range(_AT_ONCE)))


def _draft(issuing: Issuing, number: int) -> Draft:
    """What an answer about one clean bidder brings: about 1.5 KB."""
    code, at = f"91370199MAEX{number:06}", issuing.clock()
    reasons = [{"code": "entity_unknown", "source": "data", "title": "代码格式正确,未见该主体的记录", "bars": False}]
    answer = [{"code": code, "name": "示例建设有限公司", "bid": "B1", "outcome": "eligible", "reasons": reasons * 4}]
    return Draft(
        log="bench", question=question_text([{"code": code, "bid": "B1"}], {"id": "示例-1"}, None, None),
        answer=answer_text(answer, [], [{"list": "tax", "static": True}] * 4, CAVEAT), valid_at=date(2026, 11, 22),
        known_seq=0, known_at=at, asked_at=at, rules="ab" * 32,
    )


def _signing(key: SigningKey, text: bytes) -> None:
    for _ in range(_AT_ONCE):
        key.sign(text)
