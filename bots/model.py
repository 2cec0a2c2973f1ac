"""The types of conversations: what a person does, what the service found, what is said. No library's types here."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class Command(StrEnum):
    """What a person may ask for, by word or button, in any step."""

    START = "start"
    BIND = "bind"
    STATUS = "status"
    WHY = "why"
    DATES = "dates"
    PLAN = "plan"
    REPAIR = "repair"
    SCORE = "score"
    REPORT = "report"
    CONDUCT = "conduct"
    UPLOAD = "upload"
    ACKNOWLEDGE = "acknowledge"
    SUBMIT = "submit"
    UNBIND = "unbind"
    HELP = "help"
    LANGUAGE = "language"
    CANCEL = "cancel"


class Step(StrEnum):
    """Where a conversation is: what the next free text or file will mean."""

    IDLE = "idle"
    CODE = "code"  # a binding code is expected
    RECORD = "record"  # a record is to be chosen
    PAPER = "paper"  # a file is expected
    SIGN = "sign"  # the name of who signs the 承诺书, or the signed file
    CONFIRM = "confirm"  # only the submission is left
    STATEMENT = "statement"  # the words of a 陈述申辩
    LEAVE = "leave"  # 解绑 is to be confirmed


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of a conversation between two messages. Ids only, nothing about the company."""

    step: Step = Step.IDLE
    language: Language = Language.ZH
    case_id: str | None = None
    paper: str | None = None  # code of the paper that the next file is
    record_id: str | None = None  # of the conduct that is being answered
    album: str = ""  # of the last file, with the paper it was: what was sent together belongs together
    album_paper: str | None = None


class Asked(msgspec.Struct, frozen=True):
    """A command with what came behind it."""

    command: Command
    argument: str = ""


class Said(msgspec.Struct, frozen=True):
    """Free text."""

    text: str


class Handed(msgspec.Struct, frozen=True):
    """A file that is already kept under its receipt."""

    upload_id: str
    name: str
    album: str = ""


class Unfit(msgspec.Struct, frozen=True):
    """A file that was not kept: `reason` is a key of the texts."""

    reason: str
    limit_mb: int = 0


Input = Asked | Said | Handed | Unfit


class Company(msgspec.Struct, frozen=True):
    """The company a chat is bound to."""

    code: str
    name: str


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What is known before anything is said: who is bound, which day it is, and whether others read along."""

    company: Company | None
    today: date
    private: bool = True


class ReasonLine(msgspec.Struct, frozen=True, kw_only=True):
    """A reason with its clause and last inclusive day."""

    title: str
    basis: str = ""
    until: date | None = None


class VerdictLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer would be answered about one kind of tender."""

    tender: str
    label: str
    reasons: tuple[ReasonLine, ...] = ()


class ScoreWhy(msgspec.Struct, frozen=True, kw_only=True):
    """Why the score of a scheme is another than on the day `since`: the sentences that pages and calls have."""

    title: str
    since: date
    sentences: tuple[str, ...]


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """The score of a scheme on a day: value and grade, what is to be known of it, and each line's sentence, in the
    words of pages, calls and letters. `title` empty: no scheme is in force."""

    title: str = ""
    value: str = ""
    grade: str = ""
    on: date | None = None
    notes: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A 信用核查报告 was issued: where its company opens it, and where whoever gets it checks it."""

    number: str
    on: date
    url: str
    check: str


class ConductLine(msgspec.Struct, frozen=True, kw_only=True):
    """Conduct that is no penalty, as its company sees it. `until`: last day to state and defend."""

    record_id: str
    item: str
    scheme: str
    authority: str
    happened_on: date
    state: str
    until: date
    first: date | None  # from when it counts
    reply_due: date | None
    repaired_on: date | None
    answerable: bool  # a statement may still be made, in time or late
    url: str


class Conducted(msgspec.Struct, frozen=True):
    """Records of conduct; `asked`: the one that is to be answered now."""

    records: tuple[ConductLine, ...]
    asked: bool = False


class Stated(msgspec.Struct, frozen=True):
    """A statement was handed in."""

    record: ConductLine


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What repair does not end: its title and last inclusive day, null = no end stated."""

    title: str
    until: date | None = None
    basis: str = ""


class RecordLine(msgspec.Struct, frozen=True, kw_only=True):
    """A record as its company sees it; days inclusive, null with the reason in `why_not` where not known."""

    record_id: str
    number: str
    authority: str
    title: str
    decided_on: date
    shown: bool
    min_until: date | None = None
    max_until: date | None = None
    earliest: date | None = None
    earliest_strict: date | None = None
    why_not: str = ""
    runs_on: tuple[Ending, ...] = ()
    repairable: bool = False


class PlanStep(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    state: str = "to_do"
    opens_on: date | None = None


class PlanLine(msgspec.Struct, frozen=True, kw_only=True):
    """The way out of one record."""

    record: RecordLine
    decider: str
    filing: str = ""
    papers: tuple[str, ...] = ()
    steps: tuple[PlanStep, ...] = ()
    lifts: tuple[str, ...] = ()
    place: int | None = None  # in the order in which repairs are best taken up
    advice: str = ""  # why there


class PaperLine(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    title: str
    given: bool
    wanted: bool = True


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A repair as the bot leads through it. `committed`: the 承诺书 is signed; `open`: papers may still be added."""

    case_id: str
    state: str  # in words
    numbers: tuple[str, ...]
    papers: tuple[PaperLine, ...]
    committed: bool
    open: bool
    promise: str = ""  # the words to be signed, where they still are
    due_on: date | None = None
    defects: tuple[str, ...] = ()
    outcome: str = ""

    def missing(self) -> tuple[PaperLine, ...]:
        """Papers still to be handed in, the 承诺书 aside."""
        return tuple(p for p in self.papers if p.wanted and not p.given)


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in the inbox; never its words."""

    notice_id: str
    title: str
    number: str
    issued_on: date
    acknowledged_on: date | None = None


class Bound(msgspec.Struct, frozen=True):
    """The chat is now the company's; `unread` letters wait in its inbox."""

    company: Company
    unread: int = 0


class Unbound(msgspec.Struct, frozen=True):
    """The chat is nobody's again."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    verdicts: tuple[VerdictLine, ...]
    records: tuple[RecordLine, ...]
    unread: int
    case: CaseView | None = None
    explained: bool = False  # 为什么: the reasons are in, or there are none
    score: ScoreWhy | None = None


class Records(msgspec.Struct, frozen=True):
    records: tuple[RecordLine, ...]


class Plans(msgspec.Struct, frozen=True):
    plans: tuple[PlanLine, ...]


class Repairable(msgspec.Struct, frozen=True):
    """The answer to 修复 without a record: the open case, else what could be repaired."""

    plans: tuple[PlanLine, ...]
    case: CaseView | None = None


class Led(msgspec.Struct, frozen=True):
    """A case after an act on it. `receipt` names the file just filed; `kept` are files not yet in any case."""

    case: CaseView
    did: str  # opened, continued, attached, committed, submitted
    receipt: str = ""
    kept: int = 0


class Kept(msgspec.Struct, frozen=True):
    """A file was kept, but there is no open case it could go into."""

    upload_id: str


class Acknowledged(msgspec.Struct, frozen=True):
    """Letters now acknowledged; empty: there was nothing left."""

    letters: tuple[LetterLine, ...]


class Refused(msgspec.Struct, frozen=True):
    """Business said no. `sentence` is shown; `earliest` where it was too early."""

    code: str
    sentence: str
    earliest: date | None = None


Result = (
    Bound | Unbound | Standing | Records | Plans | Repairable | Led | Kept | Acknowledged | Scored | Reported
    | Conducted | Stated | Refused
)
