"""The dated versions of a scheme file: each read on its own, without gap or overlap from the first to the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from credit.scheme_shape import shape_flaws
from credit.scheme_text import Flaw, Place, Text

T = TypeVar("T", bound=msgspec.Struct)

_FOR_ALL = frozenset({"id", "overlay", "of", "region", "sample"})  # said once, above the versions


class Version(NamedTuple):
    """The keys of one version, those above `versions` included, and where they stand in the file."""

    raw: Any
    base: Place

    def place(self, place: Place, text: Text) -> Place:
        """Where a place of this version stands in the file: its own key, else the one above."""
        own = (*self.base, *place)
        return own if not place or own[: len(self.base) + 1] in text.lines else place


def versions_of(text: Text) -> tuple[list[Version], list[Flaw]]:
    """A file without `versions` is one version; keys above `versions` hold in every version that does not give them."""
    if "versions" not in text.raw:
        return [Version(text.raw, ())], []
    listed = text.raw["versions"]
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        return [], [Flaw(("versions",), "must be a list of mappings, each with from; mend it")]
    above = {key: value for key, value in text.raw.items() if key != "versions"}
    flaws = [Flaw(("versions", i, key), f"`{key}` is the same for every version; give it once, above versions")
             for i, one in enumerate(listed) for key in one if key in _FOR_ALL]
    return [Version({**above, **one}, ("versions", i)) for i, one in enumerate(listed)], flaws


def read_version(version: Version, kind: type[T], text: Text) -> tuple[T | None, list[Flaw]]:
    """One version as `kind`, or everything that keeps it from being one."""
    flaws = [Flaw(version.place(f.place, text), f.says) for f in shape_flaws(version.raw, kind)]
    return (None if flaws else msgspec.convert(version.raw, kind)), flaws


class Spanned(Protocol):
    """Something that holds from a day to a day, both inclusive."""

    @property
    def since(self) -> Any: ...
    @property
    def until(self) -> Any: ...


def span_flaws(spans: Sequence[Spanned], places: Sequence[Place]) -> Iterator[Flaw]:
    """Versions ascend, and each begins on the day after the one before it ends."""
    for (before, after), place in zip(pairwise(spans), places[1:], strict=True):
        if before.until is None:
            last = after.since - timedelta(days=1)
            yield Flaw((*place, "from"), f"the version before has no end; give it to: {last}")
        elif after.since <= before.until:
            yield Flaw((*place, "from"), f"overlaps the version before, which ends on {before.until}; mend from or to")
        elif after.since > before.until + timedelta(days=1):
            yield Flaw((*place, "from"), f"gap after {before.until}; begin on {before.until + timedelta(days=1)}")
