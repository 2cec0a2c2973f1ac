"""Answering "may it bid?": now from the register, in the past from the database, by the same pure function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

import msgspec

from credit import names, uscc
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid, Refusal
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import unit
from credit.model import Entity
from credit.persons import BadPersonRef, check_ref
from credit.scoring import score, weighted
from sanctions.eligibility import answer_opening
from sanctions.events import PastAsked
from sanctions.intake.privacy import without_id_numbers
from sanctions.question import Question, prepare
from sanctions.reasons import doubt
from sanctions.service import dossiers
from sanctions.service.register import NotYetKnown, Register
from sanctions.service.standing import scheme, with_classes
from sanctions.verdicts import (
    CAVEAT,
    BidOutcome,
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
_ID_LENGTH = 18


class PastNotAllowed(Forbidden):
    code = "past_not_allowed"
    title = "无权查询既往状态 Past questions need a right"


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
    receipt: None = None
    notice: str = CAVEAT


class Asking:
    """The service of questions."""

    def __init__(self, book: Rulebook, clock: Clock, register: Register) -> None:
        self.book = book
        self.clock = clock
        self.register = register

    async def ask(self, question: Ask, caller: Caller) -> Answer:
        """The answer for up to 1,000 subjects. Raises Invalid, TenderContradictory, PastNotAllowed, NotYetKnown."""
        _check(question, caller)
        question = _without_ids(question)
        if question.known_at is not None:
            codes = [s.code for s in question.subjects]
            seq = await self.look_back(question.known_at, caller, codes, complaint=question.ground, now_too=True)
            return await self._past(question, seq)
        await self.register.follow(question.min_seq if question.min_seq is not None else -1)
        return self.now(question)

    def now(self, question: Ask) -> Answer:
        """The answer from the register as it stands."""
        register, moment = self.register, self.clock()
        day = _day(question, moment)
        ready = prepare(question.tender, day, self.book.current, register.sources, asked_at=moment)
        parties = [
            _person(subject, register.person(subject.person_ref)) if subject.person_ref
            else party(subject, register.get, register.named)
            for subject in question.subjects
        ]
        recorded = register.recorded_at
        as_of = AsOf(log=register.origin, valid_at=day, known_seq=register.seq, known_at=recorded,
                     data_age_s=register.age(), sources=register.sources)
        return _answer(question, parties, ready, as_of, self.book.current.digest)

    async def look_back(
        self, known_at: datetime | int, caller: Caller | None, codes: Sequence[str | None], *,
        complaint: str | None = None, now_too: bool = False,
    ) -> int:
        """The log position of `known_at`, for the entitled; a past one is logged before the answer.

        With `now_too` the newest position is anybody's. Raises PastNotAllowed, and NotYetKnown for what is to come:
        the same `known_at` never means two positions.
        """
        head = await ledger.head()
        if isinstance(known_at, int) and known_at < 0:
            raise Invalid("known_at 不得为负", errors=(FieldError("/known_at", "out_of_range", "填写日志序号或时间"),))
        if known_at >= head.size if isinstance(known_at, int) else known_at > self.clock():
            raise NotYetKnown("known_at 尚未到来;查询现状请不填 known_at not yet reached", seq=head.size - 1)
        seq = known_at if isinstance(known_at, int) else await ledger.seq_at(known_at)
        if now_too and seq == head.size - 1:
            return seq
        who, ground = _entitled(caller, codes, complaint)
        if seq < head.size - 1:
            async with unit(by=who.key_id, now=self.clock()) as u:
                u.record(PastAsked(subject=who.org_code, known_seq=seq, subjects=len(codes), ground=ground))
        return seq

    async def _moment(self, known_at: datetime | int | None, seq: int) -> datetime:
        """The moment a past question puts itself in: what is "now" in it, so that its answer stays the same."""
        if isinstance(known_at, datetime):
            return known_at
        return (await ledger.entry(seq)).recorded_at

    async def _past(self, question: Ask, seq: int) -> Answer:
        rules, held = await self.book.at(seq), await dossiers.sources(seq)
        moment = await self._moment(question.known_at, seq)
        day = _day(question, moment)
        ready = prepare(question.tender, day, rules, held, asked_at=moment)
        parties = [await _past_party(subject, seq) for subject in question.subjects]
        head = await ledger.head()
        as_of = AsOf(log=head.origin, valid_at=day, known_seq=seq, known_at=moment, data_age_s=0, sources=held)
        return _answer(question, parties, ready, as_of, rules.digest)


def _entitled(caller: Caller | None, codes: Sequence[str | None], complaint: str | None) -> tuple[Caller, str]:
    """Who may look back, and on which ground: the auditor, a company at itself, an authority with a complaint."""
    grounds = {Role.AUDITOR: "audit"}
    if caller is not None and all(code == caller.org_code for code in codes):
        grounds[Role.ENTERPRISE] = "own"
    if complaint and complaint.strip():
        grounds[Role.AUTHORITY] = "complaint"
    if caller is None or caller.role not in grounds:
        raise PastNotAllowed("既往状态只答复审计机构、企业本身和办理投诉的机关(须填 ground:投诉受理编号)")
    return caller, grounds[caller.role]


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
        for s in question.subjects
    )
    return msgspec.structs.replace(
        question, subjects=subjects, tender=msgspec.structs.replace(tender, conditions=conditions))


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
    if question.receipt:
        raise Invalid("本版本尚不签发查询回执;请将 receipt 设为 false",
                      errors=(FieldError("/receipt", "not_offered", "设为 false"),))
    if caller.role is Role.ENTERPRISE and any(s.code != caller.org_code for s in question.subjects):
        raise Forbidden("企业只能查询本单位 an enterprise may ask about itself only")


def _day(question: Ask, moment: datetime) -> date:
    if question.on is not None:
        return question.on
    cutoff = question.tender.query_cutoff
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


async def _past_party(subject: Subject, seq: int) -> Party:
    if subject.person_ref:
        return _person(subject, await dossiers.person(subject.person_ref, seq))
    if subject.code:
        file = await dossiers.dossier(subject.code, seq) if uscc.is_valid(subject.code) else Dossier()
        return party(subject, lambda code: file, lambda folded: ())
    found = await dossiers.named(names.fold(subject.name or ""), seq)
    return party(subject, lambda code: Dossier(), lambda folded: [e.code for e in found if e.code])


def party(subject: Subject, file: Callable[[str], Dossier], named: Callable[[str], Sequence[str]]) -> Party:
    """Who is meant: by code, with doubts about a malformed code or a name not the code's; by name, candidates only."""
    subject = msgspec.structs.replace(subject, representative=None)  # ours to fill, not the asker's
    if not subject.code:
        folded = names.fold(subject.name or "")
        return Party(subject=subject, candidates=tuple(named(folded)) if folded else ())
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
    meant = msgspec.structs.replace(subject, code=code, representative=token)
    return Party(subject=meant, dossier=found, doubts=doubts)


def _name_doubt(subject: Subject, entity: Entity | None) -> Iterator[Reason]:
    if entity is None or not (subject.name or "").strip() or names.same(entity.name, subject.name or ""):
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
    )


def _credit(party: Party, ready: Question) -> Credit | None:
    """The score where the tender file weighs one (`credit_weight`), else none."""
    weight = ready.tender.credit_weight
    if weight is None or party.dossier is None or party.doubts:
        return None
    used = scheme(ready.rules, weight.scheme)
    records = (*party.dossier.records, *party.dossier.listings, *party.dossier.merits)
    found = score(with_classes(records, party.dossier.restrictions, ready.rules), used, ready.day)
    points = weighted(found, used, 1) * weight.points / 100
    return Credit(scheme=weight.scheme, value=found.value / 100, grade=found.grade, points=round(points, 1))
