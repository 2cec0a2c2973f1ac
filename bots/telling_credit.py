"""Score, report and records of conduct put into messages. Pure; sentences are those of page, letter and call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bots.model import Command, ConductLine, Reported, Scored
from bots.replies import Message, Say, choice, say
from credit.conduct import ConductState

_MOST = 20  # lines or records in one answer


def score(found: Scored) -> Message:
    """得分: value and grade, then every line with points, basis and last day."""
    beside = tuple(choice(c) for c in (Command.WHY, Command.CONDUCT, Command.REPORT))
    if not found.title:
        return Message((say("score.none"),), beside)
    parts = [say("score.head", title=found.title, value=found.value, grade=found.grade, on=found.on)]
    parts += [say("score.line", sentence=sentence) for sentence in (*found.sentences[:_MOST], *found.notes)]
    return Message((*parts, *_more(len(found.sentences))), beside)


def report(found: Reported) -> Message:
    """核查报告: not the file itself, whose words are for who has signed in."""
    parts = (say("report.made", number=found.number, on=found.on), say("report.open", url=found.url),
             say("report.check", url=found.check), say("report.caveat"))
    return Message(parts, (choice(Command.SCORE), choice(Command.STATUS)))


def conduct(records: Sequence[ConductLine], today: date) -> Message:
    """行为记录: where each stands, and what may still be answered."""
    if not records:
        return Message((say("conduct.none"),), (choice(Command.SCORE), choice(Command.STATUS)))
    shown = records[:_MOST]
    parts = [said for record in shown for said in _told(record, today)]
    answer = tuple(choice(Command.CONDUCT, r.record_id, key="button.state_item", item=r.item)
                   for r in shown if r.answerable)
    return Message((say("conduct.head"), *parts, *_more(len(records))), answer or (choice(Command.SCORE),))


def asking(record: ConductLine, today: date) -> Message:
    """What a statement is about, and how to make it."""
    return Message((*_told(record, today), say("conduct.ask", url=record.url)), (choice(Command.CANCEL),))


def answered(record: ConductLine, today: date) -> Message:
    return Message((say("conduct.answered"), *_told(record, today)), (choice(Command.CONDUCT),))


def stated(record: ConductLine, today: date) -> Message:
    return Message((say("conduct.sent"), *_told(record, today)), (choice(Command.CONDUCT), choice(Command.SCORE)))


def pushed(record: ConductLine, today: date, *, replied: bool) -> Message:
    """The push of a new record with the right to state and defend, or of the answer to the statement."""
    head = say("push.replied" if replied else "push.conduct")
    buttons = (choice(Command.CONDUCT, record.record_id, key="button.state"),) if record.answerable else ()
    parts = (head, *_told(record, today), say("push.page", url=record.url), say("reminder"))
    return Message(parts, (*buttons, choice(Command.SCORE)))


def _told(record: ConductLine, today: date) -> Iterator[Say]:
    yield say("conduct.line", item=record.item, scheme=record.scheme, authority=record.authority,
              happened=record.happened_on)
    yield say(f"conduct.{record.state}", until=record.until, days=(record.until - today).days, first=record.first,
              due=record.reply_due, repaired=record.repaired_on)
    if record.answerable and record.state != ConductState.OPEN:
        yield say("conduct.late", until=record.until)


def _more(count: int) -> tuple[Say, ...]:
    return (say("more", count=count - _MOST),) if count > _MOST else ()
