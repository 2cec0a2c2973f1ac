"""A load generator of raw sockets: keep-alive, one request in flight per connection, bounded in count and time.

`python -m benchmarks.load PORT CONNECTIONS COUNT SECONDS < REQUEST` prints what `fire` found as JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from typing import Any

from benchmarks.figure import quantile

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it has its answer."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.expected = 0
        self.got = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        if self.run.take():
            self.asked_at = time.perf_counter()
            self.transport.write(self.run.request)
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.got = self.got + data if self.got else data
        if not self.expected:
            end = self.got.find(b"\r\n\r\n")
            found = _LENGTH.search(self.got, 0, end) if end >= 0 else None
            if found is None:
                return
            self.expected = end + 4 + int(found[1])
        if len(self.got) < self.expected:
            return
        self.run.answered(self.got, time.perf_counter() - self.asked_at)
        self.got, self.expected = b"", 0
        self.ask()

    def connection_lost(self, exc: BaseException | None) -> None:
        self.run.left()


class Run:
    """What all connections share: how many requests are left, and what came back."""

    def __init__(self, request: bytes, connections: int, count: int, limit: float) -> None:
        self.request = request
        self.open = connections
        self.left_over = count
        self.until = time.perf_counter() + limit
        self.done = self.failed = 0
        self.waits: list[float] = []
        self.over = asyncio.Event()

    def take(self) -> bool:
        self.left_over -= 1
        return self.left_over >= 0 and time.perf_counter() < self.until

    def answered(self, answer: bytes, wait: float) -> None:
        self.done += 1
        self.waits.append(wait)
        self.failed += answer[9:12] != b"200"

    def left(self) -> None:
        self.open -= 1
        if not self.open:
            self.over.set()


async def fire(port: int, request: bytes, connections: int, count: int, limit: float) -> dict[str, float]:
    """Sends `count` requests over `connections`, for at most `limit` seconds: requests per second, seconds waited."""
    run = Run(request, connections, count, limit)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: Client(run), "127.0.0.1", port)
    await run.over.wait()
    spent = time.perf_counter() - started
    return {"done": run.done, "failed": run.failed, "per_second": run.done / spent,
            "p50": quantile(run.waits, 0.5), "p99": quantile(run.waits, 0.99)}


def request(method: str, path: str, key: str | None = None, body: bytes = b"") -> bytes:
    """A request as bytes on the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def measure(port: int, sent: bytes, *, count: int, limit: float, connections: int = 16) -> dict[str, float]:
    """What `fire` finds from a process of its own. Raises RuntimeError where an answer was no 200."""
    command = [sys.executable, "-m", "benchmarks.load", str(port), str(connections), str(count), str(limit)]
    done = subprocess.run(command, input=sent, capture_output=True, check=True, timeout=limit + 60)
    found: dict[str, float] = json.loads(done.stdout)
    if found["failed"] or not found["done"]:
        raise RuntimeError(f"the server did not answer 200: {found}")
    return found


if __name__ == "__main__":
    import uvloop

    port, connections, count, limit = sys.argv[1:5]
    work = fire(int(port), sys.stdin.buffer.read(), int(connections), int(count), float(limit))
    print(json.dumps(uvloop.run(work)))
