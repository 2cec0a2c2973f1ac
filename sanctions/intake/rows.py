"""One row of a 双公示 table → a command, a parked row or a rejection. Nothing is guessed, nothing is lost."""

from __future__ import annotations

import re
from datetime import date

from credit.model import PenaltyKind
from sanctions.document_no import document_no_fault, tidy_document_no
from sanctions.intake.bans import scopes_touched, speaks_of_ban
from sanctions.intake.cells import Cells, RowRefused
from sanctions.intake.commands import command
from sanctions.intake.draft import Draft
from sanctions.intake.headers import Header
from sanctions.intake.kinds import KindsRead, KindsUnsure, NotAPenalty, may_fail_look_back, read_kinds
from sanctions.intake.money import Amount, read_confiscated, read_fine
from sanctions.intake.outcomes import Accepted, Fault, Missing, Outcome, Parked, Rejected
from sanctions.intake.reading import RawRow
from sanctions.intake.subjects import read_subject
from sanctions.intake.values import ValueFault, parse_date

_SIGNS = (
    *("document_no", "decided_on", "kinds", "kinds_2", "content", "facts", "basis", "licence"),
    *("fine", "fine_yuan", "fine_unitless", "confiscated", "confiscated_unitless"),
)
_PROSE = ("act_type", "title", "facts", "basis", "kinds", "kinds_2", "content", "licence", "note")
_BAN_PROSE = ("content", "kinds", "kinds_2", "licence", "note")
_LIST = re.compile(r"名单|名錄|名录")
_GAINS = {PenaltyKind.CONFISCATE_GAINS, PenaltyKind.CONFISCATE_GOODS}
_NO_PENALTY = "本行只写了命令或不予处罚,不是行政处罚:请从处罚文件中删去;若确有处罚,请在处罚类别写明"
_STATES = {"": "", "0": "", "正常": "", "1": "withdrawn", "撤销": "withdrawn", "2": "objected", "异议": "objected"}


def read_row(header: Header, raw: RawRow, *, today: date, shift: int = 0, max_cell: int = 10_000) -> Outcome:
    """The outcome of one data row on `today`; `shift` as in `parse_date`. Never raises for what a row contains."""
    try:
        cells = Cells(header, raw, max_cell)
        draft = _draft(cells, today, shift)
    except RowRefused as exc:
        return Rejected(raw.number, exc.fault.column, exc.fault.code, exc.fault.detail)
    return _parked(raw.number, cells, draft) if draft.lacking else _accepted(raw.number, cells, draft, shift)


def _draft(cells: Cells, today: date, shift: int) -> Draft:
    _refuse_no_penalty(cells)
    draft = Draft(read_subject(cells))
    fine, confiscated = read_fine(cells), read_confiscated(cells)
    _kinds(cells, draft, fine, confiscated)
    _state(cells, draft)
    _document_no(cells, draft)
    _decided_on(cells, draft, today, shift)
    if not cells.text("authority"):
        draft.lack(Missing.AUTHORITY, cells.fault("authority", "empty", "处罚机关为空:请填写作出决定的机关"))
    draft.ban_unread = speaks_of_ban("\n".join(map(cells.text, _BAN_PROSE)))
    return draft


def _refuse_no_penalty(cells: Cells) -> None:
    if any(map(cells.text, _SIGNS)):
        return
    for meaning in ("act_type", "title", "note"):
        if _LIST.search(cells.text(meaning)):
            said = "本行是名单条目,不是处罚决定:名单请按列入名单另行报送"
            raise RowRefused(cells.fault(meaning, "list_entry", said))
    if not (cells.text("act_type") or cells.text("title")):
        said = "本行没有文号、日期、类别、内容、事实、依据或金额,看不出是行政处罚:请补填,或删去本行"
        raise RowRefused(cells.fault("kinds", "no_penalty_stated", said))


def _kinds(cells: Cells, draft: Draft, fine: Amount, confiscated: Amount) -> None:
    column = "；".join(filter(None, (cells.text("kinds"), cells.text("kinds_2"))))
    read = read_kinds(column, cells.text("content"), cells.text("document_no"))
    if isinstance(read, NotAPenalty) and not (fine.fen or confiscated.fen or _bars(cells)):
        raise RowRefused(cells.fault("kinds" if read.in_column else "content", "not_a_penalty", _NO_PENALTY))
    if isinstance(read, KindsUnsure):
        draft.lack(Missing.KINDS, cells.fault("kinds", read.code, read.detail))
    elif isinstance(read, NotAPenalty) or _beyond(read, fine, confiscated):
        said = "金额或禁令与处罚类别不一致:请写明实际作出的处罚种类"
        draft.lack(Missing.KINDS, cells.fault("kinds", "kind_contradicted", said))
    else:
        _take_kinds(cells, draft, read, fine, confiscated)


def _take_kinds(cells: Cells, draft: Draft, read: KindsRead, fine: Amount, confiscated: Amount) -> None:
    draft.kinds, draft.kind_source = read.kinds, read.source
    draft.fine_fen, draft.confiscated_fen = fine.fen, confiscated.fen
    if PenaltyKind.FINE in read.kinds and fine.fault:
        draft.lack(Missing.FINE_AMOUNT, fine.fault)
    if confiscated.fault and confiscated.fault.code not in ("empty", "amount_zero"):
        draft.warnings.append(confiscated.fault)
    if read.beyond_column:
        said = "处罚内容还提到处罚类别没有的种类,未计入:请核对处罚类别"
        draft.warnings.append(cells.fault("kinds", "kinds_beyond_column", said))


def _beyond(read: KindsRead, fine: Amount, confiscated: Amount) -> bool:
    return bool(
        (fine.fen and PenaltyKind.FINE not in read.kinds) or (confiscated.fen and _GAINS.isdisjoint(read.kinds))
    )


def _bars(cells: Cells) -> bool:
    return speaks_of_ban(cells.text("content"))


def _state(cells: Cells, draft: Draft) -> None:
    written = cells.text("state")
    if written not in _STATES:
        said = f"不认识当前状态“{written[:20]}”:请写正常、撤销或异议"
        raise RowRefused(cells.fault("state", "state_unknown", said))
    if _STATES[written] == "withdrawn":
        raise RowRefused(cells.fault("state", "decision_withdrawn", "决定已撤销:已入库的请按撤销办理,不再导入"))
    if _STATES[written] == "objected":
        draft.warnings.append(cells.fault("state", "objected", "文件标注有异议:异议不停止处罚,请另行登记异议"))


def _document_no(cells: Cells, draft: Draft) -> None:
    text = tidy_document_no(cells.prose("document_no"))
    fault = document_no_fault(text) if text else ("empty", "文号为空:请按处罚决定书填写")
    if fault:
        draft.lack(Missing.DOCUMENT_NO, cells.fault("document_no", *fault))
    draft.document_no = text


def _decided_on(cells: Cells, draft: Draft, today: date, shift: int) -> None:
    text = cells.text("decided_on")
    if not text:
        draft.lack(Missing.DECIDED_ON, cells.fault("decided_on", "empty", "处罚决定日期为空:请填写"))
        return
    try:
        draft.decided_on = parse_date(text, shift)
    except ValueFault as exc:
        fault = cells.fault("decided_on", exc.code, exc.detail)
        if exc.code != "date_no_day":
            raise RowRefused(fault) from None
        draft.lack(Missing.DECIDED_ON, fault)
        return
    if draft.decided_on > today:
        said = f"决定日期 {draft.decided_on} 在将来:请核对处罚决定书"
        raise RowRefused(Fault(cells.header("decided_on"), "decided_on_future", said))


def _accepted(row: int, cells: Cells, draft: Draft, shift: int) -> Accepted:
    built = command(cells, draft, shift)
    return Accepted(row, built, tuple(draft.warnings))


def _parked(row: int, cells: Cells, draft: Draft) -> Parked:
    look_back = may_fail_look_back(draft.kinds)
    return Parked(
        row=row,
        name=draft.subject.name,
        raw=cells.raw(person=draft.is_person),
        missing=draft.missing,
        faults=draft.faults,
        code=draft.subject.shown,
        touches=scopes_touched("\n".join(map(cells.text, _PROSE)), look_back=look_back, ban=draft.ban_unread),
        decided_on=draft.decided_on,
        ban_unread=draft.ban_unread,
    )
