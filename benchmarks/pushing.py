"""pushing: how long one push over HTTP takes while a file of 10,000 rows is imported, against an idle server."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.client import HTTPConnection
from pathlib import Path

import httpx
import msgspec

from benchmarks import data, house
from benchmarks.figure import Figure, compared, quantile, step
from benchmarks.serving import served
from credit.accounts.model import Role
from credit.kernel.settings import Settings

NAME = "pushing"
_GAP = 0.01  # seconds between an answer and the next push


def run(*, quick: bool = False) -> Iterator[Figure]:
    """p99 of single pushes during an import, against p99 idle on the same server before and after."""
    for engine in house.ENGINES:
        yield asyncio.run(_measure(engine, 300 if quick else 10_000, 40 if quick else 1000))


async def _measure(engine: str, rows: int, samples: int) -> Figure:
    async with house.place(engine) as chosen:
        async with house.opened(chosen) as services:
            key = await house.key(services, Role.AUTHORITY)
        return await asyncio.to_thread(_on_server, engine, chosen, key, rows, samples)


def _on_server(engine: str, chosen: Settings, key: str, rows: int, samples: int) -> Figure:
    bodies = Bodies(chosen.data)
    path = data.write_csv(chosen.data / "import.csv", rows)
    with served(chosen) as port:
        push = Pusher(port, key, bodies)
        push.many(lambda done: done < 30)
        idle = push.many(lambda done: done < samples // 2)
        importing = Import(port, key, path)
        importing.start()
        busy = push.many(lambda done: importing.is_alive())
        importing.join()
        idle += push.many(lambda done: done < samples // 2)
    assert importing.answer.get("accepted") == rows, importing.answer
    return _figure(engine, idle, busy, importing.spent, rows)


def _figure(engine: str, idle: list[float], busy: list[float], spent: float, rows: int) -> Figure:
    note = (f"p50 {quantile(busy, .5) * 1e3:.1f} ms of {len(busy)} pushes while {rows:,} rows took {spent:.1f} s; "
            f"idle p50 {quantile(idle, .5) * 1e3:.1f} ms of {len(idle)}; longest {max(busy) * 1e3:.0f} ms, "
            f"idle {max(idle) * 1e3:.0f} ms")
    return compared(
        f"{NAME} {engine}", "p99 of one push during an import", quantile(busy, .99) * 1e3, "ms",
        baseline=quantile(idle, .99) * 1e3, baseline_what="p99 idle", target="at most 5", note=note,
    )


class Bodies:
    """Penalties that are not in the file, one after the other; so old that no letter is drawn meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._first = msgspec.structs.replace(house.commands(folder, 1)[0], decided_on=date(2021, 5, 20))
        self._sent = 0

    def next(self) -> bytes:
        self._sent += 1
        subject = msgspec.structs.replace(self._first.subject, code=data.code(500_000 + self._sent % 50))
        number = f"示推罚〔2021〕{self._sent}号"
        return msgspec.json.encode(msgspec.structs.replace(self._first, document_no=number, subject=subject))


class Pusher:
    """One department that pushes one penalty after the other over one connection."""

    def __init__(self, port: int, key: str, bodies: Bodies) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._bodies = bodies

    def many(self, going_on: Callable[[int], bool]) -> list[float]:
        """Seconds of each push."""
        samples: list[float] = []
        while going_on(len(samples)):
            body = self._bodies.next()
            started = time.perf_counter()
            self._connection.request("POST", "/v1/penalties", body, self._headers)
            answer = self._connection.getresponse()
            text = answer.read()
            samples.append(time.perf_counter() - started)
            assert answer.status == 201, text
            step("pushing", len(samples), 1000)
            time.sleep(_GAP)
        return samples


class Import(threading.Thread):
    """A file sent to the running server by another department."""

    def __init__(self, port: int, key: str, path: Path) -> None:
        super().__init__()
        self.url = f"http://127.0.0.1:{port}/v1/penalties/import"
        self.key, self.path = key, path
        self.answer: dict[str, object] = {}
        self.spent = 0.0

    def run(self) -> None:
        started = time.perf_counter()
        with self.path.open("rb") as file:
            answer = httpx.post(self.url, files={"file": file}, headers={"Authorization": f"Bearer {self.key}"},
                                timeout=600)
        self.spent = time.perf_counter() - started
        self.answer = json.loads(answer.text)
