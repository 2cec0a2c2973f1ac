"""What the verbs of notices work with: handed in by the composition root."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from credit import lookup
from credit.kernel.blobs import BlobStore
from credit.kernel.clock import Clock
from credit.kernel.errors import Refusal
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from notices.cases import LetterSource, StatusOf
from notices.channels.port import Channel
from notices.model import LetterKind
from notices.register import Kept, Notice
from notices.rendering import Renderer

LOCALITIES = "notices.localities"


class LocalityUnknown(Refusal):
    code = "locality_unknown"
    title = "没有这个地方的发文规则 Unknown locality"


def letter_token() -> str:
    """128 random bits, URL-safe: short enough for a coarse QR code."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Office:
    """The ports of notices. `local`: letters of the locality in use here; `sender` names the Message-IDs' domain."""

    clock: Clock
    rulebook: Rulebook
    blobs: BlobStore
    renderer: Renderer
    source: LetterSource
    status: StatusOf
    channels: Mapping[str, Channel]
    base_url: str
    local: frozenset[LetterKind] = frozenset()
    sender: str = "tendercredit@localhost"
    by: str = "notices"
    token: Callable[[], str] = field(default=letter_token)


def local_letters(locality: str, rules: RuleSet, day: date) -> frozenset[LetterKind]:
    """The letters in use in a locality, none for an empty name. Raises LocalityUnknown."""
    known = _locality(locality, rules, day)
    return frozenset(map(LetterKind, known["letters"])) if known else frozenset()


def locality_name(locality: str, rules: RuleSet, day: date) -> str:
    """What letters call the locality, empty for none. Raises LocalityUnknown."""
    known = _locality(locality, rules, day)
    return str(known["name"]) if known else ""


def _locality(locality: str, rules: RuleSet, day: date) -> dict[str, Any] | None:
    if not locality:
        return None
    known = rules.find(LOCALITIES, day)
    if known is None or locality not in known.value:
        raise LocalityUnknown(f"TENDERCREDIT_LOCALITY={locality} 未在规则 {LOCALITIES} 中登记,请登记或清空该设置")
    return dict(known.value[locality])


async def kept(notice: Notice) -> Kept | None:
    """The letter's words and token; None where they were erased."""
    body = await lookup.payload(notice.payload_id)
    return msgspec.json.decode(body, type=Kept) if body else None


def token_digest(token: str) -> str:
    """SHA-256 of a token, the only form in which the register holds it."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_fits(token: str, digest: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(token_digest(token), digest)
