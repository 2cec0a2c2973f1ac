"""A million names in memory: packed texts, and for each pair of neighbouring characters the names that hold it.

A query reads the shortest of its lists only, keeps the names met most often, and compares those few. Pure; whoever
keeps it current adds each name as the log brings it.
"""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from heapq import nlargest
from operator import itemgetter
from typing import NamedTuple

from credit.names.folding import plain
from credit.names.matching import Match, Verdict, compare_parts
from credit.names.parts import parse

_BUDGET = 1200  # list items read for one query, the two shortest lists always
_MET = 60  # names whose text is looked at
_COMPARED = 10  # names taken apart and compared, or as many as are asked for
_FEW = 200  # so few entries are looked up one by one in a long list
_FLOOR = 0.3  # scores below are of no use to a reader
_COMMON = re.compile(r"(?:股份)?有限(?:责任)?公司$|[()]|公司$")
_CODE = 18


class Found(NamedTuple):
    """A name of the index that may be meant, in simplified characters, with the code that bears or bore it."""

    code: str
    name: str
    match: Match


class NameIndex:
    """Names with codes. Adding and removing keep the order of adding; nothing is sorted or rebuilt."""

    def __init__(self) -> None:
        self._texts = bytearray()  # code and name of each entry, one after the other
        self._starts = array("I", [0])
        self._lists: dict[str, array[int]] = {}
        self._removed: set[int] = set()

    def __len__(self) -> int:
        return len(self._starts) - 1 - len(self._removed)

    @property
    def size(self) -> int:
        """Bytes held, the interpreter's own share of each list and key included."""
        lists = sum(map(sys.getsizeof, self._lists.values())) + sum(map(sys.getsizeof, self._lists))
        return sum(map(sys.getsizeof, (self._texts, self._starts, self._lists, self._removed))) + lists

    def add(self, code: str, name: str) -> None:
        """Enters a name that the company bears or bore. Entered twice it is found once."""
        text = plain(name)
        if not text or len(code) != _CODE:
            return
        entry = len(self._starts) - 1
        self._texts += code.encode("ascii") + text.encode("utf-8")
        self._starts.append(len(self._texts))
        for pair in _pairs(text):
            known = self._lists.get(pair)
            if known is None:
                self._lists[pair] = array("I", (entry,))
            else:
                known.append(entry)

    def remove(self, code: str, name: str) -> None:
        """Takes a name entered wrongly away; what a company bore is otherwise never removed."""
        text = plain(name)
        self._removed |= {e for e, _ in self._met(text) if self._read(e) == (code, text)}

    def search(self, name: str, *, limit: int = 10, verdicts: Iterable[Verdict] = Verdict) -> list[Found]:
        """The likeliest entries, best first, each code once; at equal scores by code. Empty for an empty name."""
        text, wanted = plain(name), frozenset(verdicts)
        if not text:
            return []
        asked = parse(text)
        best: dict[str, Found] = {}
        for code, held in self._likeliest(text, max(limit, _COMPARED)):
            match = compare_parts(asked, parse(held))
            if match.score >= _FLOOR and match.verdict in wanted and (
                code not in best or best[code].match.score < match.score
            ):
                best[code] = Found(code, held, match)
        return sorted(best.values(), key=_rank)[:limit]

    def _likeliest(self, text: str, most: int) -> list[tuple[str, str]]:
        """Code and name of the entries that share most with a text."""
        characters = frozenset(text)
        read = [(times, *self._read(entry)) for entry, times in self._met(text)]
        ranked = nlargest(most, read, key=lambda x: x[0] + 2 * len(characters.intersection(x[2])) / len(x[2]))
        return [(code, held) for _, code, held in ranked]

    def _met(self, text: str) -> list[tuple[int, int]]:
        """The entries met most often in the shortest lists, and how often."""
        lists = sorted((self._lists[p] for p in _pairs(text) if p in self._lists), key=len)
        met: Counter[int] = Counter()
        spent = 0
        for number, entries in enumerate(lists):
            spent += len(entries)
            if spent > _BUDGET and number > 1:
                self._narrow(met, lists[number:])
                break
            met.update(entries)
        for entry in self._removed & met.keys():
            del met[entry]
        return _often(met)

    def _narrow(self, met: Counter[int], rest: list[array[int]]) -> None:
        """Counts on in long lists, for the entries met most often only."""
        most = max(met.values(), default=0)
        tied = [entry for entry, times in met.items() if times >= most - 1]
        for entries in rest if len(tied) <= _FEW else rest[:1]:
            if len(tied) <= _FEW:
                met.update(e for e in tied if _holds(entries, e))
            else:
                met.update(set(tied).intersection(entries))

    def _read(self, entry: int) -> tuple[str, str]:
        start = self._starts[entry]
        held = self._texts[start : self._starts[entry + 1]]
        return held[:_CODE].decode("ascii"), held[_CODE:].decode("utf-8")


def _pairs(text: str) -> set[str]:
    """Neighbouring characters, without the form that nearly every name ends with."""
    kept = _COMMON.sub("", text) or text
    return {kept[i : i + 2] for i in range(len(kept) - 1)} or {kept}


def _often(met: Counter[int]) -> list[tuple[int, int]]:
    """The entries met most often, as many as are looked at; of those met alike the first entered."""
    kept, least = 0, 0
    for times, entries in sorted(Counter(met.values()).items(), reverse=True):
        kept, least = kept + entries, times
        if kept >= _MET:
            break
    found = [item for item in met.items() if item[1] >= least]
    return nlargest(_MET, found, key=itemgetter(1)) if kept > _MET else found


def _holds(entries: array[int], entry: int) -> bool:
    """Whether a list, which rises, holds an entry."""
    at = bisect_left(entries, entry)
    return at < len(entries) and entries[at] == entry


def _rank(found: Found) -> tuple[int, float, str]:
    return list(Verdict).index(found.match.verdict), -found.match.score, found.code

