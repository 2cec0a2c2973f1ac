"""处罚类别 and 处罚内容 → kinds of penalty; a row that is only an order or a 不予处罚; what a person must decide."""

from __future__ import annotations

import re
from typing import NamedTuple

from credit.model import KindSource, PenaltyKind
from sanctions.intake.words import Named, Vocabulary, vocabulary

_TOKENS = re.compile(r"[；;、，,/|\s+]+")
_CLAUSES = re.compile(r"[；;。，,、\n]")
_SENTENCES = re.compile(r"[；;。\n]")
_NUMBERING = re.compile(r"^\s*[（(]?[0-9一二三四五六七八九十]{1,2}[.．、)）:：]\s*")
_OPENS = re.compile(r"责令|限期")
_ORDER = {kind: place for place, kind in enumerate(PenaltyKind)}


class KindsRead(NamedTuple):
    """The kinds in the law's order, and where they stood."""

    kinds: tuple[PenaltyKind, ...]
    source: KindSource
    beyond_column: bool = False  # 处罚内容 names a light kind that the filled column does not


class NotAPenalty(NamedTuple):
    """Only an order or a 不予处罚; `in_column` says which column shows it."""

    in_column: bool


class KindsUnsure(NamedTuple):
    """A penalty whose kind nobody may guess: code, and what a person must do."""

    code: str
    detail: str


def read_kinds(column: str, content: str, document_no: str) -> KindsRead | NotAPenalty | KindsUnsure:
    """What was imposed. The column decides where it is filled; a literal word of 处罚内容 counts where it is empty."""
    words = vocabulary()
    column, content = words.fold(column), words.fold(content)
    said = words.in_prose(content)
    if column:
        return _from_column(words, column, content, said)
    return _from_content(words, content, said, document_no)


def in_order(kinds: frozenset[PenaltyKind] | set[PenaltyKind]) -> tuple[PenaltyKind, ...]:
    return tuple(sorted(kinds, key=_ORDER.__getitem__))


def may_fail_look_back(kinds: tuple[PenaltyKind, ...]) -> bool:
    """True where the kinds are unknown or one of them may fail 政府采购法 22(1)(5)."""
    return not kinds or not vocabulary().look_back.isdisjoint(kinds)


def _from_column(words: Vocabulary, column: str, content: str, said: Named) -> KindsRead | NotAPenalty | KindsUnsure:
    kinds: set[PenaltyKind] = set()
    groups: set[frozenset[PenaltyKind]] = set()
    ordered = False
    for token in filter(None, _TOKENS.split(column)):
        named = words.in_column(words.digits.get(token, token))
        is_order = bool(words.orders.search(token) or words.no_penalty.search(token))
        if (named.kinds or named.groups) and not (is_order and named.kinds == {PenaltyKind.OTHER}):
            kinds |= named.kinds
            groups |= named.groups
        elif is_order:
            ordered = True
        elif token not in words.fillers:
            return KindsUnsure("kind_unknown", f"不认识处罚类别“{token[:40]}”:请改用行政处罚法第九条的种类")
    for group in groups:
        chosen = group & (said.kinds | kinds)
        if not chosen:
            return KindsUnsure("kind_ambiguous", "处罚类别写的是两可的合称:请写明实际作出的是哪一种")
        kinds |= chosen
    if any(item <= kinds for item in words.whole_items):
        return KindsUnsure("kind_ambiguous", "处罚类别写的是整类名称:请写明实际作出的是哪一种")
    if not kinds:
        return _only_orders(ordered, said)
    return _against_content(words, kinds, content, said)


def _only_orders(ordered: bool, said: Named) -> NotAPenalty | KindsUnsure:
    if ordered and not said.kinds and not said.groups:
        return NotAPenalty(in_column=True)
    return KindsUnsure("kind_contradicted", "处罚类别与处罚内容不一致:请写明实际作出的处罚种类")


def _against_content(
    words: Vocabulary, kinds: set[PenaltyKind], content: str, said: Named
) -> KindsRead | NotAPenalty | KindsUnsure:
    contradicted = KindsUnsure("kind_contradicted", "处罚类别与处罚内容不一致:请写明实际作出的处罚种类")
    if words.no_penalty.search(content) and not said.kinds:
        return contradicted
    if kinds == {PenaltyKind.OTHER} and content and _is_only_order(words, content, ""):
        return NotAPenalty(in_column=True)
    beyond = said.kinds - kinds
    if beyond & words.weighty:
        return contradicted
    return KindsRead(in_order(kinds), KindSource.FIELD, bool(beyond))


def _from_content(
    words: Vocabulary, content: str, said: Named, document_no: str
) -> KindsRead | NotAPenalty | KindsUnsure:
    if said.groups:
        return KindsUnsure("kind_ambiguous", "处罚内容写的是两可的合称:请写明实际作出的是哪一种")
    if said.kinds:
        return KindsRead(in_order(said.kinds), KindSource.CONTENT)
    if not content:
        return KindsUnsure("empty", "处罚类别和处罚内容都是空的:请填写处罚种类")
    if words.no_penalty.search(content) or _is_only_order(words, content, document_no):
        return NotAPenalty(in_column=False)
    return KindsUnsure("kind_not_named", "处罚内容没有写明处罚种类:请在处罚类别中填写")


def _is_only_order(words: Vocabulary, content: str, document_no: str) -> bool:
    """Every clause is an order, or the threat that follows one."""
    sentences = [s for s in _SENTENCES.split(content) if s.strip() and not words.only_threat(s)]
    clauses = [c for s in sentences for c in _clauses(s)]
    by_document = bool(words.order_documents.search(document_no))
    return bool(clauses) and all(words.orders.search(c) or (by_document and words.contested.search(c)) for c in clauses)


def _clauses(sentence: str) -> list[str]:
    """Comma clauses; an order whose verb comes after the comma keeps its two halves together."""
    joined: list[str] = []
    for part in _CLAUSES.split(_NUMBERING.sub("", sentence)):
        clause = part.strip()
        if clause and joined and _OPENS.search(joined[-1]) and not vocabulary().orders.search(joined[-1]):
            joined[-1] += clause
        elif clause:
            joined.append(clause)
    return joined
