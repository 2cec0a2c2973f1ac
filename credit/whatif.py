"""What if: suppositions put to the same scoring as the facts. Nothing is recorded and nothing is promised. Pure.

A day that is merely later needs no supposition: what ends by itself ends by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from credit.explain import day_text, why_rated
from credit.kernel.errors import FieldError, Invalid
from credit.model import Record
from credit.ratings import Rating, rate
from credit.scheme_rules import version_on
from credit.schemes import Scheme
from credit.scores import ScoredRecord
from credit.supposed import Repair, Supposed, as_record, as_repaired, faults, sentence

NO_PROMISE = "以上按现有记录和所列假设推算,规则与正式计分相同,不是承诺;是否准予修复、是否认定,由有关机关依法决定。"
MOST = 20  # suppositions in one question
Ready = Callable[[Record], ScoredRecord]
"""A supposed record made ready for scoring by the rules that class it."""


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """A day without and with the suppositions: the values that count, what changed and why, and what was assumed."""

    before: Rating
    after: Rating
    sentences: tuple[str, ...]
    assumes: tuple[str, ...]

    @property
    def gain(self) -> int:
        """By how many hundredths the value that counts rises; negative where it falls."""
        return self.after.value - self.before.value


def what_if(
    records: Sequence[ScoredRecord], versions: Sequence[Scheme], day: date, supposed: Sequence[Supposed], ready: Ready
) -> WhatIf:
    """The rating on `day` as it is and as it would be. Without suppositions both are the same.

    Raises SchemeNotInForce; Invalid with a pointer to each supposition that cannot be.
    """
    scheme, known = version_on(versions, day), {one.record.record_id: one.record for one in records}
    _check(supposed, known, scheme)
    then = list(records)
    for number, one in enumerate(supposed):
        then = _with(then, one, number, scheme, ready)
    before, after = rate(records, versions, day), rate(then, versions, day)
    told = (*(sentence(one, known, scheme) for one in supposed), *_always(after, day))
    return WhatIf(before=before, after=after, sentences=why_rated(before, after), assumes=told)


def repaired(records: Sequence[ScoredRecord], days: Mapping[str, date]) -> list[ScoredRecord]:
    """The records with these repaired on their days, by record id."""
    return [msgspec.structs.replace(one, record=as_repaired(one.record, days[one.record.record_id]))
            if one.record.record_id in days else one for one in records]


def _check(supposed: Sequence[Supposed], known: Mapping[str, Record], scheme: Scheme) -> None:
    found = [fault for i, one in enumerate(supposed) for fault in faults(one, f"/changes/{i}", known, scheme)]
    twice = [one.record_id for one in supposed if isinstance(one, Repair)]
    if len(set(twice)) != len(twice):
        found.append(FieldError("/changes", "twice", "同一条记录只假设修复一次"))
    if len(supposed) > MOST:
        found.append(FieldError("/changes", "too_many", f"一次至多{MOST}项假设"))
    if found:
        raise Invalid("有假设不能成立,请改正后再算", errors=tuple(found))


def _with(
    records: Sequence[ScoredRecord], one: Supposed, number: int, scheme: Scheme, ready: Ready
) -> list[ScoredRecord]:
    if isinstance(one, Repair):
        return repaired(records, {one.record_id: one.on})
    made, acts = as_record(one, number, scheme)
    return [*records, msgspec.structs.replace(ready(made), acts=acts)]


def _always(found: Rating, day: date) -> Iterator[str]:
    """What every answer takes for granted."""
    yield f"除此以外,到{day_text(day)}没有新的记录,规则不变。"
    if found.scheme.sample:
        yield "本方案是示例,不是任何机关发布的得分。"
    if found.period is not None and found.period.published:
        yield "本方案以上一完整周期的日均得分为准:修复、期满当日只改变当日得分,日均得分到以后的周期才随之变化。"
