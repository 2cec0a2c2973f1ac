"""eligibility: one company asked about over HTTP, against a plain-ASGI route of the same server and as many bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import msgspec

from benchmarks import data, house, load
from benchmarks.figure import Figure, compared, median
from benchmarks.server import CONSTANT, SPENT
from benchmarks.serving import served
from credit.accounts.model import Role
from credit.kernel.settings import Settings
from credit.uscc import check_digit
from sanctions.events import Origin

NAME = "eligibility"
_QUERY = "?type=construction&mandatory=true&regimes=tendering"
_LISTED = 200
_NEVER_SPENT = 1_000_000_000  # requests a minute: limits are on and counted, nobody reaches them


class Case(NamedTuple):
    what: str
    request: bytes
    answer: int  # bytes
    query: str
    key: str | None


def run(*, quick: bool = False) -> Iterator[Figure]:
    """One company: public without limits, then with a key and limits on; listed and not."""
    yield from asyncio.run(_measure(quick=quick))


async def _measure(*, quick: bool) -> list[Figure]:
    async with house.place("sqlite") as chosen:
        async with house.opened(chosen) as services:
            key = await house.key(services, Role.PLATFORM)
            listed = [await services.receiving.prepare(c, house.CALLER) for c in house.commands(chosen.data, _LISTED)]
            await services.receiving.receive_many(listed, by="bench", origin=Origin.IMPORT, letters=False)
        return await asyncio.to_thread(_on_servers, chosen, key, 300 if quick else 4000, 1 if quick else 15)


def _on_servers(chosen: Settings, key: str, count: int, turns: int) -> list[Figure]:
    found: list[Figure] = []
    for limit, whose, used, target in (
        (0, "public", None, "at least 0.85"), (_NEVER_SPENT, "platform key, limits on", key, "at least 0.7"),
    ):
        with served(chosen, limit) as port:
            for case in _singles(port, whose, used):
                found += _figures(port, case, count, turns, target)
    return found


def _figures(port: int, case: Case, count: int, turns: int, target: str) -> Iterator[Figure]:
    constant = load.request("GET", f"{CONSTANT}{case.answer}{case.query}", case.key)
    load.measure(port, case.request, count=count, limit=5)
    pairs = []
    for turn in range(turns):
        order = (case.request, constant) if turn % 2 else (constant, case.request)
        took = {sent: turn_of(port, sent, count) for sent in order}
        pairs.append((took[case.request], took[constant]))
    note = f"{turns} turns of {count} requests each, in turn, 16 connections, medians"
    for what, unit, name, aim in (
        ("", "requests per second", "per_second", target), (", p99", "seconds", "p99", "at most 2"),
        (", by CPU time", "requests per CPU second of the server", "per_cpu_second", target),
    ):
        ours, theirs = (median(pair[side][name] for pair in pairs) for side in (0, 1))
        shown = compared(
            NAME, case.what + what, ours, unit, baseline=theirs, target=aim, note=note,
            baseline_what=f"a plain-ASGI route, same request, that returns {case.answer} bytes")
        yield msgspec.structs.replace(shown, ratio=median(pair[0][name] / pair[1][name] for pair in pairs))


def turn_of(port: int, sent: bytes, count: int) -> dict[str, float]:
    """What `load.measure` finds, and requests per CPU second of the serving thread."""
    before = _spent(port)
    took = load.measure(port, sent, count=count, limit=10)
    return took | {"per_cpu_second": took["done"] / (_spent(port) - before)}


def _spent(port: int) -> float:
    return float(httpx.get(f"http://127.0.0.1:{port}{SPENT}", timeout=30).text)


def _singles(port: int, whose: str, key: str | None) -> list[Case]:
    listed, unlisted = data.code(7), data.code(900_000)
    assert check_digit(unlisted[:17]) == unlisted[17]
    paths = {"listed": f"/v1/eligibility/{listed}", "not listed": f"/v1/eligibility/{unlisted}"}
    return [
        _case(port, f"GET one company, {what}, {whose}", path + (_QUERY if key else ""), key)
        for what, path in paths.items()
    ]


def _case(port: int, what: str, path: str, key: str | None) -> Case:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers, timeout=30)
    answer.raise_for_status()
    query = path.partition("?")[2]
    return Case(what, load.request("GET", path, key), len(answer.content), query and f"?{query}", key)
