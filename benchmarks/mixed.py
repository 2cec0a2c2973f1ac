"""mixed: 20 penalties a second are written while 2,000 questions a second are asked; no answer may be wrong.

Every answer says at which log position it was given. Afterwards each company is asked again at every position that an
answer named, from the database, and both must agree. Letters are off.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import httpx
import msgspec

from benchmarks import data, house
from benchmarks.figure import Figure, compared, quantile
from benchmarks.serving import served
from credit.accounts.model import Role
from credit.kernel.settings import Settings
from credit.uscc import check
from sanctions.service.answering.ask import Ask
from sanctions.verdicts import Subject, Tender, TenderRegime, TenderType

NAME = "mixed"
_FIRMS = 60  # asked about; the penalties are against these
_PUSHED, _ASKED = 20, 2000  # a second
_QUERY = "?type=construction&mandatory=true&regimes=tendering"
_TENDER = Tender(type=TenderType.CONSTRUCTION, mandatory=True, regimes=(TenderRegime.TENDERING,))


def run(*, quick: bool = False) -> Iterator[Figure]:
    """On both engines; quickly, on the first."""
    for engine in house.ENGINES[:1] if quick else house.ENGINES:
        yield from asyncio.run(_measure(engine, 2 if quick else 20))


async def _measure(engine: str, seconds: int) -> list[Figure]:
    async with house.place(engine) as chosen:
        async with house.opened(chosen) as services:
            asker, pusher = await house.key(services, Role.PLATFORM), await house.key(services, Role.AUTHORITY)
        with served(chosen, letters=False) as port:
            alone, _ = await _both(port, asker, None, seconds)
            answers, pushed = await _both(port, asker, pusher, seconds)
        wrong = await _wrong(chosen, answers)
    waits = [wait for wait, _ in answers]
    what = f"{len(waits) / seconds:,.0f} questions a second beside {pushed / seconds:.0f} penalties a second, {engine}"
    positions = len({msgspec.json.decode(told)["as_of"]["known_seq"] for _, told in answers})
    return [
        compared(NAME, f"right answers: {what}", len(answers) - wrong, "answers", baseline=len(answers), target="1",
                 baseline_what="answers given", note=f"wrong={wrong}; each asked again of the database at the log "
                 f"position it names, {positions} of them"),
        compared(NAME, f"p99 of a question: {what}", quantile(waits, 0.99), "seconds", target="0.05 s",
                 baseline=quantile([wait for wait, _ in alone], 0.99), baseline_what="the same questions, no penalties",
                 note=f"p50 {quantile(waits, 0.5) * 1000:.1f} ms; asked by one process that reads every answer"),
    ]


Told = tuple[float, bytes]


async def _both(port: int, asker: str, pusher: str | None, seconds: int) -> tuple[list[Told], int]:
    answers: list[Told] = []
    until = time.perf_counter() + seconds
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        writing = asyncio.create_task(_push(client, pusher, until)) if pusher else None
        workers = [_ask(port, asker, number, until, answers) for number in range(_CONNECTIONS)]
        await asyncio.gather(*workers)
        return answers, await writing if writing else 0


_CONNECTIONS = 16


async def _ask(port: int, key: str, number: int, until: float, answers: list[Told]) -> None:
    """One connection that asks its share of the questions in time, whatever the answers take."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    each, due, n = _CONNECTIONS / _ASKED, time.perf_counter(), number
    while (now := time.perf_counter()) < until:
        if due > now:
            await asyncio.sleep(due - now)
        asked = time.perf_counter()
        path = f"/v1/eligibility/{data.code(n % _FIRMS)}{_QUERY}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        assert head[9:12] == b"200", head
        answers.append((time.perf_counter() - asked, body))
        due, n = due + each, n + 7
    writer.close()


async def _push(client: httpx.AsyncClient, key: str, until: float) -> int:
    headers, n, due = {"Authorization": f"Bearer {key}"}, 0, time.perf_counter()
    while time.perf_counter() < until:
        answer = await client.post("/v1/penalties", json=_penalty(n), headers=headers)
        assert answer.status_code == 201, answer.text
        n, due = n + 1, due + 1 / _PUSHED
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
    return n


def _penalty(n: int) -> dict[str, Any]:
    decided = house.TODAY - timedelta(days=400 + n % 100)  # barred for two years
    firm = n * 13 % _FIRMS
    return {
        "subject": {"kind": "legal_person", "name": f"示例市样本{firm:05d}号建设工程有限公司", "code": data.code(firm)},
        "document_no": f"示住建罚〔2025〕{n + 1}号", "kinds": ["fine"], "fine_fen": 10_000_000 + n,
        "decided_on": decided.isoformat(), "authority": {"name": data.AUTHORITIES[0][0], "code": house.OFFICE},
        "restrictions": [{"scope": "mandatory_tender", "from": decided.isoformat(),
                          "to": decided.replace(year=decided.year + 2).isoformat(), "basis": "招标投标法 第五十三条"}],
    }


async def _wrong(chosen: Settings, answers: Sequence[Told]) -> int:
    """How many answers the database does not give for the position they name."""
    said: dict[tuple[str, int], set[bytes]] = {}
    for _, body in answers:
        told = msgspec.json.decode(body)
        one = told["answers"][0]
        key = (check(one["code"]), told["as_of"]["known_seq"])
        said.setdefault(key, set()).add(msgspec.json.encode(one, order="deterministic"))
    wrong = 0
    async with house.opened(chosen) as services:
        for (code, seq), given in said.items():
            entry = await services.asking.again(
                Ask(subjects=(Subject(code=code),), tender=_TENDER, on=services.clock().date()), seq, services.clock())
            right = msgspec.json.encode(msgspec.to_builtins(entry.answers[0]), order="deterministic")
            wrong += len(given - {right})
    return wrong
