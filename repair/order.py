"""Which repair to take up first: an order with the day, the score after each step and why. Pure.

Every repair is taken on its own earliest day, so only those that may be applied for on the same day compete: of these
comes first what frees the way earliest, then what lifts a bar, then what raises the score most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations, groupby

import msgspec

from credit.explain import day_text, points_text
from credit.ratings import Rating, rate
from credit.schemes import Scheme
from credit.scoring import ScoredRecord, score
from credit.whatif import repaired
from repair.barriers import Barrier, eligible_from

EXACT = 8  # so many of one day are weighed in every order; more than that: these eight, the others by their own effect
Cost = tuple[int, int, int]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A repairable record with the day from which it may be applied for."""

    record_id: str
    earliest: date
    document_no: str = ""


class Advised(msgspec.Struct, frozen=True, kw_only=True):
    """One step: the repair granted on `on`, those before it granted already. `score_after` and `gain` are points of the
    value that counts, null without a scheme in force; `eligible_from` null: something has no known end."""

    record_id: str
    document_no: str
    on: date
    score_after: float | None
    gain: float | None
    eligible_from: date | None
    why: str


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """What an order is weighed by: everything that bars, every scored record, the versions of the scheme, today."""

    barriers: tuple[Barrier, ...]
    day: date
    scored: tuple[ScoredRecord, ...] = ()
    versions: tuple[Scheme, ...] = ()


def best_order(candidates: Iterable[Candidate], company: Company) -> tuple[Advised, ...]:
    """Every candidate once; the same whatever order they are given in."""
    def opens(c: Candidate) -> date:
        return max(company.day, c.earliest)

    done, steps = dict[str, date](), list[Advised]()
    for on, group in groupby(sorted(candidates, key=lambda c: (opens(c), c.record_id)), key=opens):
        for chosen in _of_one_day(tuple(group), on, done, company):
            steps.append(_advised(chosen, on, done, company))
            done[chosen.record_id] = on
    return tuple(steps)


def _of_one_day(
    group: tuple[Candidate, ...], on: date, done: Mapping[str, date], company: Company
) -> tuple[Candidate, ...]:
    def cost(taken: Iterable[Candidate]) -> Cost:
        return _cost({**done, **{c.record_id: on for c in taken}}, on, company)

    if len(group) == 1:
        return group
    if len(group) > EXACT:
        group = tuple(sorted(group, key=lambda c: (cost((c,)), c.record_id)))
    return _exact(group[:EXACT], cost) + group[EXACT:]


def _exact(group: tuple[Candidate, ...], cost: Callable[[Iterable[Candidate]], Cost]) -> tuple[Candidate, ...]:
    """The order in which the costs after each step add up to least; equal ones by record id. By subsets, smallest
    first, so that each subset is weighed once."""
    best: dict[frozenset[str], tuple[Cost, tuple[str, ...]]] = {frozenset(): ((0, 0, 0), ())}
    by_id = {c.record_id: c for c in group}
    for size in range(1, len(group) + 1):
        for subset in combinations(sorted(by_id), size):
            own = cost([by_id[r] for r in subset])
            ways = ((best[frozenset(subset) - {last}], last) for last in subset)
            best[frozenset(subset)] = min(
                ((before[0] + own[0], before[1] + own[1], before[2] + own[2]), (*order, last))
                for (before, order), last in ways)
    return tuple(by_id[r] for r in best[frozenset(by_id)][1])


def _cost(done: Mapping[str, date], on: date, company: Company) -> Cost:
    """After these repairs: the first free day, the bars left that a repair would lift, the score: less is better."""
    free = eligible_from(company.barriers, done, company.day)
    left = sum(b.lifts and b.record_id not in done for b in company.barriers)
    scheme = _scheme(company, on)
    value = score(repaired(company.scored, done), scheme, on).value if scheme else 0
    return ((free or date.max).toordinal(), left, -value)


def _scheme(company: Company, on: date) -> Scheme | None:
    return next((s for s in company.versions if s.since <= on <= (s.until or on)), None)


def _advised(chosen: Candidate, on: date, done: Mapping[str, date], company: Company) -> Advised:
    then = {**done, chosen.record_id: on}
    before, after = eligible_from(company.barriers, done, company.day), eligible_from(
        company.barriers, then, company.day)
    lifts = any(b.lifts and b.record_id == chosen.record_id for b in company.barriers)
    old = new = None
    if _scheme(company, on):
        old, new = (rate(repaired(company.scored, days), company.versions, on) for days in (done, then))
    return Advised(
        record_id=chosen.record_id, document_no=chosen.document_no, on=on, eligible_from=after,
        score_after=new.value / 100 if new else None, gain=(new.value - old.value) / 100 if old and new else None,
        why=";".join([*_of_way(before, after, lifts), *_of_score(old, new)]) + "。",
    )


def _of_way(before: date | None, after: date | None, lifts: bool) -> Iterator[str]:
    if after is not None and after != before:
        yield f"修复后自{day_text(after)}起没有已知的限制"
    elif lifts:
        yield "移出名单,解除因此受到的限制,其他限制仍在"
    else:
        yield "不改变限制到何时"


def _of_score(old: Rating | None, new: Rating | None) -> Iterator[str]:
    if old is None or new is None:
        return
    if new.value != old.value:
        yield f"得分由{points_text(old.value)}分变为{points_text(new.value)}分"
    elif new.score.value != old.score.value:
        yield (f"当日得分由{points_text(old.score.value)}分变为{points_text(new.score.value)}分,"
               "本方案按周期日均计,以后的周期才随之变化")
    else:
        yield "得分不变"
