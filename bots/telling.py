"""Facts put into messages. Pure. Nothing here names a natural person, and no letter's body is repeated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bots.model import (
    Bound,
    Command,
    Company,
    Led,
    LetterLine,
    PaperLine,
    PlanLine,
    RecordLine,
    Refused,
    Scene,
    Standing,
    VerdictLine,
)
from bots.replies import Button, Message, Say, choice, say

_MENU = (Command.STATUS, Command.WHY, Command.DATES, Command.PLAN, Command.REPAIR, Command.SCORE, Command.REPORT)
_MOST = 10  # records, letters or buttons in one answer


def bind_first() -> Message:
    """The one answer to everything private before binding, whether or not there is anything."""
    return Message((say("bind.first"),), (choice(Command.BIND), choice(Command.HELP)))


def greeting(scene: Scene) -> Message:
    if scene.company is None:
        return Message((say("hello"), say("bind.first"), say("free")), (choice(Command.BIND), choice(Command.HELP)))
    return Message((say("hello"), say("bound.as", name=scene.company.name), say("free")), buttons(scene))


def helping(scene: Scene) -> Message:
    state = say("bind.first") if scene.company is None else say("bound.as", name=scene.company.name)
    return Message((say("help"), state, say("free")), buttons(scene))


def buttons(scene: Scene) -> tuple[Button, ...]:
    """What is at hand: binding for a stranger, the menu for a company."""
    return tuple(choice(c) for c in ((Command.BIND, Command.HELP) if scene.company is None else _MENU))


def leaving() -> Message:
    yes = choice(Command.UNBIND, "yes", key="button.unbind_yes")
    return Message((say("unbind.ask"),), (yes, choice(Command.CANCEL)))


def bound(found: Bound) -> Message:
    unread = (say("unread", count=found.unread),) if found.unread else ()
    also = (choice(Command.ACKNOWLEDGE),) if found.unread else ()
    parts = (say("bound.now", name=found.company.name, code=found.company.code), *unread, say("reminder"), say("free"))
    return Message(parts, tuple(choice(c) for c in _MENU) + also)


def standing(found: Standing, company: Company, today: date) -> Message:
    """状态 in short, or with every reason and clause: 为什么."""
    parts = [say("status.head", name=company.name, code=company.code, today=today)]
    for verdict in found.verdicts:
        parts += [say(f"status.{verdict.tender}", label=verdict.label), *_reasons(verdict)]
    if found.explained and not any(verdict.reasons for verdict in found.verdicts):
        parts.append(say("why.none"))
    parts += _score(found)
    shown = sum(1 for r in found.records if r.shown)
    parts.append(say("status.records", count=len(found.records), shown=shown))
    if found.case is not None:
        parts.append(say("status.case", state=found.case.state, due=found.case.due_on))
    if found.unread:
        parts.append(say("unread", count=found.unread))
    parts.append(say("caveat"))
    return Message(tuple(parts), tuple(choice(c) for c in (Command.WHY, Command.DATES, Command.PLAN, Command.REPAIR)))


def _score(found: Standing) -> Iterator[Say]:
    if found.score is not None:
        yield say("why.score", title=found.score.title, since=found.score.since)
        for sentence in found.score.sentences[:_MOST]:
            yield say("why.reason", title=sentence)
        if len(found.score.sentences) > _MOST:
            yield say("more", count=len(found.score.sentences) - _MOST)


def _reasons(verdict: VerdictLine) -> Iterator[Say]:
    for reason in verdict.reasons:
        yield say("why.reason", title=reason.title)
        if reason.basis:
            yield say("why.basis", basis=reason.basis)
        if reason.until:
            yield say("why.until", until=reason.until)


def dates(records: Sequence[RecordLine]) -> Message:
    """日期: every day that counts, the same as on page and letter."""
    if not records:
        return Message((say("dates.none"),), (choice(Command.STATUS),))
    parts = [say("dates.head")]
    for record in records[:_MOST]:
        parts += [_heading(record), *_days(record)]
    parts += [say("more", count=len(records) - _MOST)] if len(records) > _MOST else []
    return Message(tuple(parts), (choice(Command.PLAN), choice(Command.REPAIR)))


def _heading(record: RecordLine) -> Say:
    return say("record", number=record.number, title=record.title, authority=record.authority,
               decided=record.decided_on)


def _days(record: RecordLine) -> Iterator[Say]:
    if record.max_until is not None:
        key = "dates.shown" if record.min_until is not None else "dates.shown_max"
        yield say(key, min=record.min_until, max=record.max_until)
    else:
        yield say("dates.not_shown")
    if record.earliest is not None:
        yield say("dates.earliest", earliest=record.earliest)
    if record.earliest_strict is not None and record.earliest_strict != record.earliest:
        yield say("dates.strict", strict=record.earliest_strict)
    if record.why_not:
        yield say("dates.why_not", why=record.why_not)
    yield from _runs_on(record)


def _runs_on(record: RecordLine) -> Iterator[Say]:
    for ending in record.runs_on:
        if ending.until is None:
            yield say("runs_on.open", title=ending.title, basis=ending.basis)
        else:
            yield say("runs_on", title=ending.title, until=ending.until, basis=ending.basis)


def plans(found: Sequence[PlanLine]) -> tuple[Message, ...]:
    """方案: one message per record, what repair lifts and what runs on."""
    if not found:
        return (Message((say("plan.none"),), (choice(Command.STATUS),)),)
    told = [Message(tuple(_plan(p)), _begin(p)) for p in found[:_MOST]]
    if len(found) > _MOST:
        told.append(Message((say("more", count=len(found) - _MOST),)))
    return tuple(told)


def _begin(plan: PlanLine) -> tuple[Button, ...]:
    if not plan.record.repairable:
        return (choice(Command.DATES),)
    return (choice(Command.REPAIR, plan.record.record_id),)


def _plan(plan: PlanLine) -> Iterator[Say]:
    yield _heading(plan.record)
    yield from _days(plan.record)
    yield say("plan.decider", decider=plan.decider)
    if plan.filing:
        yield say("plan.filing", filing=plan.filing)
    if plan.papers:
        yield say("plan.papers", papers="、".join(plan.papers))
    for number, step in enumerate(plan.steps, 1):
        key = "plan.step_from" if step.opens_on else "plan.step"
        yield say(key, number=number, title=step.title, mark="✓" if step.state == "done" else "·", day=step.opens_on)
    if plan.place is not None:
        yield say("plan.place", place=plan.place, why=plan.advice)
    if plan.lifts:
        yield say("plan.lifts", lifts="、".join(plan.lifts))
    if plan.record.runs_on:
        yield say("plan.not_lifted")
    yield say("free")


def choosing(found: Sequence[PlanLine], able: Sequence[PlanLine]) -> Message:
    """Which record is to be repaired; where none can be yet, why not."""
    if not able:
        lines = [s for p in found[:_MOST] for s in (_heading(p.record), *_days(p.record))]
        return Message((say("repair.none"), *lines), (choice(Command.DATES), choice(Command.PLAN)))
    offered = tuple(choice(Command.REPAIR, p.record.record_id, key="button.record", number=p.record.number)
                    for p in able[:_MOST])
    return Message((say("repair.choose", count=len(able)), *(_heading(p.record) for p in able[:_MOST])), offered)


def _did(found: Led) -> tuple[Say, ...]:
    case = found.case
    head = say(f"case.{found.did}", numbers="、".join(case.numbers), state=case.state, receipt=found.receipt)
    defects = tuple(say("case.defect", detail=d) for d in case.defects)
    due = (say("case.due", due=case.due_on),) if case.due_on else ()
    return (head, *((say("case.defects"),) if defects else ()), *defects, *due)


def paper_wanted(found: Led, paper: PaperLine, others: Sequence[PaperLine]) -> Message:
    """The next file that is wanted."""
    parts = [*_did(found), *(_paper(p) for p in found.case.papers)]
    parts.append(say("paper.send", title=paper.title))
    choices = [choice(Command.UPLOAD, p.code, key="button.paper", title=p.title) for p in others]
    if found.kept:
        parts.append(say("paper.kept", count=found.kept))
        choices.append(choice(Command.UPLOAD, "kept", key="button.kept"))
    return Message(tuple(parts), (*choices, choice(Command.CANCEL)))


def _paper(paper: PaperLine) -> Say:
    mark = "paper.given" if paper.given else "paper.wanted" if paper.wanted else "paper.optional"
    return say(mark, title=paper.title)


def promise(found: Led) -> Message:
    """The 承诺书 before it is signed."""
    words = say("promise.text", numbers="、".join(found.case.numbers), text=found.case.promise)
    return Message((*_did(found), words, say("sign.ask")), (choice(Command.CANCEL),))


def ready(found: Led) -> Message:
    return Message((*_did(found), say("case.ready"), say("free")), (choice(Command.SUBMIT), choice(Command.CANCEL)))


def case_stands(found: Led) -> Message:
    """A case on which the person has nothing to do now."""
    outcome = (say("case.outcome", outcome=found.case.outcome),) if found.case.outcome else ()
    return Message((*_did(found), *outcome), (choice(Command.STATUS), choice(Command.DATES)))


def acknowledged(letters: Sequence[LetterLine]) -> Message:
    if not letters:
        return Message((say("acknowledged.none"),), (choice(Command.STATUS),))
    lines = tuple(say("acknowledged.line", number=x.number, title=x.title, on=x.acknowledged_on)
                  for x in letters[:_MOST])
    return Message((say("acknowledged"), *lines, say("reminder")), (choice(Command.WHY), choice(Command.PLAN)))


def refused(found: Refused, scene: Scene) -> Message:
    """No, and what to do instead; the same words for what does not exist and what is not theirs."""
    said = say("refused.unknown") if found.code == "not_found" else say("refused", sentence=found.sentence)
    day = (say("refused.earliest", earliest=found.earliest),) if found.earliest is not None else ()
    return Message((said, *day), buttons(scene))


def pushed(letter: LetterLine, inbox: str) -> Message:
    """The push of a letter: a reminder with its number, where it lies, and what can be done. Not the letter itself."""
    parts = (say("push.head"), say("push.letter", title=letter.title, number=letter.number),
             say("push.inbox", url=inbox), say("reminder"), say("free"))
    acknowledge = choice(Command.ACKNOWLEDGE, letter.notice_id)
    return Message(parts, (choice(Command.WHY), choice(Command.PLAN), acknowledge))
