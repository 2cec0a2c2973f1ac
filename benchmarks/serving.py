"""A server in a process of its own, over a database that was prepared before."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from credit.kernel.settings import Settings

_HOME = Path(__file__).parent.parent
_PATIENCE = 60.0


@contextmanager
def served(chosen: Settings, limit: int = 0, *, letters: bool = True) -> Iterator[int]:
    """Serves the place, with `limit` requests a minute; gives the port. The process ends with the block."""
    url = [chosen.database.url] if chosen.database.url else []
    off = [] if letters else ["--no-letters"]
    command = [sys.executable, "-m", "benchmarks.server", *off, str(chosen.data), str(limit), *url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_HOME, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline() or "0")
            _until_ready(port)
            yield port
        finally:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _until_ready(port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if not port or time.monotonic() > until:
            raise RuntimeError("the server did not come up")
        time.sleep(0.1)
