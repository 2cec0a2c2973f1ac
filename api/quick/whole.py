"""An answer sent in one piece where uvicorn serves: one write for head and body, no header read a second time.

ASGI has no message for that, so this reaches for the server's own state of the request. Where that is not of the kind
known here (another server or protocol, a connection about to close, a client that reads slowly, an access log to be
written) nothing is sent, and the caller sends its two messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

_OK = b"HTTP/1.1 200 OK\r\n"


def lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The headers as they go over the wire, each line ended. The names are ours, in small letters."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


class Whole:
    """Sends answers with status 200 whole; keeps the lines that the server adds, which change once a second."""

    def __init__(self) -> None:
        self._added: object = None
        self._begin = _OK

    def sent(self, send: Any, head: bytes, body: bytes) -> bool:
        """Whether the answer went out: `head` are its header lines, content-length among them."""
        cycle = getattr(send, "__self__", None)
        if type(cycle) is not RequestResponseCycle or not cycle.keep_alive or cycle.access_log:
            return False
        if cycle.disconnected or cycle.flow.write_paused or cycle.response_started:
            return False
        if cycle.default_headers is not self._added:
            self._added, self._begin = cycle.default_headers, _OK + lines(cycle.default_headers)
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(b"%b%b\r\n%b" % (self._begin, head, body))
        cycle.message_event.set()
        cycle.on_response()
        return True
