"""The way of a case: which act leads from which state to which, and who may do it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from credit import names
from credit.kernel.errors import FieldError, Forbidden, Invalid
from repair.acts import Accept, Act, AskSupplement, Attach, Decide, Decline, Extend, Sign, Submit, Withdraw
from repair.model import (
    OPEN,
    STATE_TITLES,
    Case,
    CaseState,
    Commitment,
    Extension,
    Item,
    Outcome,
    Party,
    Supplement,
)
from repair.refusals import (
    AlreadyDecided,
    CaseClosed,
    CommitmentUnsigned,
    NotNow,
    NotTheDecider,
    OnlyOnce,
    PapersMissing,
)

COMMITMENT = "commitment"
DECISION = "decision_document"


class Move(NamedTuple):
    """Where an act leads, None where the act itself says, and as what one may do it."""

    to: CaseState | None
    by: frozenset[Party]


_FILLING = frozenset({Party.APPLICANT, Party.WINDOW})
_OFFICE = frozenset({Party.DECIDER, Party.WINDOW})
_DECIDER = frozenset({Party.DECIDER})
_S = CaseState

TRANSITIONS: Mapping[tuple[CaseState, type[Any]], Move] = {
    (_S.DRAFT, Attach): Move(_S.DRAFT, _FILLING),
    (_S.DRAFT, Sign): Move(_S.DRAFT, _FILLING),
    (_S.DRAFT, Submit): Move(_S.SUBMITTED, _FILLING),
    (_S.DRAFT, Withdraw): Move(_S.WITHDRAWN, _FILLING),
    (_S.SUBMITTED, Attach): Move(_S.SUBMITTED, frozenset(Party)),
    (_S.SUBMITTED, Accept): Move(_S.ACCEPTED, _OFFICE),
    (_S.SUBMITTED, Decline): Move(_S.NOT_ACCEPTED, _DECIDER),
    (_S.SUBMITTED, AskSupplement): Move(_S.SUPPLEMENT_REQUESTED, _OFFICE),
    (_S.SUBMITTED, Decide): Move(None, frozenset({Party.WINDOW})),
    (_S.SUBMITTED, Withdraw): Move(_S.WITHDRAWN, _FILLING),
    (_S.SUPPLEMENT_REQUESTED, Attach): Move(_S.SUPPLEMENT_REQUESTED, _FILLING),
    (_S.SUPPLEMENT_REQUESTED, Sign): Move(_S.SUPPLEMENT_REQUESTED, _FILLING),
    (_S.SUPPLEMENT_REQUESTED, Submit): Move(None, _FILLING),
    (_S.SUPPLEMENT_REQUESTED, Withdraw): Move(_S.WITHDRAWN, _FILLING),
    (_S.ACCEPTED, Attach): Move(_S.ACCEPTED, frozenset(Party)),
    (_S.ACCEPTED, AskSupplement): Move(_S.SUPPLEMENT_REQUESTED, _OFFICE),
    (_S.ACCEPTED, Extend): Move(_S.ACCEPTED, _DECIDER),
    (_S.ACCEPTED, Decide): Move(None, _OFFICE),
    (_S.ACCEPTED, Withdraw): Move(_S.WITHDRAWN, _FILLING),
}


def advance(case: Case, act: Act, party: Party, day: date) -> Case:
    """The next revision of the case after `act` by `party` on `day`.

    Raises CaseClosed, NotNow, Forbidden or NotTheDecider, OnlyOnce, AlreadyDecided, Invalid and its kinds.
    """
    if not case.is_open:
        raise CaseClosed(f"申请已办结({STATE_TITLES[case.state]});如条件已变化,请另行提出申请")
    move = TRANSITIONS.get((case.state, type(act)))
    if move is None:
        raise NotNow(f"申请现为“{STATE_TITLES[case.state]}”,此时可以:{possible(case, party)}", state=case.state.value)
    if party not in move.by:
        raise _not_allowed(move)
    done = _EFFECTS[type(act)](case, act, party, day)
    state = move.to or done.state
    closed = None if state in OPEN else day
    return msgspec.structs.replace(done, state=state, version=case.version + 1, closed_on=closed)


def possible(case: Case, party: Party) -> str:
    """The acts open to a party now, as words."""
    told = [_WORDS[act] for (state, act), move in TRANSITIONS.items() if state is case.state and party in move.by]
    return "、".join(told) or "等待对方办理"


def _not_allowed(move: Move) -> Forbidden:
    if Party.DECIDER in move.by:
        return NotTheDecider("谁认定、谁修复:只有认定单位可以办理 only the deciding authority may do this")
    return Forbidden("此事由申请人办理 this is for the applicant to do")


def _attach(case: Case, act: Attach, party: Party, day: date) -> Case:
    if act.evidence.paper == DECISION and party is Party.APPLICANT:
        raise Forbidden("决定文书由认定单位或窗口上传 the decision is for the office to add")
    if case.state in (_S.SUBMITTED, _S.ACCEPTED) and act.evidence.paper != DECISION:
        raise NotNow("申请已提交,材料不能再改;需要补正的请先发出补正要求", state=case.state.value)
    return _mended(msgspec.structs.replace(case, evidence=(*case.evidence, act.evidence)), act.evidence.paper)


def _mended(case: Case, paper: str) -> Case:
    asked = case.supplement
    if asked is None or case.state is not _S.SUPPLEMENT_REQUESTED:
        return case
    left = tuple(p for p in asked.missing if p != paper)
    return msgspec.structs.replace(case, supplement=msgspec.structs.replace(asked, missing=left))


def _sign(case: Case, act: Sign, party: Party, day: date) -> Case:
    if case.item(act.record_id) is None:
        raise _no_such(act.record_id)
    if act.signed_on > day:
        raise Invalid("签署日期不得晚于今天", errors=(FieldError("/signed_on", "in_future", "核对签署日期"),))
    if not act.signed_by.strip() and act.evidence is None:
        raise CommitmentUnsigned("填写签署人姓名,或上传已签署的承诺书",
                                 errors=(FieldError("/signed_by", "missing", "填写法定代表人或授权签署人"),))
    made = Commitment(record_id=act.record_id, signed_on=act.signed_on,
                      evidence_id=act.evidence.evidence_id if act.evidence else None)
    signers = {**case.words.signers, act.record_id: act.signed_by.strip()}
    kept = tuple(c for c in case.commitments if c.record_id != act.record_id)
    return _mended(msgspec.structs.replace(
        case, commitments=(*kept, made), words=msgspec.structs.replace(case.words, signers=signers),
        evidence=(*case.evidence, *((act.evidence,) if act.evidence else ())),
    ), COMMITMENT)


def _submit(case: Case, act: Submit, party: Party, day: date) -> Case:
    unsigned = [i for i, item in enumerate(case.items) if case.commitment(item.record_id) is None]
    if unsigned:
        errors = tuple(FieldError(f"/records/{i}", "commitment_unsigned", "每条记录各签一份承诺书") for i in unsigned)
        raise CommitmentUnsigned(f"{len(unsigned)}条记录的信用承诺书尚未签署,请先签署", errors=errors)
    held = {e.paper for e in case.evidence}
    asked = case.supplement if case.state is _S.SUPPLEMENT_REQUESTED else None
    missing = [p for p in act.required if p not in held and p != COMMITMENT] + list(asked.missing if asked else ())
    if missing:
        errors = tuple(FieldError(f"/papers/{p}", "missing", "上传这项材料") for p in dict.fromkeys(missing))
        raise PapersMissing(f"还缺{len(errors)}项材料,见 errors", errors=errors)
    if asked is None:
        return msgspec.structs.replace(case, submitted_on=day)
    return msgspec.structs.replace(
        case, supplement=msgspec.structs.replace(asked, answered_on=day), state=asked.asked_in)


def _accept(case: Case, act: Accept, party: Party, day: date) -> Case:
    return msgspec.structs.replace(case, accepted_on=day)


def _decline(case: Case, act: Decline, party: Party, day: date) -> Case:
    _told(act.reason, "/reason")
    items = tuple(_with(i, outcome=Outcome.REFUSED, reason_code=act.reason_code, decided_on=day) for i in case.items)
    words = msgspec.structs.replace(case.words, closing_reason=act.reason.strip())
    return msgspec.structs.replace(case, items=items, words=words)


def _ask(case: Case, act: AskSupplement, party: Party, day: date) -> Case:
    if case.supplement is not None:
        raise OnlyOnce("补正只能要求一次,应当一次性告知;现请受理或作出决定")
    if not act.defects or not all(detail.strip() for _, detail in act.defects):
        fault = FieldError("/defects", "missing", "一次性告知全部补正内容")
        raise Invalid("逐项写明需要补正的材料和内容", errors=(fault,))
    if act.until <= day:
        raise Invalid("补正期限须晚于今天", errors=(FieldError("/until", "out_of_range", "给出合理的补正期限"),))
    papers = tuple(dict.fromkeys(paper for paper, _ in act.defects))
    asked = Supplement(asked_on=day, until=act.until, asked_in=case.state, papers=papers, missing=papers)
    return msgspec.structs.replace(
        case, supplement=asked, words=msgspec.structs.replace(case.words, defects=act.defects))


def _extend(case: Case, act: Extend, party: Party, day: date) -> Case:
    if case.extension is not None:
        raise OnlyOnce(f"已延期至{case.extension.until},不能再次延期")
    _told(act.reason, "/reason")
    if act.until <= day:
        raise Invalid("延期后的截止日须晚于今天", errors=(FieldError("/until", "out_of_range", "核对日期"),))
    return msgspec.structs.replace(
        case, extension=Extension(made_on=day, until=act.until),
        words=msgspec.structs.replace(case.words, extension_reason=act.reason.strip()))


def _decide(case: Case, act: Decide, party: Party, day: date) -> Case:
    item = case.item(act.record_id)
    if item is None:
        raise _no_such(act.record_id)
    if item.outcome is not Outcome.PENDING:
        raise AlreadyDecided(f"该记录已于{item.decided_on}作出决定", outcome=item.outcome.value)
    if act.outcome not in (Outcome.GRANTED, Outcome.REFUSED):
        raise Invalid("outcome 为 granted 或 refused", errors=(FieldError("/outcome", "not_allowed", "准予或不予"),))
    if party is Party.WINDOW and not _proven(case, act):
        return _ended(case, tuple(_prefilled(i, day) for i in case.items))
    if act.outcome is Outcome.REFUSED:
        _told(act.reason, "/reason")
    made = _with(item, outcome=act.outcome, reason_code=act.reason_code, decided_on=day,
                 decided_by=act.decided_by.strip() or case.decider.name, decided_as=party,
                 decision_no=act.decision_no.strip(), external_no=act.external_no.strip())
    words = msgspec.structs.replace(case.words, reasons={**case.words.reasons, act.record_id: act.reason.strip()})
    decided = msgspec.structs.replace(case, words=words)
    return _ended(decided, tuple(made if i.record_id == act.record_id else i for i in case.items))


def _proven(case: Case, act: Decide) -> bool:
    """Whether a window shows the decision of the 认定单位: its number, its name, and where the document is."""
    if not act.decision_no.strip() or not act.decided_by.strip():
        return False
    if names.fold(act.decided_by) != names.fold(case.decider.name):
        raise NotTheDecider(f"该记录的认定单位是“{case.decider.name}”,不是“{act.decided_by}”;谁认定、谁修复")
    return bool(act.external_no.strip()) or any(e.paper == DECISION for e in case.evidence)


def _prefilled(item: Item, day: date) -> Item:
    return _with(item, outcome=Outcome.PREFILLED, decided_on=day) if item.outcome is Outcome.PENDING else item


def _ended(case: Case, items: tuple[Item, ...]) -> Case:
    found = {i.outcome for i in items}
    state = case.state
    if Outcome.PENDING not in found:
        if Outcome.GRANTED in found:
            state = _S.GRANTED if found == {Outcome.GRANTED} else _S.PARTLY_GRANTED
        else:
            state = _S.ENDED_PREFILLED if Outcome.PREFILLED in found else _S.REFUSED
    return msgspec.structs.replace(case, items=items, state=state)


def _withdraw(case: Case, act: Withdraw, party: Party, day: date) -> Case:
    words = msgspec.structs.replace(case.words, closing_reason=act.reason.strip())
    return msgspec.structs.replace(case, words=words)


def _with(item: Item, **changes: object) -> Item:
    return msgspec.structs.replace(item, **changes)


def _told(reason: str, pointer: str) -> None:
    if not reason.strip():
        raise Invalid("写明理由,申请人有权知道", errors=(FieldError(pointer, "missing", "填写理由"),))


def _no_such(record_id: str) -> Invalid:
    fault = FieldError("/record_id", "not_in_case", f"核对记录编号 {record_id[:60]}")
    return Invalid("本申请不含这条记录", errors=(fault,))


_EFFECTS: Mapping[type[Any], Callable[[Case, Any, Party, date], Case]] = {
    Attach: _attach, Sign: _sign, Submit: _submit, Accept: _accept, Decline: _decline, AskSupplement: _ask,
    Extend: _extend, Decide: _decide, Withdraw: _withdraw,
}
_WORDS: Mapping[type[Any], str] = {
    Attach: "上传材料", Sign: "签署承诺书", Submit: "提交", Accept: "受理", Decline: "不予受理",
    AskSupplement: "要求补正", Extend: "延期", Decide: "作出决定", Withdraw: "撤回",
}
