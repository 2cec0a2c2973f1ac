"""A subject's file put together from what is stored: the one input of an answer, now or as known before."""

from __future__ import annotations

from collections.abc import Iterable

from credit.model import Entity, Record, RecordKind
from credit.profiles.model import Statement
from sanctions.model import ParkedRow, Restriction, Scope, SourceState
from sanctions.verdicts import Dossier, ParkedTrace, Source, TenderRegime

_REGIMES = {
    Scope.MANDATORY_TENDER.value: TenderRegime.TENDERING,
    Scope.GOVERNMENT_PROCUREMENT.value: TenderRegime.GOVERNMENT_PROCUREMENT,
}


def assemble(
    code: str | None, entity: Entity | None, records: Iterable[Record], restrictions: Iterable[Restriction],
    parked: Iterable[ParkedRow], statements: Iterable[Statement] = (),
) -> Dossier:
    """The file of `code`, in the same order however it was read; `known` is false where nothing names it."""
    traces = tuple(trace(row) for row in sorted(parked, key=lambda row: (row.seq, row.parked_id)))
    kept = sorted(records, key=lambda record: (record.first_seq, record.record_id))
    bars = sorted(restrictions, key=lambda bar: (bar.first_day, bar.restriction_id))
    return Dossier(
        entity=entity, code=code, records=tuple(r for r in kept if r.kind is RecordKind.PENALTY),
        restrictions=tuple(bars), parked=traces, known=entity is not None or bool(traces),
        listings=tuple(r for r in kept if r.kind is RecordKind.LIST_ENTRY),
        merits=tuple(r for r in kept if r.kind is RecordKind.MERIT),
        conduct=tuple(r for r in kept if r.kind is RecordKind.CONDUCT),
        statements=tuple(sorted(statements, key=lambda s: s.statement_id)),
    )


def trace(row: ParkedRow) -> ParkedTrace:
    """What an answer needs of a parked row: the regimes it may touch, empty where any may be."""
    regimes = tuple(_REGIMES[scope] for scope in row.regimes if scope in _REGIMES)
    told = regimes if len(regimes) == len(row.regimes) else ()
    return ParkedTrace(seq=row.seq, regimes=told, code=row.code or "")


def source(state: SourceState) -> Source:
    return Source(list=state.list, official_channel=state.official_channel, fetched_at=state.fetched_at,
                  static=state.static)
