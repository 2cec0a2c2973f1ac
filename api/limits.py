"""Rate limits: a token bucket per key, and a smaller one per address where no key is known. In memory, per process."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from api.problems import TooManyRequests

_MOST_BUCKETS = 20_000
_MINUTE = 60.0


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


class RateLimiter:
    """Buckets that fill evenly over a minute; `per_minute` 0 switches the limit off."""

    def __init__(self, per_minute: int, seconds: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self.seconds = seconds  # a monotonic clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens left, and when

    def take(self, who: str, *, share: float = 1.0) -> Allowance | None:
        """Spends one request of `who`; None where limits are off. Raises TooManyRequests."""
        if not self.per_minute:
            return None
        limit = max(1, int(self.per_minute * share))
        now = self.seconds()
        left, since = self._buckets.get(who, (float(limit), now))
        left = min(float(limit), left + (now - since) * limit / _MINUTE)
        if left < 1:
            self._keep(who, left, now)
            wait = math.ceil((1 - left) * _MINUTE / limit)
            spent = Allowance(limit, 0, wait)
            raise TooManyRequests(
                f"每分钟{limit}次已用完,请在{wait}秒后再试 retry in {wait} s",
                headers={**spent.headers(), "Retry-After": str(wait)},
            )
        self._keep(who, left - 1, now)
        return Allowance(limit, int(left - 1), math.ceil((limit - left + 1) * _MINUTE / limit))

    def _keep(self, who: str, left: float, now: float) -> None:
        self._buckets[who] = (left, now)
        self._buckets.move_to_end(who)
        while len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
