"""Counts of this process, as Prometheus text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Values = Mapping[tuple[tuple[str, str], ...], float]  # by labels


class Family(NamedTuple):
    """One metric with its values."""

    name: str
    kind: str
    help: str
    values: Values


class Meter:
    """Answers by status; a number, never a name or an address."""

    def __init__(self) -> None:
        self.answers: Counter[int] = Counter()

    def answered(self, status: int) -> None:
        self.answers[status] += 1


def exposition(families: Iterable[Family]) -> str:
    """Prometheus text of the families."""
    lines: list[str] = []
    for name, kind, said, values in families:
        lines += [f"# HELP {name} {said}", f"# TYPE {name} {kind}"]
        for labels, value in values.items():
            inside = ",".join(f'{k}="{_escaped(v)}"' for k, v in labels)
            lines.append(f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
