"""A complete row → the command that `POST /v1/penalties` would take. Optional cells that cannot be read are named."""

from __future__ import annotations

from datetime import date

from credit.model import Authority, Severity
from credit.uscc import BadCode, check
from sanctions.intake.cells import Cells
from sanctions.intake.draft import Draft
from sanctions.intake.values import ValueFault, parse_date
from sanctions.model import PenaltyCommand, SubjectInput

_SEVERITIES = {"轻微": Severity.MINOR, "一般": Severity.GENERAL, "严重": Severity.SERIOUS}


def command(cells: Cells, draft: Draft, shift: int) -> PenaltyCommand:
    """The command of a draft that lacks nothing. `field` stays empty: no column of the file states it."""
    if draft.decided_on is None:
        raise ValueError("a draft without a day is parked, not commanded")
    return PenaltyCommand(
        subject=SubjectInput(
            kind=draft.subject.kind,
            name=draft.subject.name,
            code=draft.subject.code,
            legal_representative=cells.prose("legal_representative") or None,
        ),
        document_no=draft.document_no,
        act_type=cells.prose("act_type") or cells.prose("title"),
        facts=cells.prose("facts"),
        basis=cells.prose("basis"),
        kinds=draft.kinds,
        kind_source=draft.kind_source,
        content=cells.prose("content"),
        fine_fen=draft.fine_fen,
        confiscated_fen=draft.confiscated_fen,
        licence=cells.prose("licence") or None,
        decided_on=draft.decided_on,
        valid_until=_day(cells, draft, "valid_until", shift),
        publish_until=_day(cells, draft, "publish_until", shift),
        severity=_severity(cells, draft),
        authority=Authority(name=cells.prose("authority"), code=_body_code(cells, draft, "authority_code")),
        source=_source(cells, draft),
        note=cells.prose("note") or None,
        ban_unread=draft.ban_unread,
    )


def _day(cells: Cells, draft: Draft, meaning: str, shift: int) -> date | None:
    text = cells.text(meaning)
    if not text:
        return None
    try:
        return parse_date(text, shift)
    except ValueFault as exc:
        draft.warnings.append(cells.fault(meaning, exc.code, exc.detail))
        return None


def _severity(cells: Cells, draft: Draft) -> Severity | None:
    text = cells.text("severity").removesuffix("失信")
    if text and text not in _SEVERITIES:
        draft.warnings.append(cells.fault("severity", "severity_unknown", "失信严重程度请写轻微、一般或严重"))
    return _SEVERITIES.get(text)


def _source(cells: Cells, draft: Draft) -> Authority | None:
    name = cells.prose("source")
    return Authority(name=name, code=_body_code(cells, draft, "source_code")) if name else None


def _body_code(cells: Cells, draft: Draft, meaning: str) -> str | None:
    text = cells.text(meaning)
    if not text:
        return None
    try:
        return check(text)
    except BadCode as exc:
        draft.warnings.append(cells.fault(meaning, exc.code, exc.detail))
        return None
