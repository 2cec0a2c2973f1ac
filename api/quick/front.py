"""The ASGI application in front of the framework: questions about one company, then everything else.

Only a clean success is answered here; whatever else (a refusal, an unknown key, a spent limit) is left to the
framework's route, which answers the same question and renders the problem.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from litestar import Litestar

from api.auth import ADDRESS_SHARE, KeyRing, Known
from api.headers import DATA
from api.limits import Allowance, RateLimiter
from api.meter import Meter
from api.quick.hot import Hot, Kept, Message
from api.quick.openings import Openings
from api.quick.whole import Whole

PREFIX = "/v1/eligibility/"
OPENING = "/v1/eligibility"
_PREFIX = len(PREFIX)
_LONGEST = 1_000_000  # bytes of an opening read here

Found = tuple[Kept, Allowance | None]


class Again:
    """What was received, kept so that it can be received once more."""

    def __init__(self, receive: Any) -> None:
        self.receive = receive
        self.kept: deque[Any] = deque()

    async def body(self) -> bytes:
        """The whole body; what came of one that was broken off."""
        parts = []
        while True:
            message = await self.receive()
            self.kept.append(message)
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(parts)

    async def __call__(self) -> Any:
        return self.kept.popleft() if self.kept else await self.receive()


class Front:
    """The hot path, then the framework."""

    def __init__(self, app: Litestar, hot: Hot) -> None:
        self.app = app
        self.hot = hot
        self.openings = Openings(hot.asking)
        self.whole = Whole()
        self.register = hot.register
        self.ring: KeyRing = app.state.keyring
        self.limiter: RateLimiter = app.state.limiter
        self.meter: Meter = app.state.meter

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"][:_PREFIX] == PREFIX:
            query, ring, register = scope["query_string"], self.ring, self.register
            if register.committed > register.seq or ring.committed > ring.seq or b"min_seq" in query:
                found = await self._after_acts(scope, query)
            else:
                found = self._quick(scope, query)
            if found is not None:
                self.meter.answers[200] += 1
                kept, allowance = found
                head = kept.lines if allowance is None else kept.lines + allowance.lines()
                if not self.whole.sent(send, head, kept.body["body"]):
                    await send(kept.start if allowance is None else _limited(kept, allowance))
                    await send(kept.body)
                return
        elif scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == OPENING:
            receive = await self._opening(scope, receive, send)
            if receive is None:
                return
        await self.app(scope, receive, send)

    async def _opening(self, scope: Any, receive: Any, send: Any) -> Any:
        """Answers an opening where nothing stands against it, then gives None; else what is to be received again."""
        sent = dict(scope["headers"])
        length = sent.get(b"content-length", b"")
        if not length.isdigit() or int(length) > _LONGEST or sent.get(b"content-type") != b"application/json":
            return receive
        read = Again(receive)
        known = allowance = found = None
        try:
            if self.register.behind or self.ring.committed > self.ring.seq:
                await self._see_acts()
            known = self.ring.remembered(sent.get(b"authorization", b""), self.hot.clock())
            if known is None:
                return receive
            body = await read.body()
            if self.limiter.per_minute:
                allowance = self._spend(scope, known)
            found = self.openings.answer(body, known.caller)
        except Exception:  # noqa: BLE001, S110 - as for one company
            pass
        if found is None or known is None:
            self._spent(scope, allowance)
            return read
        self.hot.counting.add(known.caller.role, found[1])
        self.meter.answers[200] += 1
        more = allowance.wire() if allowance is not None else []
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"content-length", b"%d" % len(found[0])), *DATA, *more]})
        await send({"type": "http.response.body", "body": found[0], "more_body": False})
        return None

    async def _after_acts(self, scope: Any, query: bytes) -> Found | None:
        """As `_quick`, once the acts that the asker may know of are seen."""
        try:
            query = await self.hot.reach(query)
            await self._see_acts()
        except Exception:  # noqa: BLE001 - as below
            return None
        return self._quick(scope, query)

    def _quick(self, scope: Any, query: bytes) -> Found | None:
        """The answer where nothing stands against it: the key known in memory, the limit not spent."""
        known, moment, allowance = None, self.hot.clock(), None
        for name, value in scope["headers"]:
            if name == b"authorization":
                known = self.ring.remembered(value, moment)
                if known is None:
                    return None
        try:
            if self.limiter.per_minute:
                allowance = self._spend(scope, known)
            kept = self.hot.reply(scope["path"][_PREFIX:], query, known.caller if known is not None else None, moment)
        except Exception:  # noqa: BLE001 - the framework's route answers the same question and renders the problem
            self._spent(scope, allowance)
            return None
        return kept, allowance

    async def _see_acts(self) -> None:
        """Follows what this process has written: companies and keys."""
        await self.hot.catch_up()
        if not self.ring.current(self.hot.clock()):
            await self.ring.follow()

    def _spent(self, scope: Any, allowance: Allowance | None) -> None:
        """Tells the framework that the request is paid for: spent once, not twice."""
        if allowance is not None:
            scope.setdefault("state", {})["allowance"] = allowance

    def _spend(self, scope: Any, known: Known | None) -> Allowance | None:
        """Spends one request of the key, or of the address. Raises TooManyRequests."""
        if known is not None:
            return self.limiter.take(known.who)
        client = scope.get("client")
        return self.limiter.take(f"address:{client[0] if client else 'unknown'}", share=ADDRESS_SHARE)


def _limited(kept: Kept, allowance: Allowance) -> Message:
    return {"type": "http.response.start", "status": 200, "headers": kept.start["headers"] + allowance.wire()}
