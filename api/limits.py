"""Rate limits: a token bucket per key, and a smaller one per address where no key is known. In memory, per process."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from api.problems import TooManyRequests

_MOST_BUCKETS = 20_000
_MINUTE = 60.0
_HAIR = 1e-6  # what adding up parts of a minute may be out by
_RESET = [(b"ratelimit-reset", b"%d" % n) for n in range(62)]


class Allowance(msgspec.Struct, frozen=True):
    """What the `RateLimit-*` headers say: requests a minute, what is left, seconds until the bucket is full."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset), "RateLimit-Policy": f"{self.limit};w=60",
        }

    def lines(self) -> bytes:
        """As `wire`, as it goes over the wire."""
        return b"ratelimit-limit: %d\r\nratelimit-remaining: %d\r\nratelimit-reset: %d\r\n" % (
            self.limit, self.remaining, self.reset)

    def wire(self) -> list[tuple[bytes, bytes]]:
        """Limit, rest and reset as ASGI takes them."""
        return [
            (b"ratelimit-limit", b"%d" % self.limit), (b"ratelimit-remaining", b"%d" % self.remaining),
            _RESET[self.reset],
        ]


class RateLimiter:
    """Buckets that fill evenly over a minute; `per_minute` 0 switches the limit off.

    Of a bucket only the second is kept at which it will be full again: each request puts that off by its share.
    """

    def __init__(self, per_minute: int, seconds: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self.seconds = seconds  # a monotonic clock
        self._full: dict[str, float] = {}  # of who asked lately
        self._before: dict[str, float] = {}  # of who asked before that

    def take(self, who: str, *, share: float = 1.0) -> Allowance | None:
        """Spends one request of `who`; None where limits are off. Raises TooManyRequests."""
        if not self.per_minute:
            return None
        limit = self.per_minute if share == 1.0 else max(1, int(self.per_minute * share))
        now, each = self.seconds(), _MINUTE / limit
        full = self._full.get(who)
        if full is None:
            full = self._found(who)
        wait = (full - now if full > now else 0.0) + each  # seconds until the bucket is full
        if wait > _MINUTE + _HAIR:
            self._full[who] = full
            raise _refusal(limit, math.ceil(wait - _MINUTE - _HAIR))
        self._full[who] = now + wait
        return Allowance(limit, int((_MINUTE - wait) / each + _HAIR), math.ceil(wait - _HAIR))

    def _found(self, who: str) -> float:
        """When the bucket of somebody who has not asked lately is full; who asked longest ago gives room."""
        if len(self._full) >= _MOST_BUCKETS:
            self._before, self._full = self._full, {}
        return self._before.pop(who, 0.0)


def _refusal(limit: int, wait: int) -> TooManyRequests:
    return TooManyRequests(
        f"每分钟{limit}次已用完,请在{wait}秒后再试 retry in {wait} s",
        headers={**Allowance(limit, 0, wait).headers(), "Retry-After": str(wait)},
    )
