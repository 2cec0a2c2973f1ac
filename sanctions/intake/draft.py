"""A row on its way: what was read so far and what it lacks."""

from __future__ import annotations

from datetime import date

from credit.model import KindSource, PenaltyKind, SubjectKind
from sanctions.intake.outcomes import Fault, Missing
from sanctions.intake.subjects import SubjectRead

_ORDER = {missing: place for place, missing in enumerate(Missing)}


class Draft:
    """The parts of one row; complete when nothing is lacking."""

    def __init__(self, subject: SubjectRead) -> None:
        self.subject = subject
        self.document_no = ""
        self.decided_on: date | None = None
        self.kinds: tuple[PenaltyKind, ...] = ()
        self.kind_source = KindSource.FIELD
        self.fine_fen: int | None = None
        self.confiscated_fen: int | None = None
        self.ban_unread = False
        self.warnings: list[Fault] = []
        self._lacking: list[tuple[Missing, Fault]] = list(subject.faults)

    def lack(self, missing: Missing, fault: Fault) -> None:
        self._lacking.append((missing, fault))
        self._lacking.sort(key=lambda pair: _ORDER[pair[0]])

    @property
    def lacking(self) -> bool:
        return bool(self._lacking)

    @property
    def missing(self) -> tuple[Missing, ...]:
        return tuple(m for m, _ in self._lacking)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(f for _, f in self._lacking)

    @property
    def is_person(self) -> bool:
        return self.subject.kind is SubjectKind.NATURAL_PERSON
