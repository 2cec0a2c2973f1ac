"""Facts for the letters of talks: the call, the demand, the referral with the whole file."""

from __future__ import annotations

from datetime import date

from api.papers.letter_parts import issuer_of
from api.papers.list_letters import issuer_words
from credit.accounts.model import Organisation
from credit.kernel.clock import Clock, business_day
from credit.model import Stage, SubjectKind
from notices.cases import Case
from notices.issuance import NoLetter, Occasion, Origin
from notices.model import Addressee, LetterFacts, Regime
from notices.talks import TalkPaper, TalkStep
from sanctions.service.supervising.talks import Talks, TalkView
from sanctions.talks import TalkAct

ABOUT_TALKS = frozenset({"talk_called", "talk_held", "talk_referred"})
TALK = "tlk_"  # ids of talks
_TITLES = {
    TalkAct.CALLED: "通知约谈", TalkAct.HELD: "约谈", TalkAct.PROOF: "企业说明落实情况", TalkAct.CLOSURE: "办结",
    TalkAct.REFERRAL: "移送", TalkAct.ANSWER: "部门答复",
}


class TalkLetters:
    """The letters of a talk."""

    def __init__(self, clock: Clock, talks: Talks) -> None:
        self.clock = clock
        self.talks = talks

    async def case(self, talk_id: str, kind: str) -> Case | None:
        """The case after a call, a talk or a referral; None once its words were erased."""
        found = await self.talks.told(talk_id)
        if found is None or not found.words.get("reason"):
            return None
        held, today = found.talk.held, business_day(self.clock())
        office = await issuer_of(held.org_code, held.org_code)
        referred = kind == "talk_referred"
        code = (found.talk.department or "") if referred else held.subject_code
        facts = LetterFacts(
            issuer=issuer_words(office, found.holder or held.org_code), authority=found.holder or held.org_code,
            addressee=Addressee(kind=SubjectKind.LEGAL_PERSON, code=code,
                                name=found.department if referred else found.company or held.subject_code),
            document_no=found.words.get("document", ""), decided_on=today, basis=found.words.get("basis", ""),
            talk=paper_of(found))
        occasion = Occasion(
            event=kind, subject_kind=SubjectKind.LEGAL_PERSON, origin=Origin.PUSH, stage=Stage.DECIDED,
            decided_on=today, today=today, regime=Regime.NDRC36, severity=None, severity_provisional=False,
            field_known=True, window_until=None, withheld=_withheld(kind, found, office, today))
        return Case(record_id=talk_id, code=code, occasion=occasion, facts=facts)


def paper_of(found: TalkView) -> TalkPaper:
    """A talk with everything done so far, in the words of its letters. Pure."""
    words, talk = found.words, found.talk
    called = next((s for s in talk.steps if s.act is TalkAct.CALLED), None)
    held = next((s for s in talk.steps if s.act is TalkAct.HELD), None)
    note = next((line.words.get("text", "") for line in found.lines if line.step.act is TalkAct.REFERRAL), "")
    return TalkPaper(
        company=found.company or talk.held.subject_code, code=talk.held.subject_code, reason=words["reason"],
        meets_on=called.day if called else None, meets_at=words.get("meets_at", ""), place=words.get("place", ""),
        attendee=words.get("attendee", ""), bring=words.get("bring", ""), held_on=held.day if held else None,
        attended=words.get("attended") != "no", demand=words.get("demand", ""), deadline=talk.deadline,
        document=words.get("document", ""), note=note,
        steps=tuple(TalkStep(day=line.step.day, title=_TITLES[line.step.act],
                             text=line.words.get("text") or line.words.get("demand") or line.words.get("reason", ""))
                    for line in found.lines))


def _withheld(kind: str, found: TalkView, office: Organisation | None, today: date) -> NoLetter | None:
    if office is None or not office.short_code:
        return NoLetter.NO_ISSUER
    late = found.talk.deadline is not None and today > found.talk.deadline
    return NoLetter.DEADLINE_PAST if kind == "talk_held" and late else None
