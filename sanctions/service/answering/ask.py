"""Answering "may it bid?": now from the register, in the past from the database, by the same pure function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from credit import names, uscc
from credit.accounts.model import Caller, Role
from credit.kernel import database, ledger
from credit.kernel.clock import SHANGHAI, Clock, business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid, Refusal
from credit.kernel.rulebook import Rulebook
from credit.model import Entity
from credit.names import Verdict as Likeness
from credit.persons import BadPersonRef, check_ref
from credit.ratings import rate
from credit.scheme_rules import company_versions, default_scheme, versions_of
from credit.scoring import weighted
from sanctions.eligibility import answer_opening
from sanctions.intake.privacy import without_id_numbers
from sanctions.linked import reached
from sanctions.lists import next_stale
from sanctions.question import Question, prepare
from sanctions.reasons import doubt
from sanctions.receipts import Receipt
from sanctions.service.answering import dossiers
from sanctions.service.answering.naming import Naming, candidate
from sanctions.service.answering.past import moment_of, position, told
from sanctions.service.answering.register import Register
from sanctions.service.scoring.standing import with_classes
from sanctions.verdicts import (
    CAVEAT,
    BidOutcome,
    Candidate,
    Dossier,
    Outcome,
    Party,
    Reason,
    ReasonSource,
    Source,
    Subject,
    Tender,
    Verdict,
)

MOST_SUBJECTS = 1000
_MOST_CANDIDATES = 10  # of one name
_ID_LENGTH = 18
_MOST_PREPARED = 256
_ALWAYS = datetime.max.replace(tzinfo=UTC)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /v1/eligibility`. `known_at` is a moment or a seq; `on` defaults to the tender's cutoff, then
    to the day of `known_at`, then to today: so a past question keeps its answer whenever it is asked."""

    subjects: tuple[Subject, ...]
    tender: Tender = Tender()
    on: date | None = None
    known_at: datetime | int | None = None
    min_seq: int | None = None
    receipt: bool = False
    ground: str | None = None  # the complaint an authority is handling


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """The score beside an answer, in points; `points` is what the tender's credit item gives for it."""

    scheme: str
    value: float
    grade: str
    points: float | None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One subject's answer as it leaves the house."""

    code: str | None
    name: str | None
    bid: str | None
    person_ref: str | None = None
    outcome: Outcome
    label: str
    reasons: tuple[Reason, ...]
    score: Credit | None = None
    candidates: tuple[Candidate, ...] = ()  # whom a bare name may mean, best first


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    log: str
    valid_at: date
    known_seq: int
    known_at: datetime | None
    data_age_s: int
    sources: tuple[Source, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered, on which log state and by which rules."""

    answers: tuple[Answered, ...]
    bids: tuple[BidOutcome, ...]
    as_of: AsOf
    rules: str
    receipt: Receipt | None = None
    notice: str = CAVEAT


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question as it was understood, its answer, and the moment against which its lists had to be fresh."""

    question: Ask
    answer: Answer
    moment: datetime


class Asking:
    """The service of questions."""

    def __init__(self, book: Rulebook, clock: Clock, register: Register, naming: Naming) -> None:
        self.book = book
        self.clock = clock
        self.register = register
        self.naming = naming
        self._prepared: dict[tuple[Tender, date], tuple[Question, datetime, datetime]] = {}

    async def ask(self, question: Ask, caller: Caller) -> Answer:
        """The answer for up to 1,000 subjects. Raises Invalid, TenderContradictory, PastNotAllowed, NotYetKnown."""
        return (await self.asked(question, caller)).answer

    async def asked(self, question: Ask, caller: Caller) -> Asked:
        """As `ask`, with what a receipt has to say beside the answer."""
        question = self.understood(question, caller)
        if question.known_at is not None:
            return await self._past(question, question.known_at, caller)
        await self.register.follow(question.min_seq if question.min_seq is not None else -1)
        if _offers(question):
            await self.naming.follow()
        moment = self.clock()
        return Asked(question=question, answer=self.now(question, moment), moment=moment)

    async def _past(self, question: Ask, known_at: datetime | int, caller: Caller) -> Asked:
        codes = [s.code for s in question.subjects]
        async with database.reading():
            found = await position(known_at, caller, codes, self.clock(), complaint=question.ground, now_too=True)
            if found.said is None:
                return await self._as_of(question, known_at, found.seq)
        await told(found, self.clock())
        async with database.reading():
            return await self._as_of(question, known_at, found.seq)

    async def _as_of(self, question: Ask, known_at: datetime | int, seq: int) -> Asked:
        moment = await moment_of(known_at, seq)
        return Asked(question=question, answer=await self.again(question, seq, moment), moment=moment)

    def understood(self, question: Ask, caller: Caller) -> Ask:
        """The question as it is answered: without ID numbers. Raises Invalid, and Forbidden for an enterprise that
        asks about another."""
        _check(question, caller)
        return _without_ids(question)

    def prepared(self, tender: Tender, on: date | None, moment: datetime) -> Question:
        """The question about a tender from the register as it stands, kept while rules, lists and day are the same."""
        day, rules, held = question_day(tender, on, moment), self.book.current, self.register.sources
        kept = self._prepared.get((tender, day))
        if kept is not None and kept[0].rules is rules and kept[0].sources is held and kept[1] <= moment <= kept[2]:
            return kept[0]
        if len(self._prepared) >= _MOST_PREPARED:
            self._prepared.clear()
        made = prepare(tender, day, rules, held, asked_at=moment)
        until = next_stale(rules, day, held, moment) or _ALWAYS
        if day > business_day(moment):  # the note that the day is to come ends with today
            until = min(until, _end_of_day(moment))
        self._prepared[tender, day] = (made, moment, until)
        return made

    def now(self, question: Ask, moment: datetime | None = None) -> Answer:
        """The answer from the register and the names as they stand; `moment` is now."""
        register, moment = self.register, moment or self.clock()
        ready = self.prepared(question.tender, question.on, moment)
        likely = self._likely if _offers(question) else _nobody
        parties = [
            _person(subject, register.person(subject.person_ref)) if subject.person_ref
            else party(subject, register.get, register.named, likely)
            for subject in question.subjects
        ]
        recorded = register.recorded_at
        as_of = AsOf(log=register.origin, valid_at=ready.day, known_seq=register.seq, known_at=recorded,
                     data_age_s=register.age(), sources=register.sources)
        return _answer(question, parties, ready, as_of, self.book.current.digest)

    def _likely(self, name: str) -> list[Candidate]:
        """Whom a bare name may mean, as the name index has been followed."""
        found = self.naming.search(name, limit=_MOST_CANDIDATES)
        borne = ((f, self.register.get(f.code).entity) for f in found)
        return [candidate(f, entity.name if entity else f.name) for f, entity in borne]

    async def look_back(
        self, known_at: datetime | int, caller: Caller | None, codes: Sequence[str | None], *,
        complaint: str | None = None,
    ) -> int:
        """The log position of `known_at`, for the entitled; a past one is logged before the answer.

        Raises PastNotAllowed, and NotYetKnown for what is to come: the same `known_at` never means two positions.
        """
        found = await position(known_at, caller, codes, self.clock(), complaint=complaint)
        await told(found, self.clock())
        return found.seq

    async def again(self, question: Ask, seq: int, moment: datetime) -> Answer:
        """The answer from the database as known at `seq`, asked at `moment`: the same whenever it is computed."""
        rules, held = await self.book.at(seq), await dossiers.sources(seq)
        day = question_day(question.tender, question.on, moment)
        ready = prepare(question.tender, day, rules, held, asked_at=moment)
        parties = [await _past_party(subject, seq) for subject in question.subjects]
        head = await ledger.head()
        as_of = AsOf(log=head.origin, valid_at=day, known_seq=seq, known_at=moment, data_age_s=0, sources=held)
        return _answer(question, parties, ready, as_of, rules.digest)


def _without_ids(question: Ask) -> Ask:
    """The question without ID numbers in the texts that its answer repeats."""
    tender = question.tender
    conditions = tuple(
        msgspec.structs.replace(c, code=without_id_numbers(c.code), text=c.text and without_id_numbers(c.text),
                                clause=c.clause and without_id_numbers(c.clause))
        for c in tender.conditions
    )
    subjects = tuple(
        msgspec.structs.replace(s, name=without_id_numbers(s.name)) if s.name and len(s.name) >= _ID_LENGTH else s
        for s in map(_placed, question.subjects)
    )
    return msgspec.structs.replace(
        question, subjects=subjects, tender=msgspec.structs.replace(tender, conditions=conditions))


def _placed(subject: Subject) -> Subject:
    """With bid and lot without the spaces around them, and null where nothing is left: a space makes no other bid."""
    if subject.bid is None and subject.lot is None:
        return subject
    return msgspec.structs.replace(
        subject, bid=(subject.bid or "").strip() or None, lot=(subject.lot or "").strip() or None)


def _check(question: Ask, caller: Caller) -> None:
    if not question.subjects:
        raise Invalid("至少填写一个主体", errors=(FieldError("/subjects", "missing", "填写统一社会信用代码或名称"),))
    if len(question.subjects) > MOST_SUBJECTS:
        raise Invalid(f"一次至多{MOST_SUBJECTS}个主体;更多请用 POST /v1/screenings",
                      errors=(FieldError("/subjects", "too_many", "请分批查询"),))
    empty = [i for i, s in enumerate(question.subjects) if not (s.code or s.person_ref or (s.name or "").strip())]
    if empty:
        raise Invalid("主体须有代码或名称", errors=tuple(
            FieldError(f"/subjects/{i}", "missing", "填写 code 或 name") for i in empty))
    if caller.role is Role.ENTERPRISE and any(s.code != caller.org_code for s in question.subjects):
        raise Forbidden("企业只能查询本单位 an enterprise may ask about itself only")


def _end_of_day(moment: datetime) -> datetime:
    """The last moment of the business day of `moment`."""
    tomorrow = business_day(moment) + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, SHANGHAI) - timedelta.resolution


def question_day(tender: Tender, on: date | None, moment: datetime) -> date:
    """The day asked about: `on`, else that of the tender's `query_cutoff`, else that of `moment`."""
    if on is not None:
        return on
    cutoff = tender.query_cutoff
    return business_day(cutoff) if cutoff is not None and cutoff.tzinfo is not None else business_day(moment)


def _person(subject: Subject, file: Dossier) -> Party:
    """A natural person: by reference only; name and code are nobody's to see here, an ID number is not repeated."""
    try:
        check_ref(subject.person_ref or "")
    except BadPersonRef as exc:
        reason = doubt("person_ref_invalid", ReasonSource.DATA, exc.detail)
        nobody = msgspec.structs.replace(subject, code=None, name=None, person_ref="")
        return Party(subject=nobody, dossier=Dossier(), doubts=(reason,))
    return Party(subject=msgspec.structs.replace(subject, code=None, name=None), dossier=file)


def _offers(question: Ask) -> bool:
    """Whether like names are looked for: advice beside the answer, so never where the answer is signed."""
    return not question.receipt and any(not s.code and not s.person_ref for s in question.subjects)


def _nobody(name: str) -> Sequence[Candidate]:
    return ()


async def _past_party(subject: Subject, seq: int) -> Party:
    if subject.person_ref:
        return _person(subject, await dossiers.person(subject.person_ref, seq))
    if subject.code:
        file = await dossiers.dossier(subject.code, seq) if uscc.is_valid(subject.code) else Dossier()
        files = {behind.code: behind for behind in await dossiers.behind([file], seq)}
        return party(subject, lambda code: files.get(code, file), lambda folded: ())
    found = await dossiers.named(names.fold(subject.name or ""), seq)
    return party(subject, lambda code: Dossier(), lambda folded: [e.code for e in found if e.code])


def party(
    subject: Subject, file: Callable[[str], Dossier], named: Callable[[str], Sequence[str]],
    likely: Callable[[str], Sequence[Candidate]] = _nobody,
) -> Party:
    """Who is meant: by code, with doubts about a malformed code or a name not the code's; by name, candidates only."""
    if subject.representative is not None:
        subject = msgspec.structs.replace(subject, representative=None)  # ours to fill, not the asker's
    if not subject.code:
        folded = names.fold(subject.name or "")
        if not folded:
            return Party(subject=subject)
        return Party(subject=subject, candidates=tuple(named(folded)), likely=tuple(likely(subject.name or "")))
    try:
        code = uscc.check(subject.code)
    except Refusal as exc:
        reason = doubt("code_invalid", ReasonSource.DATA, exc.detail)
        shown = None if exc.code == "code_is_id_card" else subject.code[:40]
        unknown = Dossier(code=shown, known=True)
        return Party(subject=msgspec.structs.replace(subject, code=shown), dossier=unknown, doubts=(reason,))
    found = file(code)
    doubts = tuple(_name_doubt(subject, found.entity))
    token = found.entity.representative if found.entity else None
    if token is not None or code != subject.code:
        subject = msgspec.structs.replace(subject, code=code, representative=token)
    return Party(subject=subject, dossier=found, doubts=doubts, linked=reached(found, file))


def _name_doubt(subject: Subject, entity: Entity | None) -> Iterator[Reason]:
    """Where the names are not two writings of one: no code is doubted for 简繁, width or a form left out."""
    given = (subject.name or "").strip()
    if entity is None or not given or names.same(entity.name, given):
        return
    if names.compare(entity.name, given).verdict is Likeness.SAME:
        return
    title = f"所填名称与该代码登记的名称“{entity.name}”不一致,请核对代码和名称"
    yield doubt("name_mismatch", ReasonSource.DATA, title)


def _answer(question: Ask, parties: Sequence[Party], ready: Question, as_of: AsOf, digest: str) -> Answer:
    opening = answer_opening(parties, ready)
    answers = tuple(_leaving(v, p, ready) for v, p in zip(opening.answers, parties, strict=True))
    return Answer(answers=answers, bids=opening.bids, as_of=as_of, rules=digest)


def _leaving(verdict: Verdict, party: Party, ready: Question) -> Answered:
    ref = party.subject.person_ref
    return Answered(
        code=verdict.code, name=verdict.name if ref is None else None, person_ref=ref, bid=verdict.bid,
        outcome=verdict.outcome, label=verdict.label, reasons=verdict.reasons, score=_credit(party, ready),
        candidates=party.likely,
    )


def _credit(party: Party, ready: Question) -> Credit | None:
    """The score where the tender file weighs one (`credit_weight`), else none. Raises SchemeNotForSubject."""
    weight = ready.tender.credit_weight
    if weight is None or party.dossier is None or party.doubts:
        return None
    name, file = weight.scheme or default_scheme(ready.rules, ready.tender.type, ready.day), party.dossier
    records = (*file.records, *file.listings, *file.merits, *file.conduct)
    scored = with_classes(records, file.restrictions, ready.rules)
    versions = versions_of if party.subject.person_ref else company_versions
    found = rate(scored, versions(ready.rules, name), ready.day)
    points = weighted(found.value, found.scheme, 1) * weight.points / 100
    return Credit(scheme=name, value=found.value / 100, grade=found.grade, points=round(points, 1))
