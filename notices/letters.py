"""Composition: facts and a stamp become a letter, block by block, in the words of a template version."""

from __future__ import annotations

from collections.abc import Iterable, Set

from credit.kernel.periods import next_day
from credit.model import PenaltyKind, Procedure, Severity, Stage, SubjectKind
from notices import wording
from notices.model import (
    Block,
    Cell,
    Chart,
    Code,
    Foot,
    Footer,
    Heading,
    Letter,
    LetterFacts,
    LetterKind,
    NumberLine,
    Organ,
    Paragraph,
    Receipt,
    Regime,
    Salutation,
    SeveritySource,
    Signature,
    Stamp,
    Table,
    Title,
)
from notices.numbering import DRAFT_NUMBER
from notices.typeset import require_glyphs

_FIRST = "v1"
_NEWER = {LetterKind.DISHONESTY_NOTICE: "v2", LetterKind.REPAIR_GRANT: "v2"}
UNSTAMPED = Stamp(number=DRAFT_NUMBER, issued_on=None, verify_url="")

SEVERITY_WORDS = {Severity.MINOR: "轻微", Severity.GENERAL: "一般", Severity.SERIOUS: "严重"}
KIND_WORDS = {
    PenaltyKind.WARNING: "警告",
    PenaltyKind.CIRCULATED_CRITICISM: "通报批评",
    PenaltyKind.FINE: "罚款",
    PenaltyKind.CONFISCATE_GAINS: "没收违法所得",
    PenaltyKind.CONFISCATE_GOODS: "没收非法财物",
    PenaltyKind.SUSPEND_LICENCE: "暂扣许可证件",
    PenaltyKind.DOWNGRADE_QUALIFICATION: "降低资质等级",
    PenaltyKind.REVOKE_LICENCE: "吊销许可证件",
    PenaltyKind.RESTRICT_OPERATIONS: "限制开展生产经营活动",
    PenaltyKind.ORDER_STOP: "责令停产停业",
    PenaltyKind.ORDER_CLOSE: "责令关闭",
    PenaltyKind.RESTRICT_OCCUPATION: "限制从业",
    PenaltyKind.DETENTION: "行政拘留",
    PenaltyKind.OTHER: "其他行政处罚",
}
_NUMERALS = "一二三四五六七八九十"


def current_version(kind: LetterKind) -> str:
    """The template version that new letters of a kind are composed with; issued ones keep theirs."""
    return _NEWER.get(kind, _FIRST)


def compose(kind: LetterKind, facts: LetterFacts, stamp: Stamp = UNSTAMPED, version: str | None = None) -> Letter:
    """The letter of `kind`. Without a stamp it reads 文号待编 and bears no QR code: good for preview and checks.

    Same arguments, same letter. Raises TemplateUnknown.
    """
    version = version or current_version(kind)
    lines = wording.render(kind, version, _values(facts, stamp))
    blocks = (*_head(kind, facts, stamp), *blocks_of(lines, facts.issuer.name, stamp))
    title = next(block.text for block in blocks if isinstance(block, Title))
    return Letter(kind=kind, version=version, title=title, blocks=blocks)


def require_drawable(letter: Letter, covers: Set[int]) -> None:
    """Raises GlyphMissing unless the fonts draw every character of the letter and of its page numbers.

    `covers` is `FontCache.covers`; done before a number is reserved, and again when the PDF is drawn.
    """
    require_glyphs("".join(letter.words()) + "— 0123456789", covers)


def _values(facts: LetterFacts, stamp: Stamp) -> dict[str, object]:
    severity = SEVERITY_WORDS[facts.severity] if facts.severity else None
    return {
        "f": facts,
        "p": facts.proceeding,
        "l": facts.listed,
        "t": facts.talk,
        "stamp": stamp,
        "you": "你单位" if facts.addressee.kind is SubjectKind.LEGAL_PERSON else "你（经营者）",
        "kinds": "、".join(_kind(kind, facts) for kind in facts.kinds),
        "severity": severity,
        "by_authority": facts.severity_source is SeveritySource.AUTHORITY,
        "draft": facts.stage is Stage.DRAFT,
        "on_the_spot": facts.procedure is Procedure.SIMPLE,
        "legacy": facts.regime is Regime.NDRC58,
        "samr": facts.regime is Regime.SAMR107,
    } | _window(facts)


def _window(facts: LetterFacts) -> dict[str, object]:
    shown, repair = facts.publication, facts.repair
    repairable = shown.published and not shown.by_itself
    least = shown.min_until if repairable else None
    earliest = repair.earliest or (next_day(least) if least else None)
    return {
        "published": shown.published,
        "stops_by_itself": shown.published and shown.by_itself,
        "repairable": repairable,
        "least": least,
        "earliest": earliest,
        "strict": repair.earliest_strict if repair.earliest_strict != earliest else None,
        "duty_open": repair.performed_on is None,
    }


def _kind(kind: PenaltyKind, facts: LetterFacts) -> str:
    amounts = {PenaltyKind.FINE: facts.fine_fen, PenaltyKind.CONFISCATE_GAINS: facts.confiscated_fen}
    fen = amounts.get(kind)
    return KIND_WORDS[kind] + (wording.yuan(fen) if fen else "")


def _head(kind: LetterKind, facts: LetterFacts, stamp: Stamp) -> tuple[Block, ...]:
    if kind is LetterKind.COMMITMENT:
        return ()
    return (Organ(wording.line(facts.issuer.name)), NumberLine(wording.line(stamp.number)))


def blocks_of(
    lines: Iterable[wording.Marked], signer: str, stamp: Stamp, chart: Chart | None = None
) -> Iterable[Block]:
    """The blocks of rendered lines: rows gathered into tables, headings numbered, the 送达回证 last.

    `chart` comes where the words have its mark.
    """
    headings = iter(_NUMERALS)
    rows: list[tuple[Cell, ...]] = []
    receipt: Receipt | None = None
    for mark, cells in lines:
        if mark == "row":
            rows.append(_row(cells))
            continue
        if rows:
            yield Table(tuple(rows))
            rows = []
        if mark == "chart":
            yield from (chart,) if chart else ()
        elif mark == "receipt":
            receipt = Receipt(cells[0], ())
        elif mark == "receipt_row" and receipt:
            receipt = Receipt(receipt.title, (*receipt.rows, _row(cells)))
        else:
            yield from _block(mark, cells[0], headings, signer, stamp)
    if rows:
        yield Table(tuple(rows))
    if receipt:
        yield receipt


def _block(mark: str, text: str, headings: Iterable[str], signer: str, stamp: Stamp) -> Iterable[Block]:
    match mark:
        case "title":
            yield Title(text)
        case "salutation":
            yield Salutation(text)
        case "heading":
            yield Heading(f"{next(iter(headings))}、{text}")
        case "seal":
            issued = wording.day(stamp.issued_on) if stamp.issued_on else "日期待定"
            yield Signature(wording.line(signer), issued, text)
        case "code" if stamp.verify_url:
            yield Code(stamp.verify_url, text)
        case "footer":
            yield Footer(text)
        case "foot":
            yield Foot(text)
        case "paragraph":
            yield Paragraph(text)


def _row(cells: tuple[str, ...]) -> tuple[Cell, ...]:
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return tuple(Cell(label, value) for label, value in pairs)
