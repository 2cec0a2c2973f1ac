"""The types of notices: the facts a letter is composed of, the letter itself as blocks, and its stamp."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from credit.model import PenaltyKind, Procedure, Severity, Stage, SubjectKind
from notices.talks import TalkPaper


class LetterKind(StrEnum):
    """信用修复告知书 (两书同达), the local 失信告知书, letters of applications and of lists, the 承诺书."""

    REPAIR_NOTICE = "repair_notice"
    DISHONESTY_NOTICE = "dishonesty_notice"
    REPAIR_ACCEPTANCE = "repair_acceptance"
    REPAIR_NON_ACCEPTANCE = "repair_non_acceptance"
    REPAIR_SUPPLEMENT = "repair_supplement"
    REPAIR_EXTENSION = "repair_extension"
    REPAIR_GRANT = "repair_grant"
    REPAIR_REFUSAL = "repair_refusal"
    LISTING_PRIOR_NOTICE = "listing_prior_notice"  # before a list is entered: statement and defence
    LISTING_DECISION = "listing_decision"
    LISTING_REPAIR_NOTICE = "listing_repair_notice"  # with the decision (两书同达)
    LISTING_REMOVAL = "listing_removal"
    TALK_NOTICE = "talk_notice"
    RECTIFICATION_NOTICE = "rectification_notice"
    TALK_REFERRAL = "talk_referral"  # to the supervising department, with the whole file
    COMMITMENT = "commitment"  # signed by the company: no letterhead, no number
    RECORD_SHEET = "record_sheet"  # 信用核查记录表 of a receipt, for the tender file: no letterhead, no number
    CREDIT_REPORT = "credit_report"  # 公共资源交易信用核查报告: numbered by its own id, no letterhead


PROCEEDINGS = frozenset({
    LetterKind.REPAIR_ACCEPTANCE, LetterKind.REPAIR_NON_ACCEPTANCE, LetterKind.REPAIR_SUPPLEMENT,
    LetterKind.REPAIR_EXTENSION, LetterKind.REPAIR_GRANT, LetterKind.REPAIR_REFUSAL, LetterKind.LISTING_REMOVAL,
})
"""Letters that an application or a removal brings: they go out even where the record behind them has ended."""


class Regime(StrEnum):
    """Which repair rule the letter explains."""

    NDRC58 = "ndrc58"
    NDRC36 = "ndrc36"
    SAMR107 = "samr107"


class SeveritySource(StrEnum):
    AUTHORITY = "authority"
    SECTOR_RULE = "sector_rule"
    DEFAULT = "default"


class ClockUnit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs the letter; `short` is the 机关代字 of its numbers, e.g. 示城管."""

    name: str
    short: str
    code: str | None = None
    contact: str | None = None
    phone: str | None = None
    address: str | None = None


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    kind: SubjectKind
    name: str
    code: str | None = None


class Ban(msgspec.Struct, frozen=True, kw_only=True):
    """A bar the decision states: inclusive days, `last_day` null = no end stated."""

    title: str  # what is barred, e.g. 依法必须进行招标的项目的投标
    basis: str
    first_day: date
    last_day: date | None = None


class LookBack(msgspec.Struct, frozen=True, kw_only=True):
    """The condition of 政府采购法 22(1)(5) that the decision makes unmet through `last_day` inclusive."""

    first_day: date
    last_day: date
    basis: str


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """The window of a record: shown from `first_day`, at least to `min_until`, at most to `max_until` inclusive.

    `min_until` null: no minimum. `by_itself`: display stops without an application. `max_stated`: the last day
    is the 公示截止期 of the decision itself.
    """

    published: bool
    first_day: date | None = None
    min_until: date | None = None
    max_until: date | None = None
    by_itself: bool = False
    max_stated: bool = False


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A time limit as the rules give it; `due_on` only where the day it runs from is known."""

    amount: int
    unit: ClockUnit
    source: str
    due_on: date | None = None


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """The time limits a letter names; a null one is left out of the letter."""

    accept: Clock | None = None  # the 认定单位 decides whether to accept
    feedback: Clock | None = None  # 信用中国 gives the outcome
    review: Clock | None = None  # 行政复议
    suit: Clock | None = None  # 行政诉讼
    payment: Clock | None = None  # 缴纳罚款


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Where to file: a site (url) or a window (address)."""

    name: str
    url: str | None = None
    address: str | None = None


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """When a repair may be applied for; `earliest` null while the duty is open: then the day after the minimum
    is named, on the condition that the duty is done.
    """

    earliest: date | None = None
    earliest_strict: date | None = None
    auto_stop_on: date | None = None
    performed_on: date | None = None


class Proceeding(msgspec.Struct, frozen=True, kw_only=True):
    """An application for repair as a letter tells it; what does not belong to the letter is left empty."""

    records: tuple[str, ...]  # the decisions concerned, in words
    applied_on: date | None = None
    due_on: date | None = None  # last day of the limit that begins
    until: date | None = None  # of 补正 or 延期
    defects: tuple[tuple[str, str], ...] = ()  # paper, what is wrong
    reason: str = ""
    decision_no: str = ""
    granted_on: date | None = None
    lifts: tuple[str, ...] = ()
    runs_on: tuple[str, ...] = ()
    caution: str = ""  # the sentence of every grant
    signed_by: str = ""


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """Statement and defence before an entry. `last_day` null: not served yet, then `days` says how long from service.

    `stated` is the day a statement came in, `answer` what was found of it.
    """

    last_day: date | None = None
    days: Clock | None = None
    by_authority: bool = False  # the authority itself stated the last day
    verified: bool = False
    served_on: date | None = None
    stated_on: date | None = None
    answer: str = ""


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """The decision that took an entry off its list."""

    document_no: str
    decided_on: date
    ground: str
    basis: str


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry on a list, intended or decided. `until` null: no text names a length."""

    title: str
    until: date | None = None
    until_verified: bool = False
    until_stated: bool = False
    months: int | None = None  # of an intended entry, whose days are not known yet
    term_basis: str = ""
    bars: tuple[str, ...] = ()  # what the list bars by law
    by_file: tuple[str, ...] = ()  # where the tender file decides
    effect_basis: str = ""
    effect_verified: bool = False
    early: str = ""  # how one leaves early, in words
    early_basis: str = ""
    early_verified: bool = False
    hearing: Hearing | None = None
    removal: Removal | None = None


class ScoreTold(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says of a score: the sentences that pages, calls and chats have (`credit.explain`).

    Of an entry or a penalty its own lines; of a repair or a removal what it changed.
    """

    scheme: str
    on: date
    value: str
    grade: str
    sentences: tuple[str, ...]
    notes: tuple[str, ...] = ()


class LetterFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The plain facts of one record or act as a letter states them. Money in fen, days Asia/Shanghai."""

    issuer: Issuer
    addressee: Addressee
    authority: str  # 认定单位
    document_no: str
    decided_on: date
    served_on: date | None = None
    act_type: str = ""
    facts: str = ""
    basis: str = ""
    content: str = ""
    kinds: tuple[PenaltyKind, ...] = ()
    fine_fen: int | None = None
    confiscated_fen: int | None = None
    procedure: Procedure = Procedure.ORDINARY
    stage: Stage = Stage.DECIDED
    regime: Regime = Regime.NDRC36
    severity: Severity | None = None
    severity_source: SeveritySource | None = None
    severity_provisional: bool = False
    publication: Publication = Publication(published=False)
    repair: Repair = Repair()
    bans: tuple[Ban, ...] = ()
    look_back: LookBack | None = None
    ban_unread: bool = False  # the decision speaks of a bar that nobody has entered yet
    channels: tuple[Channel, ...] = ()
    clocks: Clocks = Clocks()
    locality: str = ""
    proceeding: Proceeding | None = None
    score: ScoreTold | None = None
    listed: Listed | None = None
    talk: TalkPaper | None = None


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What is known only once the content has passed its checks: number, issue day and the verify address."""

    number: str
    issued_on: date | None
    verify_url: str


class Organ(msgspec.Struct, frozen=True, tag="organ"):
    text: str


class Title(msgspec.Struct, frozen=True, tag="title"):
    text: str


class NumberLine(msgspec.Struct, frozen=True, tag="number"):
    text: str


class Salutation(msgspec.Struct, frozen=True, tag="salutation"):
    text: str


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    text: str


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    text: str


class Cell(msgspec.Struct, frozen=True):
    label: str
    value: str


class Table(msgspec.Struct, frozen=True, tag="table"):
    """Label and value, one or two pairs a row."""

    rows: tuple[tuple[Cell, ...], ...]


class Signature(msgspec.Struct, frozen=True, tag="signature"):
    name: str
    day: str
    seal: str


class Code(msgspec.Struct, frozen=True, tag="code"):
    """The QR code of `url` with the words beside it."""

    url: str
    caption: str


class Receipt(msgspec.Struct, frozen=True, tag="receipt"):
    """送达回证: title and rows to be filled in by hand."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]


class Footer(msgspec.Struct, frozen=True, tag="footer"):
    text: str


class Chart(msgspec.Struct, frozen=True, kw_only=True, tag="chart"):
    """A stepped line over time: `steps` are (x, y) with x from 0 to 1000 and y from 0 (`top`) to 1000 (`bottom`).

    `caption` says in words what is drawn.
    """

    steps: tuple[tuple[int, int], ...]
    top: str
    bottom: str
    first: str
    last: str
    caption: str


class Foot(msgspec.Struct, frozen=True, tag="foot"):
    """What stands at the foot of every page."""

    text: str


Block = (
    Organ | Title | NumberLine | Salutation | Heading | Paragraph | Table | Signature | Code | Receipt | Footer | Chart
    | Foot
)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A composed letter: the one object behind the PDF, the HTML and the text twin."""

    kind: LetterKind
    version: str
    title: str
    blocks: tuple[Block, ...]

    def words(self) -> tuple[str, ...]:
        """Every text of the letter in reading order, as all three twins show it."""
        return tuple(text for block in self.blocks for text in _words(block) if text)


def _words(block: Block) -> tuple[str, ...]:
    match block:
        case Table(rows=rows):
            return _cells(rows)
        case Receipt(title=title, rows=rows):
            return (title, *_cells(rows))
        case Signature(name=name, day=day, seal=seal):
            return (name, day, seal)
        case Code(url=url, caption=caption):
            return (caption, url)
        case Chart(top=top, bottom=bottom, first=first, last=last, caption=caption):
            return (top, bottom, first, last, caption)
    return (block.text,)


def _cells(rows: tuple[tuple[Cell, ...], ...]) -> tuple[str, ...]:
    return tuple(text for row in rows for cell in row for text in (cell.label, cell.value))
