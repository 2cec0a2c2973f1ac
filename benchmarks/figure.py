"""A figure and its baseline, measured in the same run, and how both are shown."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the report. `ratio` is figure : baseline; `target` says what it is held against."""

    name: str
    what: str
    value: float
    unit: str
    baseline: float | None = None
    baseline_what: str = ""
    ratio: float | None = None
    target: str = ""
    note: str = ""


def compared(
    name: str, what: str, value: float, unit: str, *, baseline: float, baseline_what: str, target: str = "",
    note: str = "",
) -> Figure:
    """A figure with its baseline in the same unit."""
    return Figure(
        name=name, what=what, value=value, unit=unit, baseline=baseline, baseline_what=baseline_what,
        ratio=value / baseline if baseline else None, target=target, note=note,
    )


def line(figure: Figure) -> str:
    """A figure as one paragraph for people."""
    shown = [f"{figure.name}: {figure.what}: {_number(figure.value)} {figure.unit}"]
    if figure.baseline is not None:
        shown.append(f"baseline ({figure.baseline_what}): {_number(figure.baseline)} {figure.unit}")
    if figure.ratio is not None:
        shown.append(f"ratio: {figure.ratio:.2f}" + (f" (target {figure.target})" if figure.target else ""))
    elif figure.target:
        shown.append(f"target {figure.target}")
    if figure.note:
        shown.append(figure.note)
    return "\n    ".join(shown)


def machine() -> dict[str, str | int | float]:
    """Where this is measured, and how busy it was at the time."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else -1.0
    return {"cores": os.cpu_count() or 0, "python": sys.version.split()[0], "platform": sys.platform,
            "load": round(load, 2), "at": time.strftime("%Y-%m-%d %H:%M:%S%z")}


def quantile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least `share` of the samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 1).__int__() - 1))]


def median(samples: Iterable[float]) -> float:
    return statistics.median(samples)


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def shown(items: Sequence[T], what: str) -> Iterator[T]:
    """The items, with a bar on a terminal."""
    for number, item in enumerate(items, 1):
        step(what, number, len(items))
        yield item


def step(what: str, done: int, total: int) -> None:
    """Tells a terminal how far a measurement is."""
    if not sys.stderr.isatty():
        return
    filled = 24 * done // max(1, total)
    end = "\r\033[K" if done >= total else "\r"
    print(f"{what:<32} [{'#' * filled}{'.' * (24 - filled)}] {done}/{total}", end=end, file=sys.stderr, flush=True)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
