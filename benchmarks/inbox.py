"""inbox: from the answer to a push until both letters are in the company's inbox, seen over HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import httpx
import msgspec

from benchmarks import data, house
from benchmarks.figure import Figure, compared, median, quantile, shown
from benchmarks.letters import bare, strings
from benchmarks.serving import served
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel.clock import business_day, system_clock
from credit.kernel.settings import Settings
from notices import fonts, letters
from sanctions.model import PenaltyCommand
from tests.notices.letter_samples import GENERAL, OF_PENALTIES, STAMP

NAME = "inbox"
_EVERY = 0.01  # seconds between looks
_PATIENCE = 30.0
_FIRM = 42


def run(*, quick: bool = False) -> Iterator[Figure]:
    """On each engine, one push at a time; the baseline draws the same two letters on a bare canvas."""
    plain = _bare()
    for engine in house.ENGINES:
        yield asyncio.run(_measure(engine, 2 if quick else 20, plain))


async def _measure(engine: str, count: int, plain: float) -> Figure:
    async with house.place(engine) as chosen:
        async with house.opened(chosen) as services:
            firm = data.code(_FIRM)
            given = OrganisationInput(code=firm, name="示例市样本00042号建设工程有限公司")
            await accounts.register_organisation(given, by="bench", now=services.clock())
            authority, company = await house.key(services, Role.AUTHORITY), await house.key(
                services, Role.ENTERPRISE, firm)
        waits = await asyncio.to_thread(_on_server, chosen, authority, company, count)
    return compared(
        f"{NAME} {engine}", "from the answer to a push to both letters in the inbox", median(waits), "s",
        baseline=plain, baseline_what="the two letters on a bare canvas", target="under 2 s",
        note=f"longest of {len(waits)}: {max(waits):.2f} s, p90 {quantile(waits, .9):.2f} s; the first, with the "
        f"fonts being loaded: {waits[0]:.2f} s",
    )


def _on_server(chosen: Settings, authority: str, company: str, count: int) -> list[float]:
    first = house.commands(chosen.data, _FIRM + 1)[_FIRM]
    with served(chosen) as port:
        base = f"http://127.0.0.1:{port}"
        pusher = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {authority}"}, timeout=30)
        reader = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {company}"}, timeout=30)
        with pusher, reader:
            return [_wait(pusher, reader, first, n) for n in shown(range(count), NAME)]


def _wait(pusher: httpx.Client, reader: httpx.Client, first: PenaltyCommand, n: int) -> float:
    """Seconds from the answer to the n-th push until its two letters are there."""
    today = business_day(system_clock())
    sent = msgspec.structs.replace(first, document_no=f"示箱罚〔{today.year}〕{n + 1}号", decided_on=today)
    answer = pusher.post("/v1/penalties", content=msgspec.json.encode(sent),
                         headers={"Content-Type": "application/json"})
    answered = time.perf_counter()
    assert answer.status_code == 201, answer.text
    record = answer.json()["id"]
    while True:
        listed = reader.get("/v1/notices", params={"record": record})
        now = time.perf_counter()
        if len(listed.json()["items"]) == len(OF_PENALTIES):
            return now - answered
        if now - answered > _PATIENCE:
            raise RuntimeError(f"no two letters within {_PATIENCE} s: {listed.text}")
        time.sleep(_EVERY)


def _bare() -> float:
    """Seconds to draw the two letters with nothing around them."""
    cache = fonts.ensure(fonts.default_folder())
    sheets = [strings(letters.compose(kind, GENERAL, STAMP), cache) for kind in OF_PENALTIES]
    for of_kind in sheets:
        bare(of_kind)
    started = time.perf_counter()
    for of_kind in sheets:
        bare(of_kind)
    return time.perf_counter() - started
