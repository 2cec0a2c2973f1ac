"""Passwords: Argon2id in PHC form, computed beside the event loop; one-time passwords that can be read aloud."""

from __future__ import annotations

import asyncio
import os
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# OWASP Password Storage Cheat Sheet: Argon2id with m = 19 MiB, t = 2, p = 1 (algorithm: RFC 9106)
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
SALT_BYTES = 16  # RFC 9106 section 3.1
HASH_BYTES = 32
SHORTEST = 12  # characters; NIST SP 800-63B 5.1.1 asks for 8 at least and for 64 to be possible
LONGEST = 128
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # 31 signs that are not mistaken for one another
_GROUPS, _SIGNS = 4, 5  # 20 signs: 99 bits

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


async def hashed(password: str) -> str:
    """The PHC string of a password under a fresh salt."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hash, _plain(password))


async def fits(password: str, phc: str | None) -> bool:
    """Whether a password is the one of `phc`; without one the same work is done and the answer is False."""
    loop = asyncio.get_running_loop()
    same = await loop.run_in_executor(_threads, _verify, _plain(password), phc or _nobody())
    return same and phc is not None


def one_time() -> str:
    """A random password in groups, without signs that look alike."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_SIGNS)) for _ in range(_GROUPS))


def _plain(password: str) -> bytes:
    """The same bytes however the keyboard composes them (NIST SP 800-63B 5.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")


def _hash(password: bytes) -> str:
    made = Argon2id(salt=os.urandom(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES,
                    memory_cost=MEMORY_KIB)
    return made.derive_phc_encoded(password)


def _verify(password: bytes, phc: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password, phc)
    except InvalidKey:
        return False
    return True


@cache
def _nobody() -> str:
    return _hash(secrets.token_bytes(16))
