"""An answer in one piece on a real uvicorn: the same bytes as two ASGI messages give, and only where that is safe."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.quick.whole import Whole, lines

_BODY = b'{"label":"\xe6\xa0\x87"}'
_HEADERS = [(b"content-length", b"%d" % len(_BODY)), (b"content-type", b"application/json")]
_ASK = b"GET %b HTTP/1.1\r\nhost: localhost\r\n%b\r\n"


class Answering:
    """Answers `/whole` in one piece where it can, everything else in two messages, and notes what could."""

    def __init__(self) -> None:
        self.whole = Whole()
        self.could: list[bool] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/whole":
            self.could.append(self.whole.sent(send, lines(_HEADERS), _BODY))
            if self.could[-1]:
                return
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _BODY, "more_body": False})


@asynccontextmanager
async def served(app: Answering, **more: Any) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server of `app`."""
    config = uvicorn.Config(app, interface="asgi3", lifespan="off", log_config=None, port=0, **more)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    await server.on_tick(0)  # the moment that each answer tells
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()
        await server.shutdown()


async def read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of the next answer; the moment in it blotted out."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    found = re.search(rb"content-length: (\d+)", head)
    assert found
    body = await asyncio.wait_for(reader.readexactly(int(found[1])), 5)
    return re.sub(rb"date: [^\r]+", b"date: then", head), body


async def test_a_whole_answer_is_the_two_messages_byte_for_byte() -> None:
    app = Answering()
    async with served(app, http=HttpToolsProtocol, access_log=False) as (reader, writer):
        found = []
        for path in (b"/whole", b"/two", b"/whole"):  # one connection, kept alive
            writer.write(_ASK % (path, b""))
            found.append(await read(reader))
    assert app.could == [True, True]
    assert found[0] == found[1] == found[2]
    assert found[0][1] == _BODY
    assert b"date: then" in found[0][0]


async def test_requests_sent_in_one_go_are_answered_in_their_order() -> None:
    app = Answering()
    async with served(app, http=HttpToolsProtocol, access_log=False) as (reader, writer):
        writer.write(_ASK % (b"/whole", b"") * 3 + _ASK % (b"/two", b""))
        assert len({await read(reader) for _ in range(4)}) == 1
    assert app.could == [True] * 3


async def test_a_connection_about_to_close_is_closed_as_the_server_does() -> None:
    app = Answering()
    async with served(app, http=HttpToolsProtocol, access_log=False) as (reader, writer):
        writer.write(_ASK % (b"/whole", b"connection: close\r\n"))
        head, body = await read(reader)
        assert await asyncio.wait_for(reader.read(), 5) == b""
    assert app.could == [False]
    assert (b"connection: close" in head, body) == (True, _BODY)


@pytest.mark.parametrize("more", [{"http": H11Protocol, "access_log": False}, {"http": HttpToolsProtocol}])
async def test_another_protocol_or_an_access_log_gets_two_messages(more: dict[str, Any]) -> None:
    app = Answering()
    async with served(app, **more) as (reader, writer):
        writer.write(_ASK % (b"/whole", b""))
        assert (await read(reader))[1] == _BODY
    assert app.could == [False]
