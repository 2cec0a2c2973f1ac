"""Secrets that must be read again are kept sealed: AES-256-GCM under a key file that is not in the database."""

from __future__ import annotations

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
SECRET_BYTES = 32


class Sealing:
    """Seals and opens texts under one key of 32 bytes, each for one place only (`where`)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, where: str) -> str:
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), where.encode())).decode()

    def open(self, sealed: str, where: str) -> str:
        """The text again. Raises InvalidTag for another key, another place or a changed seal."""
        raw = base64.b64decode(sealed)
        return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], where.encode()).decode()


def new_secret() -> str:
    """A fresh secret of 256 bits in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(os.urandom(SECRET_BYTES)).decode()
