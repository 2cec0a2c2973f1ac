"""The vocabulary of penalties, compiled once from `kinds.yaml`: which words in a text name which kinds."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from credit.model import PenaltyKind

_CLAUSE = re.compile(r"[，,；;。、:：\n]")
_SENTENCE = re.compile(r"[；;。\n]")
_LOOK_BACK = 8
_SENTENCE_BACK = 300


class Named(NamedTuple):
    """What a text names: kinds, and groups of kinds of which it does not say which."""

    kinds: frozenset[PenaltyKind]
    groups: frozenset[frozenset[PenaltyKind]]


class Vocabulary:
    """Finds kinds in text. Pure; built from the data file, the longest word first."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.traditional = {ord(pair[0]): pair[1] for pair in raw["traditional"].split()}
        self.digits: dict[str, str] = raw["digits"]
        self.orders = re.compile("|".join(raw["orders"]))
        self.contested = re.compile("|".join(raw["contested_orders"]))
        self.order_documents = re.compile(raw["order_documents"])
        self.no_penalty = re.compile(raw["no_penalty"])
        self.fillers = frozenset(raw["fillers"])
        self.weighty = frozenset(map(PenaltyKind, raw["weighty"]))
        self.look_back = frozenset(map(PenaltyKind, raw["look_back"]))
        self.whole_items = tuple(frozenset(map(PenaltyKind, item)) for item in raw["whole_items"])
        self._negations = re.compile(raw["negations"])
        self._proposals = re.compile(raw["proposals"])
        self._threats = re.compile(raw["threats"])
        self._prose = _meanings(raw, column=False)
        self._column = _meanings(raw, column=True)
        self._prose_words = _longest_first(self._prose)
        self._column_words = _longest_first(self._column)

    def fold(self, text: str) -> str:
        """Width and traditional characters folded; nothing else changes."""
        return unicodedata.normalize("NFKC", text).translate(self.traditional)

    def in_column(self, token: str) -> Named:
        """What one folded token of 处罚类别 names."""
        return self._find(token, self._column_words, self._column)

    def in_prose(self, text: str) -> Named:
        """What folded prose literally imposes: no negated, recommended or threatened kind."""
        return self._find(text, self._prose_words, self._prose)

    def only_threat(self, sentence: str) -> bool:
        """True for a sentence that begins with what follows if the firm does not obey."""
        return bool(self._threats.match(sentence.strip()))

    def _find(self, text: str, words: re.Pattern[str], meanings: dict[str, frozenset[PenaltyKind]]) -> Named:
        hits = [meanings[m[0]] for m in words.finditer(text) if meanings[m[0]] and self._imposed(text, m.start())]
        singles = frozenset(next(iter(h)) for h in hits if len(h) == 1)
        return Named(singles, frozenset(h for h in hits if len(h) > 1))

    def _imposed(self, text: str, start: int) -> bool:
        before = text[max(0, start - _SENTENCE_BACK) : start]
        clause = _CLAUSE.split(before)[-1]
        if self._negations.search(clause[-_LOOK_BACK:]) or self._proposals.search(clause):
            return False
        return not self._threats.search(_SENTENCE.split(before)[-1])


@cache
def vocabulary() -> Vocabulary:
    """The released vocabulary."""
    text = resources.files("sanctions.intake").joinpath("kinds.yaml").read_text(encoding="utf-8")
    return Vocabulary(yaml.safe_load(text))


def _meanings(raw: dict[str, Any], *, column: bool) -> dict[str, frozenset[PenaltyKind]]:
    found = {w: frozenset({PenaltyKind(k)}) for k, body in raw["kinds"].items() for w in body["words"]}
    if column:
        found |= {w: frozenset({PenaltyKind(k)}) for k, body in raw["column_only"].items() for w in body["words"]}
    for group in raw["ambiguous"]:
        if column or not group.get("column_only"):
            found |= {w: frozenset(map(PenaltyKind, group["kinds"])) for w in group["words"]}
    return found | {w: frozenset() for w in raw["decoys"]}


def _longest_first(meanings: dict[str, frozenset[PenaltyKind]]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(meanings, key=len, reverse=True))))
