"""Canonical JSON: one text per value, the same in every process, so that its hash can be kept for ever.

Keys sorted, no spaces, UTF-8 unescaped, integers of 64 bits, dates `YYYY-MM-DD`, moments UTC with
microseconds and Z.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar, overload
from uuid import UUID

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()
_KEPT = (datetime, time, timedelta, Decimal, UUID, bytes, bytearray, memoryview)
_SAFE = frozenset((str, bool, type(None)))
_Place = tuple[Any, ...]  # (parent place, key), empty at the root


class CanonicalError(ValueError):
    """The value has no canonical text; the message names the place and the cure."""


def encode(value: object) -> str:
    """The canonical text of JSON types, dates, aware datetimes, StrEnums, tuples, sets (sorted) and Structs.

    Raises CanonicalError for floats, naive datetimes, integers over 64 bits, bytes and number keys.
    """
    return encode_bytes(value).decode()


def encode_bytes(value: object) -> bytes:
    """The UTF-8 bytes of `encode`, for hashing."""
    try:
        return _encoder.encode(_plain(msgspec.to_builtins(value, builtin_types=_KEPT, order="sorted"), ()))
    except (TypeError, OverflowError, RecursionError, UnicodeEncodeError) as exc:
        raise CanonicalError(f"no canonical text: {exc}") from exc


def digest(value: object) -> str:
    """SHA-256 of the canonical text, 64 hex digits."""
    return sha256(encode_bytes(value)).hexdigest()


@overload
def decode(text: str | bytes) -> Any: ...
@overload
def decode(text: str | bytes, kind: type[T]) -> T: ...
def decode(text: str | bytes, kind: type[Any] | None = None) -> Any:
    """The value back: plain JSON types, or an instance of `kind`. Raises msgspec.DecodeError."""
    return _decoder.decode(text) if kind is None else msgspec.json.decode(text, type=kind)


def moment(at: datetime) -> str:
    """An aware datetime as `2026-11-22T01:02:03.000004Z`. Raises CanonicalError for a naive one."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise CanonicalError(f"naive datetime {at.isoformat()}: give it a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def _plain(value: Any, place: _Place) -> Any:
    kind = type(value)
    if kind in _SAFE:
        return value
    if kind is dict:
        return {
            key if type(key) is str else _key(key, place):
                item if type(item) in _SAFE else _plain(item, (place, key)) for key, item in value.items()
        }
    if kind is list or kind is tuple:
        return [item if type(item) in _SAFE else _plain(item, (place, i)) for i, item in enumerate(value)]
    if kind is int:
        if -(2**63) <= value < 2**64:
            return value
        raise CanonicalError(f"{_pointer(place)}: integer over 64 bits: convert it to text first")
    return _special(value, place)


def _special(value: object, place: _Place) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        raise CanonicalError(f"{_pointer(place)}: float {value!r}: use an integer of the smallest unit")
    raise CanonicalError(f"{_pointer(place)}: {type(value).__name__}: convert it to text first")


def _key(key: object, place: _Place) -> str:
    if type(key) is str:
        return key
    raise CanonicalError(f"{_pointer(place)}: key {key!r} is not text: use str or StrEnum keys")


def _pointer(place: _Place) -> str:
    parts: list[str] = []
    while place:
        place, key = place
        parts.append(f"/{key}")
    return "".join(reversed(parts)) or "/"
