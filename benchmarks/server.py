"""The server under measurement: the service on uvicorn, and beside it a plain-ASGI route that returns bytes.

`python -m benchmarks.server DATA [URL]` prints its port and serves until its standard input closes.
"""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path
from typing import Any

import uvicorn

from api.app import create_app
from api.hot import Front
from api.wiring import build
from benchmarks import house

CONSTANT = "/constant/"


class Beside:
    """The service; `/constant/N` answers N bytes without asking it."""

    def __init__(self, service: Any) -> None:
        self.service = service
        self.bodies: dict[str, bytes] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(CONSTANT):
            await self.service(scope, receive, send)
            return
        body = self.bodies.get(scope["path"])
        if body is None:
            body = self.bodies[scope["path"]] = b"x" * int(scope["path"][len(CONSTANT) :])
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def application(data: Path, url: str | None) -> Beside:
    """The service as `serve` runs it, over an existing folder or database."""
    services = build(house.settings(data, url))
    return Beside(Front(create_app(services), services.hot))


def serve(data: Path, url: str | None) -> None:
    """Serves on a free port of loopback until the parent closes our standard input."""
    taken = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(application(data, url), log_config=None, access_log=False, lifespan="on",
                            server_header=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    print(taken.getsockname()[1], flush=True)
    threading.Thread(target=_until_closed, args=(server,), daemon=True).start()
    server.run(sockets=[taken])


def _until_closed(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
