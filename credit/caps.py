"""What caps and counts of items, groups and the whole still leave while records are counted, highest points first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from credit.schemes import Group


class Capped(Protocol):
    """An item with caps of its own, perhaps in a group."""

    @property
    def item(self) -> str: ...
    @property
    def points(self) -> int: ...
    @property
    def group(self) -> str | None: ...
    @property
    def cap(self) -> int | None: ...
    @property
    def count(self) -> int | None: ...


class Rooms:
    """The room left under every cap. Ask in falling order of points: then the sum does not depend on the order of
    records, and a further record never makes it smaller."""

    def __init__(self, groups: Iterable[Group], total: int | None = None) -> None:
        self._groups = {group.group: group for group in groups}
        self._total = total
        self._points: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def take(self, item: Capped) -> int:
        """The points that one more record of `item` moves."""
        limits = [(f"item {item.item}", item.cap, item.count), ("total", self._total, None)]
        if item.group is not None:
            group = self._groups[item.group]
            limits.append((f"group {item.group}", group.cap, group.count))
        points = item.points
        for name, cap, count in limits:
            if count is not None and self._counts[name] >= count:
                return 0
            if cap is not None:
                points = min(points, cap - self._points[name])
        for name, _, _ in limits:
            self._points[name] += points
            self._counts[name] += points > 0
        return points
