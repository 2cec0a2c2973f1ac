"""Headers of every answer: nothing is framed, sniffed or loaded from elsewhere, and limits are told."""

from __future__ import annotations

from litestar.types import Message, Scope

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)

DATA: tuple[tuple[bytes, bytes], ...] = (  # of an answer that no browser shows as a page: each header costs time
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
)


async def add_headers(message: Message, scope: Scope) -> None:
    """Before an answer starts: the security headers it has not set itself, its limits, and the count of it."""
    if message["type"] != "http.response.start":
        return
    found = message.setdefault("headers", [])
    present = {name.lower() for name, _ in found}
    found = [*found, *((name, value) for name, value in ALWAYS if name not in present)]
    allowance = scope["state"].get("allowance")
    if allowance is not None and b"ratelimit-limit" not in present:
        found += [(k.lower().encode(), v.encode()) for k, v in allowance.headers().items()]
    message["headers"] = found
    scope["app"].state.meter.answered(message["status"])
