"""A 双公示 file taken in: complete rows received, incomplete ones parked, the rest refused, each with its row.

A file may be sent again at any time: what is in already counts as duplicate, so a broken import is simply repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from credit import lookup
from credit.accounts.model import Caller
from credit.kernel.errors import Refusal
from sanctions.events import Origin
from sanctions.intake.outcomes import Accepted, Outcome, Parked, Rejected
from sanctions.service.deciding.parked import Parking
from sanctions.service.deciding.receive import DocumentExists, Prepared, Received, Receiving, Seen, was_withdrawn

_CHUNK = 200
_BREATH = 10  # rows checked in one go
_COLUMNS = {  # where the file holds what a pointer names
    "/subject/name": "行政相对人名称", "/subject/code": "行政相对人代码_1(统一社会信用代码)",
    "/document_no": "行政处罚决定书文号", "/act_type": "违法行为类型", "/facts": "违法事实", "/basis": "处罚依据",
    "/kinds": "处罚类别", "/content": "处罚内容", "/fine_fen": "罚款金额(万元)", "/decided_on": "处罚决定日期",
    "/confiscated_fen": "没收违法所得、没收非法财物的金额(万元)", "/licence": "暂扣或吊销证照名称及编号",
    "/valid_until": "处罚有效期", "/publish_until": "公示截止期", "/authority": "处罚机关",
    "/authority/name": "处罚机关", "/authority/code": "处罚机关统一社会信用代码", "/note": "备注",
}


Met = dict[str, lookup.KnownKey]  # documents that a dry run has come by


class ParkedLine(msgspec.Struct, frozen=True):
    row: int
    missing: tuple[str, ...]
    id: str | None = None
    duplicate: bool = False


class ImportReport(msgspec.Struct, kw_only=True):
    """What became of every row; `without_letters` says why accepted rows get no letter."""

    accepted: int = 0
    duplicates: int = 0
    parked: list[ParkedLine] = msgspec.field(default_factory=list)
    rejected: list[Rejected] = msgspec.field(default_factory=list)
    warnings: list[Rejected] = msgspec.field(default_factory=list)
    class_unknown: int = 0  # no field known for the authority: class provisional, no letter
    name_differs: list[int] = msgspec.field(default_factory=list)  # rows whose name is not the registered one
    duplicate_rows: list[int] = msgspec.field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.accepted + self.duplicates + len(self.parked) + len(self.rejected)


class Importing:
    """The service of files."""

    def __init__(self, receiving: Receiving, parking: Parking) -> None:
        self.receiving = receiving
        self.parking = parking

    async def take(
        self, outcomes: Sequence[Outcome], caller: Caller, *, letters: bool = False, dry_run: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> ImportReport:
        """Works through the outcomes of a file; with `dry_run` the same report and nothing written."""
        report, seen = ImportReport(), Seen()
        met: Met | None = {} if dry_run else None
        for start in range(0, len(outcomes), _CHUNK):
            chunk = outcomes[start : start + _CHUNK]
            report.rejected += [o for o in chunk if isinstance(o, Rejected)]
            await self._accepted(
                [o for o in chunk if isinstance(o, Accepted)], caller, seen, report, letters=letters, met=met
            )
            await self._parked([o for o in chunk if isinstance(o, Parked)], caller, report, dry_run=dry_run)
            progress(start + len(chunk))
        report.rejected.sort(key=lambda line: line.row)
        return report

    async def _accepted(
        self, rows: list[Accepted], caller: Caller, seen: Seen, report: ImportReport, *, letters: bool, met: Met | None
    ) -> None:
        await seen.load([o.command.subject.code for o in rows if o.command.subject.code])
        ready: list[tuple[int, Prepared]] = []
        for number, row in enumerate(rows):
            if number % _BREATH == 0:
                await asyncio.sleep(0)  # checking a row is pure work: let others have the loop in between
            report.warnings += [Rejected(row.row, w.column, w.code, w.detail) for w in row.warnings]
            try:
                ready.append((row.row, await self.receiving.prepare(row.command, caller, seen=seen)))
            except Refusal as exc:
                report.rejected += _lines(row.row, exc)
        batch = [prepared for _, prepared in ready]
        if met is not None:
            answers = await foreseen(batch, met)
        else:
            answers = await self.receiving.receive_many(
                batch, by=caller.key_id, origin=Origin.IMPORT, letters=letters
            )
        for (number, prepared), answer in zip(ready, answers, strict=True):
            _count(report, number, prepared, answer)

    async def _parked(self, rows: list[Parked], caller: Caller, report: ImportReport, *, dry_run: bool) -> None:
        ids = [(None, False)] * len(rows) if dry_run else await self.parking.park(rows, caller)
        for row, (parked_id, before) in zip(rows, ids, strict=True):
            report.parked.append(ParkedLine(row.row, tuple(row.missing), parked_id, before))


def _lines(number: int, refusal: Refusal) -> list[Rejected]:
    if not refusal.errors:
        return [Rejected(number, "", refusal.code, refusal.detail)]
    return [Rejected(number, _COLUMNS.get(e.pointer, e.pointer), e.code, e.detail) for e in refusal.errors[:1]]


def _count(report: ImportReport, number: int, prepared: Prepared, answer: Received | Refusal) -> None:
    if isinstance(answer, Refusal):
        report.rejected.append(Rejected(number, _COLUMNS["/document_no"], answer.code, answer.detail))
    elif answer.duplicate:
        report.duplicates += 1
        report.duplicate_rows.append(number)
    else:
        report.accepted += 1
        report.class_unknown += prepared.facts.field is None
        if answer.name_differs:
            report.name_differs.append(number)


async def foreseen(batch: Sequence[Prepared], met: Met | None = None) -> list[Received | Refusal]:
    """What receiving would answer, without writing. `met` remembers the batches before this one."""
    known = {} if met is None else met
    stored = await lookup.known_keys([p.natural_key for p in batch])
    known |= {key: found for key, found in stored.items() if key not in known}
    answers: list[Received | Refusal] = []
    for item in batch:
        taken = known.get(item.natural_key)
        if taken is None:
            taken = known[item.natural_key] = lookup.KnownKey("", -1)
            taken.digests.add(item.digest)
            answers.append(Received("", "", item.subject_key, -1, False, ()))
        elif taken.withdrawn:
            answers.append(was_withdrawn(item, taken))
        elif item.digest in taken.digests:
            answers.append(Received(taken.record_id, "", item.subject_key, taken.first_seq, True, ()))
        else:
            answers.append(DocumentExists(f"文号“{item.command.document_no}”已登记且内容不同;更正请用 corrections"))
    return answers
