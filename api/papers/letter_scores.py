"""What a letter says of a score: the sentences of page, call and chat, about the record that the letter is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from api.web.words import zh
from credit.explain import notes, points_text, sentence, why_rated
from credit.kernel.clock import Clock as Now
from credit.kernel.clock import business_day
from credit.kernel.rulebook import Rulebook
from credit.ratings import Rating
from credit.scheme_rules import first_choice, for_companies, schemes_on
from credit.scores import LineKind
from notices.cases import Case
from notices.model import ScoreTold
from sanctions.service.scoring.standing import Standing

_ENTERING = frozenset({"penalty_recorded", "listing_recorded", "listing_corrected"})
_ENDING = frozenset({"penalty_repaired", "listing_removed"})
_SAID = {LineKind.FAULT, LineKind.FAULT_CAPPED, LineKind.VETO, LineKind.THRESHOLD}
_RULE = "notices.score_told"


class LetterScores:
    """The scores in letters. No scheme: nothing is said of any score."""

    def __init__(self, book: Rulebook, clock: Now, standing: Standing, locality: str) -> None:
        self.book = book
        self.clock = clock
        self.standing = standing
        self.locality = locality

    async def told(self, case: Case, event: Mapping[str, Any], seq: int) -> Case:
        """The case with what its record did to the score at `seq`; of an end what the act itself changed that day."""
        kind, day = event.get("kind"), business_day(self.clock())
        scheme = self._scheme(day)
        if scheme is None or case.code is None or kind not in _ENTERING | _ENDING:
            return case
        after = await self.standing.rating(case.code, scheme, day, seq)
        if kind in _ENDING:
            said = why_rated(await self.standing.rating(case.code, scheme, day, seq - 1), after)
        else:
            lines = (x for x in after.score.lines if x.record_id == case.record_id and x.kind in _SAID)
            said = tuple(map(sentence, lines))
        if not said:
            return case
        return msgspec.structs.replace(case, facts=msgspec.structs.replace(case.facts, score=_told(after, said, day)))

    def _scheme(self, day: date) -> str | None:
        """The scheme that the locality tells, else one that is no sample: an example is nobody's official score."""
        rule, rules = self.book.current.find(_RULE, day), self.book.current
        if rule is not None and self.locality in rule.value:
            return str(rule.value[self.locality])
        official = (s for s in for_companies(schemes_on(rules, day)).values() if not s.sample and s.verified)
        return first_choice(official)


def _told(found: Rating, said: tuple[str, ...], day: date) -> ScoreTold:
    return ScoreTold(
        scheme=zh(found.scheme.title), on=day, value=points_text(found.value), grade=found.grade,
        sentences=tuple(map(zh, said)), notes=tuple(map(zh, notes(found))),
    )
