"""Openings on the hot path: up to a thousand bidders at once, now, without a receipt, encoded as they are found.

What is simple is answered here: a body without any fault, a current question. Companies on whom nothing is recorded
are encoded from a form made once a request; everybody else goes through the same `answer_opening` as ever. Whatever
else is left to the framework's route.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

import msgspec

from api.quick.hot import STALE_AFTER
from credit import uscc
from credit.accounts.model import Caller, Role
from credit.names import same
from sanctions.eligibility import clean
from sanctions.service.answering.ask import MOST_SUBJECTS, Answered, Ask, Asking
from sanctions.verdicts import LABELS, Condition, Dossier, Subject, Tender

ASKERS = frozenset((Role.PLATFORM, Role.AUTHORITY, Role.AUDITOR))
_YEARS = range(1900, 3000)
_AFTER_BID = b',"person_ref"'
_NOBODY = "@"
_BIDDING = (None, "bidder", "supplier")  # roles that the answer does not depend on
_valid = lru_cache(maxsize=16_384)(uscc.is_valid)
_text = msgspec.json.Encoder().encode


class _Subject(Subject, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Condition(Condition, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Tender(Tender, frozen=True, kw_only=True, forbid_unknown_fields=True):
    conditions: tuple[_Condition, ...] = ()
    credit_weight: None = None


class _Ask(Ask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The questions answered here; what these types refuse is read again, with every fault named."""

    subjects: tuple[_Subject, ...]
    tender: _Tender = _Tender()
    known_at: None = None
    ground: None = None


Plain = tuple[bool, bytes, bytes]  # whether it is known, its code, its name as JSON
_read = msgspec.json.Decoder(_Ask).decode


class Openings:
    """Answers to whole openings, as bytes."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.register = asking.register

    def answer(self, body: bytes, caller: Caller) -> tuple[bytes, list[str]] | None:
        """The answer and the codes asked about; None where the framework's route has to answer.

        Raises what the route then raises and tells, and msgspec.ValidationError.
        """
        if caller.role not in ASKERS or b"\\" in body or b"\x7f" in body or self.register.age() > STALE_AFTER:
            return None
        read, moment = _read(body), self.asking.clock()
        if not _simple(read, self.register.seq):
            return None
        question = self.asking.understood(read, caller)
        plain, others = self._sorted(question.subjects)
        rest = self.asking.now(msgspec.structs.replace(question, subjects=others), moment)
        found, forms = iter(rest.answers), self._forms(question, moment)
        parts = [forms[kept[0]] % kept[1:] if kept is not None else _text(next(found)) for kept in plain]
        begun, ended = _text(msgspec.structs.replace(rest, answers=())).split(b"[", 1)
        codes = [kept[1].decode() for kept in plain if kept is not None] + [a.code for a in rest.answers if a.code]
        return b"%b[%b%b" % (begun, b",".join(parts), ended), codes

    def _sorted(self, subjects: Sequence[Subject]) -> tuple[list[Plain | None], tuple[Subject, ...]]:
        """By position what the form of a plain company needs, None for others; and the others.

        Where bids are told, members answer for one another: then nobody is plain.
        """
        if any(s.bid is not None for s in subjects):
            return [None] * len(subjects), tuple(subjects)
        plain = [self._plain(subject) for subject in subjects]
        return plain, tuple(s for s, kept in zip(subjects, plain, strict=True) if kept is None)

    def _plain(self, subject: Subject) -> Plain | None:
        """Whether it is known, its code and its name as JSON, for a company on whom nothing is recorded."""
        code = subject.code
        if code is None or subject.role not in _BIDDING or not _valid(code):
            return None
        if not self.register.knows(code):
            return False, code.encode(), b"null" if subject.name is None else _text(subject.name)
        file = self.register.get(code)
        return (True, code.encode(), _text(file.entity.name)) if _nothing(file, subject) and file.entity else None

    def _forms(self, question: Ask, moment: datetime) -> dict[bool, bytes]:
        """The answers to a known and to an unknown company without records, with room for code and name."""
        ready = self.asking.prepared(question.tender, question.on, moment)
        found = {}
        for known, weighed in ((True, ready.clean), (False, ready.unknown)):
            answer = Answered(code=_NOBODY, name=None, bid=None, outcome=weighed.outcome,
                              label=LABELS[weighed.outcome], reasons=weighed.reasons)
            text = _text(answer)
            after = text[text.index(_AFTER_BID) :].replace(b"%", b"%%")
            found[known] = b'{"code":"%b","name":%b,"bid":null' + after
        return found


def _simple(question: Ask, seq: int) -> bool:
    cutoff, on = question.tender.query_cutoff, question.on
    years = [day.year for day in (cutoff, on) if isinstance(day, date)]
    return (
        not question.receipt and 0 < len(question.subjects) <= MOST_SUBJECTS
        and (question.min_seq is None or 0 <= question.min_seq <= seq)
        and all(year in _YEARS for year in years) and (cutoff is None or cutoff.tzinfo is not None)
        and all(s.code and s.person_ref is None for s in question.subjects)
    )


def _nothing(file: Dossier, subject: Subject) -> bool:
    """Whether there is nothing to say of the company beyond what the question itself leaves open."""
    entity = file.entity
    if entity is None or entity.representative is not None or not clean(file):
        return False
    return not (subject.name or "").strip() or same(entity.name, subject.name or "")
