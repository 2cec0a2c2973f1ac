"""Receipts: asked for with a question, read by their owner, opened for audit or complaint, recomputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from credit import lookup
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from credit.kernel.periods import add_months
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import unit
from credit.model import ConductFacts, ListFacts, PenaltyFacts, Record
from credit.persons import BadPersonRef, check_ref
from sanctions import store
from sanctions.events import OpenedFor, ReceiptOpened
from sanctions.intake.privacy import without_id_numbers
from sanctions.receipts import PROVES, Draft, Receipt, Statement, answer_text, question_text
from sanctions.service.answering.ask import Answer, Ask, Asked, Asking
from sanctions.service.answering.issuing import Issuing, Log, proven, receipt_of
from sanctions.store import KeptReceipt


class ReceiptSealed(Forbidden):
    """A record behind the answer has been repaired or removed: only a complaint or an audit opens the receipt."""

    code = "receipt_sealed"
    title = "回执已封存 Receipt sealed"


class OtherLog(Conflict):
    """The receipt's entry is not in this log: recompute it where it was issued."""

    code = "other_log"
    title = "回执属于另一日志 Receipt of another log"


class Genuine(msgspec.Struct, frozen=True):
    """All that the public learns without the receipt itself."""

    id: str
    genuine: bool = True


class ReceiptRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as kept. `question` and `answer` are canonical JSON values; null where the receipt is sealed.

    `keep_until` is the last day of the time for which it is kept at least.
    """

    id: str
    org_code: str
    asked_by: str
    receipt: Receipt
    sealed: bool
    question: Any = None
    answer: Any = None
    keep_until: date
    proves: str = PROVES


class Recomputed(msgspec.Struct, frozen=True, kw_only=True):
    """The question asked again on the log state of the receipt. `differences` name what is answered otherwise."""

    id: str
    same: bool
    known_seq: int
    rules: str
    differences: tuple[str, ...]
    answer: Any


class Receipts:
    """The service of receipts."""

    def __init__(self, asking: Asking, book: Rulebook, clock: Clock, log: Log) -> None:
        self.asking = asking
        self.book = book
        self.clock = clock
        self.log = log
        self.issuing = Issuing(log, clock)

    async def ask(self, question: Ask, caller: Caller) -> Answer:
        """The answer with its receipt, signed and logged. Raises as `Asking.ask`, and Invalid for ID numbers."""
        asked = await self.asking.asked(question, caller)
        receipt = await self.issuing.issue(_draft(asked), caller)
        return msgspec.structs.replace(asked.answer, receipt=receipt)

    async def find(
        self, receipt_id: str, caller: Caller | None, complaint: str | None = None
    ) -> ReceiptRecord | Genuine:
        """The whole record for who may see it, logged first unless it is the owner; for others that it is genuine.

        The owner of a sealed receipt gets it without question and answer. Raises NotFound.
        """
        kept = await self._kept(receipt_id)
        ground = _ground(kept, caller, complaint)
        if caller is None or ground is None:
            return Genuine(receipt_id)
        sealed = await _is_sealed(kept)
        if ground is OpenedFor.OWNER:
            return await self._record(kept, sealed=sealed, whole=not sealed)
        await self._log_opening(kept, caller, ground, "record", sealed=sealed)
        return await self._record(kept, sealed=sealed, whole=True)

    async def open(
        self, receipt_id: str, caller: Caller, part: str, complaint: str | None = None
    ) -> ReceiptRecord:
        """The whole record for a `part` made of it, the opening logged first.

        Raises NotFound, Forbidden, ReceiptSealed.
        """
        kept = await self._kept(receipt_id)
        ground = _ground(kept, caller, complaint)
        if ground is None:
            raise Forbidden("只供查询单位、审计机构和办理投诉的机关(须填 ground:投诉受理编号) "
                            "for its owner, the auditor, and an authority with a complaint")
        sealed = await _is_sealed(kept)
        if sealed and ground is OpenedFor.OWNER:
            raise ReceiptSealed("所涉信息已修复或移出,回执已封存;办理投诉的机关填受理编号(ground)调阅,或由审计机构调阅")
        await self._log_opening(kept, caller, ground, part, sealed=sealed)
        return await self._record(kept, sealed=sealed, whole=True)

    async def recompute(self, receipt: Receipt, question: Mapping[str, Any], answer: str) -> Recomputed:
        """Asks the question again, as known at the receipt's log state. Raises OtherLog, Invalid."""
        stated = receipt.statement
        held = await ledger.entry(receipt.entry.seq) if receipt.entry.seq < (await ledger.head()).size else None
        if held is None or held.leaf != receipt.entry.leaf:
            raise OtherLog("本日志没有这份回执的条目,请在签发它的系统重算 this log does not hold the receipt's entry")
        asked = asked_again(question)
        moment = datetime.fromisoformat(stated.asked_at)
        again = await self.asking.again(asked, stated.known_seq, moment)
        text = _answer_text(again)
        differing = tuple(_differences(msgspec.json.decode(answer), msgspec.json.decode(text)))
        if again.rules != stated.rules:
            differing = ("rules", *differing)
        return Recomputed(id=stated.id, same=not differing, known_seq=stated.known_seq, rules=again.rules,
                          differences=differing, answer=msgspec.json.decode(text))

    async def _kept(self, receipt_id: str) -> KeptReceipt:
        kept = await store.receipt(receipt_id) if len(receipt_id) <= 40 else None
        if kept is None:
            raise NotFound("没有这份回执,请核对编号 no such receipt")
        return kept

    async def _record(self, kept: KeptReceipt, *, sealed: bool, whole: bool) -> ReceiptRecord:
        stated = kept.sealed.statement
        entry, proof = await proven(kept.seq, await self.log.checkpoint_for(kept.seq, stated.log))
        return ReceiptRecord(
            id=stated.id, org_code=kept.org_code, asked_by=kept.asked_by, sealed=sealed,
            receipt=receipt_of(kept.sealed, entry, proof),
            question=msgspec.json.decode(kept.question) if whole else None,
            answer=msgspec.json.decode(kept.answer) if whole else None, keep_until=self._keep_until(stated),
        )

    def _keep_until(self, stated: Statement) -> date:
        day = business_day(datetime.fromisoformat(stated.issued_at))
        years = self.book.current.at("receipts.keep_years", day).value
        return add_months(day, years * 12)

    async def _log_opening(
        self, kept: KeptReceipt, caller: Caller, ground: OpenedFor, part: str, *, sealed: bool
    ) -> None:
        async with unit(by=caller.key_id, now=self.clock()) as u:
            u.record(ReceiptOpened(subject=kept.sealed.statement.id, ground=ground, sealed=sealed, part=part))


def _ground(kept: KeptReceipt, caller: Caller | None, complaint: str | None) -> OpenedFor | None:
    """On which ground the caller may open it; None: not at all."""
    if caller is None:
        return None
    if caller.role is Role.AUDITOR:
        return OpenedFor.AUDIT
    if caller.role is Role.AUTHORITY and complaint and complaint.strip():
        return OpenedFor.COMPLAINT
    return OpenedFor.OWNER if caller.org_code == kept.org_code else None


def record_ids(answer: Any) -> tuple[str, ...]:
    """The records that an answer's reasons name, each once."""
    found = (reason["record_id"] for line in answer["answers"] for reason in line["reasons"])
    return tuple(dict.fromkeys(record_id for record_id in found if record_id))


async def _is_sealed(kept: KeptReceipt) -> bool:
    """Whether a record behind the answer has been repaired, removed from its list, or withdrawn since."""
    for record_id in record_ids(msgspec.json.decode(kept.answer)):
        record = await lookup.record(record_id)
        if record is not None and _ended(record):
            return True
    return False


def _ended(record: Record) -> bool:
    match record.facts:
        case PenaltyFacts(repaired_on=day) | ConductFacts(repaired_on=day) | ListFacts(removed_on=day):
            return record.withdrawn or day is not None
    return record.withdrawn


def _draft(asked: Asked) -> Draft:
    answer, text = asked.answer, _question_text(asked.question)
    return Draft(
        log=answer.as_of.log, question=text, answer=_answer_text(answer), valid_at=answer.as_of.valid_at,
        known_seq=answer.as_of.known_seq, known_at=answer.as_of.known_at, asked_at=asked.moment, rules=answer.rules,
    )


def _answer_text(answer: Answer) -> str:
    return answer_text(answer.answers, answer.bids, answer.as_of.sources, answer.notice)


def _question_text(question: Ask) -> str:
    """The question as kept. Raises Invalid where it holds an ID number: kept is nothing but references."""
    faults = tuple(
        FieldError(f"/subjects/{i}/person_ref", "person_ref_invalid", "填专家库、人员库编号或加盐摘要")
        for i, s in enumerate(question.subjects) if s.person_ref and not _is_ref(s.person_ref)
    )
    subjects = [
        msgspec.structs.replace(s, code=None, name=None, representative=None) if s.person_ref
        else msgspec.structs.replace(s, representative=None)
        for s in question.subjects
    ]
    text = question_text(subjects, question.tender, question.on, question.known_at)
    if not faults and without_id_numbers(text) != text:
        faults = (FieldError("", "id_number", "删去证件号码;自然人用 person_ref"),)
    if faults:
        raise Invalid("回执要留存问题,其中不得有证件号码 a receipt keeps the question, which must hold no ID number",
                      errors=faults)
    return text


def _is_ref(text: str) -> bool:
    try:
        check_ref(text)
    except BadPersonRef:
        return False
    return True


def asked_again(question: Mapping[str, Any]) -> Ask:
    """The question back from its canonical form. Raises Invalid."""
    raw: dict[str, Any] = dict(question)
    try:
        tender = dict(raw["tender"])
        if tender.get("credit_weight"):
            weight = tender["credit_weight"]
            tender["credit_weight"] = {**weight, "points": float(weight["points"])}
        return msgspec.convert({**raw, "tender": tender}, Ask)
    except (KeyError, TypeError, ValueError):
        raise Invalid("问题无法读取,请使用留存的原文 the question is unreadable: use the one kept") from None


def _differences(then: Any, now: Any) -> Iterator[str]:
    if len(then["answers"]) != len(now["answers"]):
        yield "answers"
    for i, (old, new) in enumerate(zip(then["answers"], now["answers"], strict=False)):
        yield from (f"answers/{i}/{name}" for name in sorted({*old, *new}) if old.get(name) != new.get(name))
    yield from (name for name in ("bids", "sources", "notice") if then[name] != now[name])
