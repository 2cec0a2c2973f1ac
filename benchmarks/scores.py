"""scores: values of a whole register: how many a core makes a second, and the job over a database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from api.wiring import rules_with_schemes
from benchmarks import house
from benchmarks.figure import Figure, compared
from credit.compiled import Compiled, Fact
from credit.model import Authority, Field, ListFacts, MeritFacts, PenaltyFacts, PenaltyKind, Record, RecordKind
from credit.scheme_rules import version_on, versions_of
from credit.scores import ScoredRecord
from credit.scoring import score
from sanctions.service.scoring.standing import with_classes

NAME = "scores"
SCHEME = "sample_construction"
_OFFICE = Authority(name="示例市住房和城乡建设局")
_FIELDS = (Field.CONSTRUCTION, Field.LABOUR, Field.ENVIRONMENT, Field.MARKET, Field.WATER)
_KINDS = (PenaltyKind.FINE, PenaltyKind.WARNING, PenaltyKind.SUSPEND_LICENCE)
_ITEMS = ("quality_award", "commendation", "construction_method")


def run(*, quick: bool = False) -> Iterator[Figure]:
    """The pure rate on facts as they are packed, then from records; the baseline only sums the same points."""
    rules = rules_with_schemes()
    made = Compiled(version_on(versions_of(rules, SCHEME), house.TODAY))
    started = time.process_time()
    count = 500 if quick else 20_000
    found = [with_classes(records(n), (), rules) for n in range(count)]
    classed = time.process_time()
    facts = [made.pack(one) for one in found]
    packed = time.process_time()
    yield _pure(made, facts)
    yield Figure(name=NAME, what="records classed and packed before that, three an entity",
                 value=count / (packed - classed), unit="entities/s a core",
                 note=f"classing with making the records: {count / (classed - started):,.0f} entities/s")
    yield _explained(made, found[:: max(1, count // 500)])


def records(number: int) -> tuple[Record, ...]:
    """Three records of the n-th entity: two penalties, and a merit or an entry on a list."""
    first = house.TODAY - timedelta(days=number * 7 % 900)
    second = house.TODAY - timedelta(days=number * 13 % 700)
    third: MeritFacts | ListFacts = MeritFacts(
        scheme=SCHEME, item=_ITEMS[number % 3], authority=_OFFICE, document_no=f"示奖{number}", granted_on=second)
    if number % 10 == 0:
        third = ListFacts(authority=_OFFICE, list="wage_arrears", document_no=f"示列{number}", decided_on=second)
    return (_record(number, 1, _penalty(number, first)), _record(number, 2, _penalty(number + 1, second)),
            _record(number, 3, third))


def _penalty(number: int, decided: date) -> PenaltyFacts:
    return PenaltyFacts(
        authority=_OFFICE, document_no=f"示罚{number}", decided_on=decided, kinds=(_KINDS[number % 3],),
        field=_FIELDS[number % 5], fine_fen=number % 400 * 50_000,
        repaired_on=decided + timedelta(days=120) if number % 4 == 0 else None)


def _record(number: int, part: int, facts: PenaltyFacts | MeritFacts | ListFacts) -> Record:
    kind = {PenaltyFacts: RecordKind.PENALTY, MeritFacts: RecordKind.MERIT}.get(type(facts), RecordKind.LIST_ENTRY)
    return Record(record_id=f"rec_{number}_{part}", revision=1, kind=kind, entity_id=f"ent_{number:08d}", seq=0,
                  first_seq=0, recorded_at=datetime(2026, 5, 21, tzinfo=UTC), facts=facts)


def _pure(made: Compiled, facts: Sequence[Sequence[Fact]]) -> Figure:
    def values() -> None:
        for one in facts:
            made.value(one, house.TODAY)

    def sums() -> None:
        for one in facts:
            total = made.scheme.base
            for fact in one:
                for number in fact.items:
                    total += (made.scheme.merits if fact.good else made.scheme.faults)[number].points
    rate, plain = _rate(values, len(facts)), _rate(sums, len(facts))
    return compared(
        NAME, "value, grade and next change from packed facts, three an entity", rate, "entities/s a core",
        baseline=plain, baseline_what="a loop that only sums the same points", note="target at least 20,000 a second",
    )


def _explained(made: Compiled, found: Sequence[Sequence[ScoredRecord]]) -> Figure:
    def one_by_one() -> None:
        for one in found:
            score(one, made.scheme, house.TODAY)

    def compiled() -> None:
        for one in found:
            made.value(made.pack(one), house.TODAY)
    for one in found:
        value, told = made.value(made.pack(one), house.TODAY), score(one, made.scheme, house.TODAY)
        assert (value.points, value.grade) == (told.value, told.grade), "the two ways differ"
    return compared(
        NAME, "from classed records to value, grade and next change", _rate(compiled, len(found)), "entities/s a core",
        baseline=_rate(one_by_one, len(found)), baseline_what="the score that explains itself, without next change",
        note=f"both agree on {len(found)} of the entities",
    )


def _rate(work: Callable[[], None], count: int) -> float:
    """Entities a second of processor time: the best of three passes, so that neighbours on the machine count less."""
    spent = []
    for _ in range(3):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return count / min(spent)
