"""Token buckets: a burst up to the limit, an even refill, one caller never paying for another."""

from __future__ import annotations

import pytest

from api.limits import RateLimiter
from api.problems import TooManyRequests


class Seconds:
    """A monotonic clock that is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_limit_is_spent_then_refused_with_the_wait() -> None:
    limiter = RateLimiter(60, Seconds())
    left = [a.remaining for _ in range(60) if (a := limiter.take("a"))]
    assert left == list(range(59, -1, -1))
    with pytest.raises(TooManyRequests) as refused:
        limiter.take("a")
    headers = refused.value.extra["headers"]
    assert isinstance(headers, dict)
    assert headers["Retry-After"] == "1"
    assert headers["RateLimit-Remaining"] == "0"


def test_it_refills_evenly() -> None:
    seconds = Seconds()
    limiter = RateLimiter(60, seconds)
    for _ in range(60):
        limiter.take("a")
    seconds.now += 2.0
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(TooManyRequests):
        limiter.take("a")


def test_nobody_pays_for_another() -> None:
    limiter = RateLimiter(1, Seconds())
    limiter.take("a")
    found = limiter.take("b")
    assert found is not None
    assert found.remaining == 0


def test_zero_switches_it_off() -> None:
    assert RateLimiter(0, Seconds()).take("a") is None


def test_strangers_do_not_crowd_out_a_spent_bucket_that_is_in_use() -> None:
    limiter = RateLimiter(1, Seconds())
    limiter.take("spent")
    for n in range(30_000):
        limiter.take(f"address:{n}")
        if n % 10_000 == 0:
            with pytest.raises(TooManyRequests):
                limiter.take("spent")
