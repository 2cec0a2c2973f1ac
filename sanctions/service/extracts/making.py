"""Making an extract: every subject's file as known at a log position, its rows, then the files and the manifest."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from credit import lookup
from credit.kernel import canonical, ledger
from credit.kernel.checkpoints import parse_checkpoint
from credit.kernel.errors import Conflict
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from credit.kernel.signing import SigningKey
from credit.model import Entity, Record, RecordKind
from sanctions import store as sanctions_store
from sanctions.dossiers import assemble
from sanctions.extracts.notes import MANIFEST, FileNote, Manifest, SourceNote, read_manifest
from sanctions.extracts.rows import line, rows, titles
from sanctions.model import Restriction
from sanctions.service.extracts import files
from sanctions.service.extracts.model import KeptExtract

STEP = 500  # entities with records read at once


class ExtractChanged(Conflict):
    """What an extract held cannot be made again: rows or rules of the past were changed, or the program was."""

    code = "extract_not_reproduced"
    title = "摘录不能重现 Extract not reproduced"


class Log(Protocol):
    """Checkpoints and the key that signs."""

    @property
    def signer(self) -> SigningKey: ...

    async def first_checkpoint(self, seq: int) -> str: ...


class Making:
    """Makes the files of extracts in drafts below `folder`."""

    def __init__(self, book: Rulebook, log: Log, folder: Path) -> None:
        self.book = book
        self.log = log
        self.folder = folder

    async def made(
        self, day: date, seq: int, at: datetime, *, number: int, previous: str | None
    ) -> tuple[Path, Manifest]:
        """A folder with the files of a day and log position, and the manifest to be signed."""
        rules = await self.book.at(seq)
        checkpoint = await self.log.first_checkpoint(seq)
        draft, notes = await self._lay_out(day, seq, rules)
        known_at = canonical.moment((await ledger.entry(seq)).recorded_at)
        return draft, Manifest(
            log=_origin(checkpoint), number=number, on=day, known_seq=seq,
            known_at=known_at, at=canonical.moment(at), rules=rules.digest, files=notes, previous=previous,
            checkpoint=checkpoint, sources=await _sources(seq))

    async def again(self, kept: KeptExtract) -> Path:
        """A draft folder with the very files of an extract that was handed out. Raises ExtractChanged."""
        made = read_manifest(kept.note)
        draft, notes = await self._lay_out(made.on, made.known_seq, await self.book.at(made.known_seq))
        if notes != made.files:
            files.drop(draft)
            raise ExtractChanged(
                f"第{kept.number}份摘录重做的结果与当时不同:请运行 tendercredit verify 核查数据库,并确认程序版本"
                " it is not what was handed out: verify the database, and that the program is of the same version")
        files.keep_note(draft, MANIFEST, kept.note)
        return draft

    async def _lay_out(self, day: date, seq: int, rules: RuleSet) -> tuple[Path, tuple[FileNote, ...]]:
        draft, after = self.folder / f".{new_id('ext')}", ""
        gathered = files.Gathered(draft)
        try:
            for upto in await lookup.recorded_marks(STEP, seq):
                records = await lookup.records_between(after, upto, seq)
                held = sorted({r.entity_id for r in records if r.kind in (RecordKind.PENALTY, RecordKind.LIST_ENTRY)})
                if held:
                    entities = await lookup.entities_by("entity_id", held, seq)
                    bars = await sanctions_store.restrictions_between(after, upto, seq)
                    subjects = _Subjects(entities, records, bars)
                    await asyncio.to_thread(_gather, subjects, day, rules, gathered)
                after = upto
            return draft, await asyncio.to_thread(files.lay_out, draft, gathered, titles(rules, day))
        except BaseException:
            files.drop(draft)
            raise


class _Subjects(NamedTuple):
    entities: Sequence[Entity]
    records: Sequence[Record]
    bars: Sequence[Restriction]


def _gather(subjects: _Subjects, day: date, rules: RuleSet, into: files.Gathered) -> None:
    records: dict[str, list[Record]] = defaultdict(list)
    bars: dict[str, list[Restriction]] = defaultdict(list)
    for record in subjects.records:
        records[record.entity_id].append(record)
    for bar in subjects.bars:
        bars[bar.entity_id].append(bar)
    for entity in subjects.entities:
        file = assemble(entity.code, entity, records[entity.entity_id], bars[entity.entity_id], ())
        for row in rows(file, day, rules):
            into.add(row.list, line(row))


async def _sources(seq: int) -> tuple[SourceNote, ...]:
    return tuple(SourceNote(list=held.list, fetched_at=canonical.moment(held.fetched_at), static=held.static)
                 for held in sorted(await sanctions_store.sources(seq), key=lambda held: held.list))


def _origin(checkpoint: str) -> str:
    return parse_checkpoint(checkpoint.partition("\n\n")[0] + "\n").origin
