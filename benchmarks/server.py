"""The server under measurement: the service on uvicorn, and beside it a plain-ASGI route that returns bytes.

`python -m benchmarks.server [--no-letters] DATA LIMIT [URL]` prints its port and serves until its input closes.
"""

from __future__ import annotations

import pickle
import socket
import sys
import threading
import time
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Response, get, post
from litestar.datastructures import State

from api.app import CONTROLLERS, create_app
from api.auth import anyone, needs
from api.bodies import json_body
from api.quick.front import Front
from api.wiring import Services, build
from benchmarks import house
from credit.accounts.model import Caller, Role
from credit.kernel import database
from credit.kernel.settings import Web
from notices.tasks import ISSUE
from sanctions.service.answering.ask import Ask

CONSTANT = "/constant/"
BARE = "/bare"
STATEMENTS = "statements.pickle"
SPENT = "/spent"  # answers the CPU seconds of the serving thread: what a busy machine does not blur


@get("/framed", guards=[anyone], sync_to_thread=False)
def framed() -> dict[str, str]:
    """A constant answer of the framework, with all that every route of the service goes through."""
    return {"answer": "constant"}


@post("/bare/{size:int}", dto=json_body(Ask), return_dto=None, status_code=200, guards=[needs(Role.AUDITOR)])
async def bare(size: int, data: Ask, services: Services, caller: Caller, state: State) -> Response[bytes]:
    """As the route of questions, but it only runs the statements that stand in the data folder, on one connection, and
    answers `size` bytes."""
    if not hasattr(state, "statements"):
        content = (state.services.settings.data / STATEMENTS).read_bytes()
        state.statements = pickle.loads(content)  # written by `benchmarks.as_of` just before
    served: Any = database.engine()
    async with served.pool.acquire() as connection:
        for text, values in state.statements:
            await connection.fetch(text, *values)
    return Response(b"x" * size, media_type="application/json")


class Beside:
    """The service; `/constant/N` answers N bytes without asking it."""

    def __init__(self, service: Any) -> None:
        self.service = service
        self.bodies: dict[str, bytes] = {}

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Plain, so that neither side pays for a step that serving does not have."""
        if scope["type"] == "http" and scope["path"].startswith(CONSTANT):
            return self.constant(scope, send)
        if scope["type"] == "http" and scope["path"] == SPENT:
            return reply(b"%.6f" % time.thread_time(), send)
        found: Awaitable[None] = self.service(scope, receive, send)
        return found

    async def constant(self, scope: Any, send: Any) -> None:
        """As many bytes as the path says, with the two headers that an answer needs."""
        body = self.bodies.get(scope["path"])
        if body is None:
            body = self.bodies[scope["path"]] = b"x" * int(scope["path"][len(CONSTANT) :])
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


async def reply(body: bytes, send: Any) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def application(data: Path, limit: int, url: str | None, *, letters: bool = True) -> Beside:
    """The service as `serve` runs it, over an existing folder or database; `limit` requests a minute, 0 = no limit.
    Without `letters` nobody works the tasks that issue them."""
    services = build(replace(house.settings(data, url), web=Web(rate_limit=limit)))
    if not letters:
        services = replace(services, subscribers=tuple(s for s in services.subscribers if s.name != ISSUE))
    return Beside(Front(create_app(services, controllers=[*CONTROLLERS, framed, bare]), services.hot))


def serve(data: Path, limit: int, url: str | None, *, letters: bool) -> None:
    """Serves on a free port of loopback until the parent closes our standard input."""
    taken = socket.create_server(("127.0.0.1", 0), backlog=2048)
    made = application(data, limit, url, letters=letters)
    config = uvicorn.Config(made, interface="asgi3", log_config=None, access_log=False, lifespan="on",
                            server_header=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    print(taken.getsockname()[1], flush=True)
    threading.Thread(target=_until_closed, args=(server,), daemon=True).start()
    server.run(sockets=[taken])


def _until_closed(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    given = [text for text in sys.argv[1:] if text != "--no-letters"]
    serve(Path(given[0]), int(given[1]), given[2] if len(given) > 2 else None, letters=len(given) == len(sys.argv) - 1)
