"""The service as real processes that can be killed, and a mail server that remembers."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel import database
from credit.kernel.clock import system_clock
from credit.model import Field

ROOT = Path(__file__).parents[2]
BUREAU = OrganisationInput(
    code="1137019900EX00014E", name="示例市住房和城乡建设局", short_code="示住建", region="370199",
    field=Field.CONSTRUCTION, competences=("mandatory_tender",),
)
_URL = re.compile(r"TenderCredit 标信 (http://\S+)")
_STEP = 0.03  # seconds between looks


class Service:
    """`tendercredit serve` over one data folder and database, started, killed and started again."""

    def __init__(self, data: Path, url: str | None, **settings: object) -> None:
        self.data = data
        self.url = url
        self.log = data / "serve.log"
        self.settings = {name: str(value) for name, value in settings.items()}
        self.base = ""
        self.children: set[psutil.Process] = set()
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """No setting but those of this test."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TENDERCREDIT_")}
        given = {"DATA": str(self.data), "RATE_LIMIT": "0", "LEASE_SECONDS": "12", **self.settings}
        if self.url is not None:
            given["DATABASE_URL"] = self.url
        return kept | {f"TENDERCREDIT_{name}": value for name, value in given.items()}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs another command of `tendercredit` to its end."""
        whole = [sys.executable, "-m", "api.cli", *arguments]
        return subprocess.run(whole, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60)

    async def furnish(self) -> dict[str, str]:
        """Registers the bureau with its 机关代字 before anything is served; the Authorization header of its key."""
        now = system_clock()
        async with database.opened(database.make_engine(self.url, self.data)):
            await accounts.register_organisation(BUREAU, by="test", now=now)
            key, _ = await accounts.create_key(
                org_code=BUREAU.code, role=Role.AUTHORITY, name="示例", by="test", now=now)
        return {"Authorization": f"Bearer {key}"}

    def begin(self) -> None:
        """Starts the process; `up` waits until it serves."""
        with self.log.open("wb") as log:
            whole = [sys.executable, "-m", "api.cli", "serve", "--port", "0"]
            self._running = subprocess.Popen(whole, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    async def up(self) -> None:
        """Starts the process and returns when it is ready."""
        self.begin()
        assert self._running is not None
        deadline = time.monotonic() + 60
        async with httpx.AsyncClient() as client:
            while True:
                said = self.log.read_text(encoding="utf-8", errors="replace")
                assert self._running.poll() is None and time.monotonic() < deadline, said[-3000:]
                found = _URL.search(said)
                if found and await _ready(client, found[1]):
                    self.base = found[1]
                    return
                await asyncio.sleep(_STEP)

    def kill(self) -> None:
        """kill -9: nothing of the process is asked."""
        assert self._running is not None
        if self._running.poll() is None:
            self.children |= set(psutil.Process(self._running.pid).children(recursive=True))
        self._running.kill()
        self._running.wait()
        self._running = None

    def stop(self) -> None:
        """Tells the process to end, and waits."""
        if self._running is not None:
            self._running.terminate()
            assert self._running.wait(timeout=30) in (0, -signal.SIGTERM), self.log.read_text(encoding="utf-8")[-3000:]
            self._running = None

    def ended(self) -> tuple[int, str]:
        """Exit code and output of a process that ends by itself."""
        assert self._running is not None
        code = self._running.wait(timeout=60)
        self._running = None
        return code, self.log.read_text(encoding="utf-8")

    def client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.base, headers=headers, timeout=60)

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """Reads the database beside the process."""
        async with database.opened(database.make_engine(self.url, self.data)):
            return await database.fetch(statement)

    async def settled(self, patience: float = 150) -> None:
        """Returns when every task is worked."""
        deadline = time.monotonic() + patience
        async with database.opened(database.make_engine(self.url, self.data)):
            while await database.fetch(_OPEN):
                left = await database.fetch("SELECT id, state, attempts, error FROM task LIMIT 5")
                assert time.monotonic() < deadline, left
                await asyncio.sleep(_STEP)


_OPEN = """SELECT 'task' AS what FROM task WHERE state <> 'dead'
    UNION ALL SELECT 'behind' FROM task_cursor c, log_head h WHERE c.seq < h.size - 1"""


async def _ready(client: httpx.AsyncClient, base: str) -> bool:
    try:
        return (await client.get(f"{base}/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def serving(data: Path, url: str | None, **settings: object) -> AsyncIterator[Service]:
    """A service that is not left running."""
    made = Service(data, url, **settings)
    try:
        yield made
    finally:
        if made._running is not None:
            made.kill()


async def until(true: Callable[[], bool], what: str, patience: float = 30) -> None:
    """Returns when `true` holds; an error after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(_STEP)


class Postbox:
    """A mail server on this machine: every message it was given, by Message-ID; `hold` keeps it from answering."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.answering = threading.Event()
        self.answering.set()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Takes the message first, answers when it may."""
        content = envelope.content
        assert isinstance(content, bytes)
        found = re.search(rb"^Message-ID:\s*(\S+)", content, re.MULTILINE | re.IGNORECASE)
        self.ids.append(found[1].decode() if found else "")
        await asyncio.to_thread(self.answering.wait)
        return "250 OK"

    def __enter__(self) -> Postbox:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.answering.set()
        self._server.stop()
