"""Many companies answered one by one as of one log position: what the screening of a file and the command share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime

import msgspec

from credit import names
from credit.kernel.rulebook import Rulebook
from sanctions.eligibility import answer, answer_by_name, linked_findings
from sanctions.intake.asked import AskedRow
from sanctions.linked import answering
from sanctions.question import ENTITY_UNKNOWN, Question, prepare
from sanctions.reasons import Finding, doubt
from sanctions.service.answering import dossiers
from sanctions.service.answering.ask import party, question_day
from sanctions.service.answering.naming import Naming
from sanctions.service.answering.register import Register
from sanctions.verdicts import Candidate, Dossier, Effect, Party, Reason, ReasonSource, Subject, Tender, Verdict

HEADER = (
    "行号", "名单中的代码", "名单中的名称", "统一社会信用代码", "登记名称", "结论", "结论说明", "理由代码", "理由",
    "依据", "限制截止日", "同名主体", "相近主体", "日志序号", "规则",
)
UNREAD = "unread"
_AT_ONCE = 200  # rows answered before others get the loop
_LOOKED_UP = 1000  # codes asked of the database together


class Line(msgspec.Struct, frozen=True):
    """A row with its answer, none where there was nothing to ask; `candidates` are the codes that bear a bare name,
    `likely` those whose name is like it, best first."""

    asked: AskedRow
    verdict: Verdict | None
    candidates: tuple[str, ...] = ()
    likely: tuple[Candidate, ...] = ()

    @property
    def outcome(self) -> str:
        return self.verdict.outcome.value if self.verdict else UNREAD

    @property
    def known(self) -> bool:
        """Whether the row's code is that of a company on file here."""
        if self.verdict is None or not self.asked.meant:
            return False
        return all(reason is not ENTITY_UNKNOWN.reason for reason in self.verdict.reasons)


class Fixed(msgspec.Struct, frozen=True, kw_only=True):
    """The question and the position at which every row is answered."""

    seq: int
    moment: datetime
    question: Question

    @property
    def day(self) -> date:
        return self.question.day

    @property
    def rules(self) -> str:
        """The digest of the rules in use."""
        return self.question.rules.digest


async def fixed(book: Rulebook, tender: Tender, on: date | None, seq: int, moment: datetime) -> Fixed:
    """The question as of `seq`, asked at `moment`. Raises TenderContradictory."""
    day = question_day(tender, on, moment)
    found = prepare(tender, day, await book.at(seq), await dossiers.sources(seq), asked_at=moment)
    return Fixed(seq=seq, moment=moment, question=found)


async def answered(
    rows: Sequence[AskedRow], asked: Fixed, register: Register | None = None, naming: Naming | None = None
) -> AsyncIterator[list[Line]]:
    """Every row with its answer, in order, some at a time: from the register where it stands at the very position,
    else from the database as known then. Both give the same; others get the event loop in between.

    With `naming` a bare name comes with the firms it may mean: they help to find the code and decide nothing.
    """
    for start in range(0, len(rows), _LOOKED_UP):
        piece = rows[start : start + _LOOKED_UP]
        held: _Held | None = None
        for at in range(0, len(piece), _AT_ONCE):
            some = piece[at : at + _AT_ONCE]
            if register is not None and register.seq == asked.seq:
                lines = list(_lines(some, register, asked.question))
            else:
                held = held or await _held(piece, asked.seq)
                lines = list(_lines(some, held, asked.question))
            yield lines if naming is None else await _offered(lines, naming, asked.seq)
            await asyncio.sleep(0)


async def _offered(lines: list[Line], naming: Naming, seq: int) -> list[Line]:
    """The lines, those of a bare name with the firms it may mean."""
    bare = [line.asked.name for line in lines if line.verdict and line.asked.name and not line.asked.code]
    if not bare:
        return lines
    likely = await naming.known(bare, seq)
    return [
        msgspec.structs.replace(line, likely=likely.get(line.asked.name or "", ())) if not line.asked.code else line
        for line in lines
    ]


class _Held:
    """Files and names read from the database for a piece of the list, asked like the register."""

    def __init__(self, files: dict[str, Dossier], named: dict[str, tuple[str, ...]]) -> None:
        self._files = files
        self._named = named

    def get(self, code: str) -> Dossier:
        return self._files[code]

    def named(self, folded: str) -> tuple[str, ...]:
        return self._named[folded]


async def _held(rows: Sequence[AskedRow], seq: int) -> _Held:
    codes = list(dict.fromkeys(row.meant for row in rows if row.meant))
    files = {file.code: file for file in await dossiers.dossiers([], codes, seq) if file.code}
    files |= {file.code: file for file in await dossiers.behind(list(files.values()), seq) if file.code}
    bare = dict.fromkeys(names.fold(row.name) for row in rows if row.name and not row.code)
    named = {
        folded: tuple(sorted(e.code for e in await dossiers.named(folded, seq) if e.code)) if folded else ()
        for folded in bare
    }
    return _Held(files, named)


def _lines(rows: Sequence[AskedRow], held: Register | _Held, question: Question) -> Iterator[Line]:
    for row in rows:
        if not (row.code or row.name) or row.fault:
            yield Line(row, None)
        elif row.doubt is not None:
            yield Line(row, _doubted(row, row.doubt, question))
        else:
            yield _line(row, held, question)


def _line(row: AskedRow, held: Register | _Held, question: Question) -> Line:
    if row.meant:
        file = held.get(row.meant)
        plain = row.name is None or file.entity is None or file.entity.name == row.name
        if plain and not answering(file):
            return Line(row, answer(file, question, subject=Subject(code=row.meant, name=row.name)))
    meant = party(Subject(code=row.code, name=row.name), held.get, held.named)
    return Line(row, _verdict(meant, question), meant.candidates)


def _verdict(meant: Party, question: Question) -> Verdict:
    also = [*linked_findings(meant, question), *(Finding(reason, -1) for reason in meant.doubts)]
    if meant.dossier is None:
        return answer_by_name(meant.subject, meant.candidates, question, also=also)
    return answer(meant.dossier, question, subject=meant.subject, also=also)


def _doubted(row: AskedRow, detail: str, question: Question) -> Verdict:
    reason = doubt("code_invalid", ReasonSource.DATA, detail)
    return answer(Dossier(known=True), question, subject=Subject(name=row.name), also=(Finding(reason, -1),))


def weighty(verdict: Verdict) -> tuple[Reason, ...]:
    """The reasons that decide the outcome."""
    return tuple(r for r in verdict.reasons if r.effect is not Effect.NONE)


def cells(line: Line, asked: Fixed) -> list[object]:
    """The row of the result, as `HEADER` names it."""
    row, verdict = line.asked, line.verdict
    if verdict is None:
        return [row.row, row.code, row.name, None, None, UNREAD, row.fault, *[None] * 6, asked.seq, asked.rules]
    head: list[object] = [row.row, row.code, row.name, verdict.code, verdict.name, verdict.outcome.value, verdict.label]
    reasons, codes = weighty(verdict), ";".join(dict.fromkeys(r.code for r in verdict.reasons))
    if not reasons:
        return [*head, codes, *[None] * 5, asked.seq, asked.rules]
    ends = [r.until for r in reasons if r.bars]
    return [
        *head, codes, ";".join(r.title for r in reasons),
        ";".join(dict.fromkeys(r.basis for r in reasons if r.basis)),
        ("无期限" if None in ends else max(e for e in ends if e)) if ends else None,
        ";".join(line.candidates), ";".join(f"{c.code} {c.name}" for c in line.likely), asked.seq, asked.rules,
    ]
