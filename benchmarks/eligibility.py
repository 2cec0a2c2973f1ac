"""eligibility: questions per second over HTTP, against a plain-ASGI route of the same server and as many bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import msgspec

from benchmarks import data, house, load
from benchmarks.figure import Figure, compared, median, shown
from benchmarks.server import CONSTANT
from benchmarks.serving import served
from credit.accounts.model import Role
from credit.uscc import check_digit
from sanctions.events import Origin

NAME = "eligibility"
_QUERY = "?type=construction&mandatory=true&regimes=tendering"
_LISTED = 200


class Case(NamedTuple):
    what: str
    request: bytes
    answer: int  # bytes
    query: str
    key: str | None


def run(*, quick: bool = False) -> Iterator[Figure]:
    """One company with and without a key, listed and not; a hundred bidders at once, as information."""
    yield from asyncio.run(_measure(quick=quick))


async def _measure(*, quick: bool) -> list[Figure]:
    async with house.place("sqlite") as chosen:
        async with house.opened(chosen) as services:
            key = await house.key(services, Role.PLATFORM)
            listed = [await services.receiving.prepare(c, house.CALLER) for c in house.commands(chosen.data, _LISTED)]
            await services.receiving.receive_many(listed, by="bench", origin=Origin.IMPORT, letters=False)
        with served(chosen) as port:
            return await asyncio.to_thread(_on_server, port, key, 300 if quick else 8000, 1 if quick else 7)


def _on_server(port: int, key: str, count: int, turns: int) -> list[Figure]:
    single = [_figure(port, case, count, turns, "at least 0.5") for case in shown(_singles(port, key), NAME)]
    opening = _opening(port, key)
    return [*single, _figure(port, opening, max(20, count // 80), turns, "")]


def _figure(port: int, case: Case, count: int, turns: int, target: str) -> Figure:
    constant = load.request("GET", f"{CONSTANT}{case.answer}{case.query}", case.key)
    load.measure(port, case.request, count=count // 4, limit=5)
    pairs = [
        (load.measure(port, case.request, count=count, limit=10)["per_second"],
         load.measure(port, constant, count=count, limit=10)["per_second"])
        for _ in range(turns)
    ]
    ours, theirs = (median(pair[side] for pair in pairs) for side in (0, 1))
    found = compared(
        NAME, case.what, ours, "requests per second", baseline=theirs,
        baseline_what=f"a plain-ASGI route, same request, that returns {case.answer} bytes", target=target,
        note=f"{turns} turns of {count} requests each, 16 connections, medians",
    )
    ratio = median(pair[0] / pair[1] for pair in pairs)
    return msgspec.structs.replace(found, ratio=ratio)


def _singles(port: int, key: str) -> list[Case]:
    listed, unlisted = data.code(7), data.code(900_000)
    assert check_digit(unlisted[:17]) == unlisted[17]
    paths = {"listed": f"/v1/eligibility/{listed}", "not listed": f"/v1/eligibility/{unlisted}"}
    return [
        _case(port, f"GET one company, {what}, {whose}", "GET", path + (_QUERY if used else ""), used)
        for what, path in paths.items()
        for whose, used in (("platform key", key), ("public", None))
    ]


def _opening(port: int, key: str) -> Case:
    subjects = [{"code": data.code(n if n % 2 else 800_000 + n)} for n in range(100)]
    body = msgspec.json.encode({"subjects": subjects, "tender": {"type": "construction", "mandatory": True}})
    return _case(port, "POST 100 bidders at once (information)", "POST", "/v1/eligibility", key, body)


def _case(port: int, what: str, method: str, path: str, key: str | None, body: bytes = b"") -> Case:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    headers |= {"Content-Type": "application/json"} if body else {}
    answer = httpx.request(method, f"http://127.0.0.1:{port}{path}", headers=headers, content=body, timeout=30)
    answer.raise_for_status()
    query = path.partition("?")[2]
    return Case(what, load.request(method, path, key, body), len(answer.content), query and f"?{query}", key)
