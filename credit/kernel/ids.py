"""Identifiers: 128 random bits, written as 26 lower-case base-32 characters after a short type prefix."""

from __future__ import annotations

import base64
import hashlib
import secrets


def new_id(prefix: str) -> str:
    """A fresh id such as `pen_…`; unguessable, so it may stand in an address."""
    return f"{prefix}_{_text(secrets.token_bytes(16))}"


def derived_id(prefix: str, *parts: str) -> str:
    """The same id for the same parts, for rows whose identity is their content."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_text(digest[:16])}"


def new_salt() -> str:
    """32 random bytes in hex: the blinding of a commitment."""
    return secrets.token_hex(32)


def new_token() -> str:
    """A secret of 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
