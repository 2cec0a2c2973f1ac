"""Webhooks as a matter of words and rules: which addresses may be called, what is sent, when it is tried again. Pure.

Messages are signed as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import msgspec
from standardwebhooks import Webhook as Signer

from credit.kernel.errors import FieldError, Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST_URL = 1000
SCHEDULE = tuple(
    timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  # after the first try at once: the pauses that Standard Webhooks recommends, three days in all
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Kind(StrEnum):
    """What a webhook may be told of; a test is always told."""

    CHANGED = "watch_changed"
    ENDED = "watch_ended"
    TEST = "webhook_test"


class Hook(StrEnum):
    """States of a webhook."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"


class Push(StrEnum):
    """States of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class TargetRefused(Invalid):
    """The address of a webhook may not be called; the sentence says why."""

    code = "webhook_target_refused"
    title = "推送地址不可用 Webhook target refused"


def refused(detail: str, reason: str = "target_refused") -> TargetRefused:
    return TargetRefused(detail, errors=(FieldError("/url", "refused", detail),), reason=reason)


def check_url(url: str, *, allow_private: bool) -> str:
    """The host of a well-formed target. Raises TargetRefused for anything but https (http with `allow_private` only,
    and then to a loopback address only), and for credentials, fragments and lengths over 1,000."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise refused("网址格式有误,应如 https://example.org/hook") from None
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > LONGEST_URL or not host or port == 0:
        raise refused("网址格式有误,应如 https://example.org/hook,至多1000字符")
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise refused("推送地址须为 https")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise refused("网址不得含用户名、密码或 # 片段")
    return host


def check_addresses(url: str, found: Iterable[str], *, allow_private: bool) -> str:
    """The address to connect to, out of what the host resolves to. Raises TargetRefused where any of them is not a
    public one: one bad address among good ones is how name servers are turned against a caller."""
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in found]
    if not addresses:
        raise refused("域名没有解析结果")
    if urlsplit(url).scheme == "http" and not all(_inner(a).is_loopback for a in addresses):
        raise refused("http 只可用于本机地址,请用 https")
    if not allow_private and not all(is_public(a) for a in addresses):
        raise refused("推送地址解析到本机、内网、链路本地或保留地址,不予连接")
    return str(addresses[0])


def is_public(address: Address) -> bool:
    """Whether everybody may be sent there: not loopback, private, link-local (cloud metadata), multicast or reserved,
    nor an address that only wraps such a one."""
    inner = _inner(address)
    local = isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local
    return inner.is_global and not (local or inner.is_multicast or inner.is_reserved)


def _inner(address: Address) -> Address:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 address; else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def message(kind: Kind, at: datetime, data: dict[str, Any]) -> str:
    """The body of a message: its type, the moment it tells of, and thin data without personal data."""
    return msgspec.json.encode({"type": kind.value, "timestamp": at, "data": data}).decode()


def headers(message_id: str, at: datetime, body: str, secrets: Iterable[str]) -> dict[str, str]:
    """The headers of a try at `at` (UTC), signed under each secret: two while one is being replaced."""
    signatures = " ".join(Signer(secret).sign(message_id, at, body) for secret in secrets)
    return {
        "content-type": "application/json", "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signatures,
    }
