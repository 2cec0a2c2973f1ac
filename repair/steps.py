"""The way of one record as a task list: papers and steps, each done, to do, in progress or not yet open. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from credit.kernel.rules import RuleSet
from repair.model import Case, CaseState, Outcome
from repair.repairable import Repairable
from repair.workflow import COMMITMENT


class StepState(StrEnum):
    DONE = "done"
    TO_DO = "to_do"
    IN_PROGRESS = "in_progress"
    CANNOT_START_YET = "cannot_start_yet"


class PaperState(StrEnum):
    MISSING = "missing"
    OPTIONAL = "optional"
    ATTACHED = "attached"
    SIGNED = "signed"
    TO_MEND = "to_mend"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """`opens_on`: the first day on which a step that cannot start yet may start, where it is known."""

    code: str
    title: str
    state: StepState
    opens_on: date | None = None


class PaperLine(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    title: str
    state: PaperState
    required: bool


def papers(record_id: str, case: Case | None, day: date, rules: RuleSet) -> tuple[PaperLine, ...]:
    """Every paper of the rules with how it stands for a record in its case."""
    known = rules.at("repair.papers", day).value
    return tuple(
        PaperLine(code=p["code"], title=p["title"], required=p["required"], state=_paper(p, record_id, case))
        for p in known
    )


def required_papers(day: date, rules: RuleSet) -> tuple[str, ...]:
    """The codes of the papers without which nothing is handed in."""
    return tuple(p["code"] for p in rules.at("repair.papers", day).value if p["required"])


def paper_codes(day: date, rules: RuleSet) -> frozenset[str]:
    return frozenset(p["code"] for p in rules.at("repair.papers", day).value)


def _paper(paper: dict[str, object], record_id: str, case: Case | None) -> PaperState:
    code = paper["code"]
    if case is not None and case.state is CaseState.SUPPLEMENT_REQUESTED and code in _missing(case):
        return PaperState.TO_MEND
    if case is not None and code == COMMITMENT and case.commitment(record_id) is not None:
        return PaperState.SIGNED
    if case is not None and any(e.paper == code and e.record_id in (None, record_id) for e in case.evidence):
        return PaperState.ATTACHED
    return PaperState.MISSING if paper["required"] else PaperState.OPTIONAL


def _missing(case: Case) -> tuple[str, ...]:
    return case.supplement.missing if case.supplement else ()


_TITLES = {
    "perform": "纠正失信行为,履行完毕法定责任义务",
    "wait": "等待可申请日",
    "apply": "提出申请",
    "papers": "上传履行证明等材料",
    "commitment": "签署信用承诺书",
    "submit": "提交申请",
    "acceptance": "认定单位决定是否受理",
    "supplement": "按一次性告知补正材料",
    "decision": "认定单位作出决定",
    "lifted": "终止公示、停止共享和使用、解除相应措施",
}


def steps(
    record_id: str, found: Repairable, case: Case | None, lines: tuple[PaperLine, ...], day: date
) -> tuple[Step, ...]:
    """The task list of a repairable record, in order; empty for one that is not."""
    if not found.possible:
        return ()
    opens = found.earliest
    ready = opens is not None and day >= opens
    duty = StepState.DONE if opens is not None and not found.missing else StepState.TO_DO
    told = [_step("perform", duty), _step("wait", StepState.DONE if ready else StepState.IN_PROGRESS, opens=opens)]
    if case is None or case.state is CaseState.WITHDRAWN:
        first = StepState.TO_DO if ready else StepState.CANNOT_START_YET
        told.append(_step("apply", first, opens=opens))
        rest = ("papers", "commitment", "submit", "acceptance", "decision", "lifted")
        return (*told, *(_step(code, StepState.CANNOT_START_YET, opens=opens) for code in rest))
    return (*told, _step("apply", StepState.DONE), *_of_case(record_id, case, lines))


def case_steps(case: Case, lines: tuple[PaperLine, ...]) -> tuple[Step, ...]:
    """The task list of a case as a whole, from the papers on."""
    return _of_case(None, case, lines)


def _of_case(record_id: str | None, case: Case, lines: tuple[PaperLine, ...]) -> tuple[Step, ...]:
    filling = case.state in (CaseState.DRAFT, CaseState.SUPPLEMENT_REQUESTED)
    wanting = [p for p in lines if p.state in (PaperState.MISSING, PaperState.TO_MEND)]
    own = [i for i in case.items if record_id in (None, i.record_id)]
    signed = all(case.commitment(i.record_id) for i in own) and not any(p.code == COMMITMENT for p in wanting)
    attached = not any(p.code != COMMITMENT for p in wanting)
    told = [
        _step("papers", _done(attached, filling)),
        _step("commitment", _done(signed, filling)),
        _step("submit", _submission(case, ready=attached and signed)),
        _step("acceptance", _acceptance(case)),
    ]
    if case.supplement is not None:
        answered = case.supplement.answered_on is not None
        told.append(_step("supplement", StepState.DONE if answered else StepState.TO_DO))
    granted = all(i.outcome is Outcome.GRANTED for i in own)
    told += [_step("decision", _decision(case)), _step("lifted", _done(granted, False))]
    return tuple(told)


def _done(done: bool, open_now: bool) -> StepState:
    if done:
        return StepState.DONE
    return StepState.TO_DO if open_now else StepState.CANNOT_START_YET


def _submission(case: Case, *, ready: bool) -> StepState:
    if case.state in (CaseState.DRAFT, CaseState.SUPPLEMENT_REQUESTED):
        return StepState.TO_DO if ready else StepState.CANNOT_START_YET
    return StepState.DONE if case.submitted_on else StepState.CANNOT_START_YET


def _acceptance(case: Case) -> StepState:
    if case.accepted_on is not None or case.state is CaseState.NOT_ACCEPTED:
        return StepState.DONE
    return StepState.IN_PROGRESS if case.state is CaseState.SUBMITTED else StepState.CANNOT_START_YET


def _decision(case: Case) -> StepState:
    if case.state in (CaseState.GRANTED, CaseState.PARTLY_GRANTED, CaseState.REFUSED, CaseState.NOT_ACCEPTED):
        return StepState.DONE
    waiting = (CaseState.ACCEPTED, CaseState.ENDED_PREFILLED)
    return StepState.IN_PROGRESS if case.state in waiting else StepState.CANNOT_START_YET


def _step(code: str, state: StepState, opens: date | None = None) -> Step:
    later = state in (StepState.CANNOT_START_YET, StepState.IN_PROGRESS)
    return Step(code=code, title=_TITLES[code], state=state, opens_on=opens if later else None)
