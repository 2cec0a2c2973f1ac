"""A receiver of webhooks on this machine: it keeps what came, and answers as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from standardwebhooks import Webhook

OK = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


class Got(NamedTuple):
    """A request as it came; header names in lower case."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def signed_by(self, secret: str) -> bool:
        """Whether one of the signatures is that of `secret`, by the library, whatever the time is."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        expected = Webhook(secret).sign(self.id, at, self.body.decode())
        return expected in self.headers["webhook-signature"].split(" ")


class Receiver:
    """Answers `answers` one after the other, then 204; an empty answer hangs until the caller goes."""

    def __init__(self) -> None:
        self.port = 0
        self.got: list[Got] = []
        self.answers: list[bytes] = []
        self.open: list[asyncio.StreamWriter] = []
        self.came = asyncio.Event()
        self.busy: set[asyncio.Task[None] | None] = set()
        self.sent = 0  # bytes of answers that were taken

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.append(writer)
        self.busy.add(asyncio.current_task())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
            self.got.append(Got(headers, await reader.readexactly(int(headers["content-length"]))))
            self.came.set()
            answer = self.answers.pop(0) if self.answers else OK
            if not answer:
                await reader.read()  # until the caller gives up
            for start in range(0, len(answer), 65_536):
                writer.write(answer[start : start + 65_536])
                await writer.drain()
                self.sent += len(answer[start : start + 65_536])
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller went away
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


def answer(status: str, *more: str, body: bytes = b"") -> bytes:
    """An answer of this status line with further header lines."""
    lines = [f"HTTP/1.1 {status}", "connection: close", f"content-length: {len(body)}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def receiving(trust: Callable[[], ssl.SSLContext] | None = None) -> AsyncIterator[Receiver]:
    """A receiver for the length of the block; over TLS with a context."""
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=trust() if trust else None)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for writer in made.open:
            writer.transport.abort()
        await asyncio.gather(*(task for task in made.busy if task), return_exceptions=True)
