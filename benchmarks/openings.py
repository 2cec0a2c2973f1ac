"""openings: verdicts for a hundred bidders in one POST, per request of a constant route of the framework."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import httpx
import msgspec

from benchmarks import crowd, data, house, load
from benchmarks.eligibility import turn_of
from benchmarks.figure import Figure, compared, median
from benchmarks.serving import served
from credit.accounts.model import Role

NAME = "openings"
_BIDDERS = 100
_COMPANIES = 20_000


def run(*, quick: bool = False) -> Iterator[Figure]:
    """Codes that nobody has named; known companies without records; one in ten barred."""
    yield from asyncio.run(_measure(quick=quick))


async def _measure(*, quick: bool) -> list[Figure]:
    async with house.place("sqlite") as chosen:
        async with house.opened(chosen) as services:
            key = await house.key(services, Role.PLATFORM)
            await crowd.fill(_COMPANIES)
        with served(chosen) as port:
            return await asyncio.to_thread(_on_server, port, key, 40 if quick else 600, 1 if quick else 9)


def _on_server(port: int, key: str, count: int, turns: int) -> list[Figure]:
    barred = list(crowd.listed(_BIDDERS // 10, _COMPANIES))
    clean = list(crowd.unlisted(_BIDDERS, _COMPANIES))
    cases = (
        ("never named", [data.code(800_000 + n) for n in range(_BIDDERS)], "at least 40"),
        ("known, nothing recorded", clean, "at least 40"),
        ("one in ten barred", [*barred, *clean[len(barred) :]], "at least 15"),
    )
    return [_figure(port, key, what, codes, target, count, turns) for what, codes, target in cases]


def _figure(
    port: int, key: str, what: str, codes: Sequence[str], target: str, count: int, turns: int
) -> Figure:
    tender = {"type": "construction", "mandatory": True, "regimes": ["tendering"]}
    body = msgspec.json.encode({"subjects": [{"code": code} for code in codes], "tender": tender})
    answer = httpx.post(f"http://127.0.0.1:{port}/v1/eligibility", content=body, timeout=30,
                        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    assert len(answer.raise_for_status().json()["answers"]) == len(codes)
    asked, framed = load.request("POST", "/v1/eligibility", key, body), load.request("GET", "/framed", key)
    pairs = [(turn_of(port, asked, count), turn_of(port, framed, count * 2)) for _ in range(turns)]
    ours, theirs = (median(pair[side]["per_cpu_second"] for pair in pairs) for side in (0, 1))
    by_clock = median(pair[0]["per_second"] / pair[1]["per_second"] for pair in pairs) * len(codes)
    found = compared(
        NAME, f"{len(codes)} bidders in one POST, {what}", ours * len(codes), "verdicts per CPU second of the server",
        baseline=theirs, baseline_what="requests of a constant route of the framework", target=target,
        note=f"{turns} turns in turn, medians; answers of {len(answer.content):,} bytes; by the clock {by_clock:.1f}")
    return msgspec.structs.replace(
        found, ratio=median(pair[0]["per_cpu_second"] / pair[1]["per_cpu_second"] for pair in pairs) * len(codes))
