"""Scores in words: a Chinese sentence for each line, and what changed between two scores. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from credit.ratings import Rating
from credit.scores import Line, LineKind, Score

_LIMITED = {LineKind.BASE, LineKind.LIMIT}
_IDLE = {LineKind.NOT_LISTED, LineKind.PENDING}  # they move nothing
_MEAN = "本方案以上一完整周期的日均得分为准,日均得分"


def points_text(points: int) -> str:
    """Hundredths as people write points: 8250 is 82.5, -3000 is -30."""
    whole, rest = divmod(abs(points), 100)
    fraction = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if points < 0 else ''}{whole}{fraction}"


def day_text(day: date) -> str:
    """A day as letters print it: 2026年11月3日."""
    return f"{day.year}年{day.month}月{day.day}日"


def sentence(line: Line) -> str:
    """One line of a score as a sentence with points, basis and last day."""
    if line.kind in _LIMITED:
        return f"{line.title}:{points_text(line.points)}分。"
    if line.kind is LineKind.NOT_LISTED:
        return f"{named(line)},不影响得分。"
    if line.kind is LineKind.HIDDEN:
        return f"{line.title},合计{points_text(line.points)}分。"
    if line.kind is LineKind.PENDING:
        start = f",最早自{day_text(line.first)}起计入" if line.first else ""
        return f"{named(line)}:处于陈述申辩期,尚未计入{start}(依据:{line.basis})。"
    if line.kind is LineKind.NEWCOMER:
        return f"{line.title}:没有不良记录,信用等级不低于{line.grade}级(依据:{line.basis})。"
    if line.kind is LineKind.THRESHOLD:
        since = f"自{day_text(line.first)}起" if line.first else ""
        return f"{named(line)}:累计扣分达到限值,{since}信用等级最高为{line.grade}级{_until(line)}(依据:{line.basis})。"
    if line.kind is LineKind.VETO:
        return f"{named(line)}:信用等级最高为{line.grade}级{_until(line)}(依据:{line.basis})。"
    return f"{named(line)}:{_effect(line)}{_until(line)}(依据:{line.basis})。"


def named(line: Line) -> str:
    """What a line is for, with the number of the record's paper: 串通投标(示罚〔2026〕7号)."""
    return f"{line.title}({line.document})" if line.document else line.title


def summary(found: Score) -> str:
    """The score in one sentence."""
    return f"{day_text(found.on)}信用得分{points_text(found.value)}分,等级{found.grade}。"


def notes(found: Rating) -> Iterator[str]:
    """What is to be known of the value that counts: that it is of a sample scheme, or the mean of a period."""
    if found.scheme.sample:
        yield "该方案是示例,不是任何机关发布的得分。"
    if found.period is not None:
        which = "以上一完整周期的日均得分为准" if found.period.published else "周期日均仅供参考"
        yield (f"本方案{which};当日得分{points_text(found.score.value)}分,"
               f"本周期至今日均{points_text(found.period.running.value)}分。逐项相加为当日得分。")


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """The lines that one score has and another has not, and those both have with other points (old, new)."""

    gone: tuple[Line, ...]
    come: tuple[Line, ...]
    moved: tuple[tuple[Line, Line], ...]

    @property
    def nothing(self) -> bool:
        return not (self.gone or self.come or self.moved)


def changed(before: Score, after: Score) -> Changed:
    """What went, came and moved; a line is the same by record, rule and what it is."""
    old, new = _lines(before), _lines(after)
    return Changed(
        gone=tuple(old[key] for key in old if key not in new), come=tuple(new[key] for key in new if key not in old),
        moved=tuple((old[key], new[key]) for key in new if key in old and old[key].points != new[key].points),
    )


def why(before: Score, after: Score) -> tuple[str, ...]:
    """What changed from one score to the other: first the result, then each line that came, went or changed."""
    found = changed(before, after)
    if (before.value, before.grade) == (after.value, after.grade) and found.nothing:
        return ("得分和等级均未变化。",)
    return (_result(before, after), *_each(found))


def why_rated(before: Rating, after: Rating) -> tuple[str, ...]:
    """The same for the values that count: where a mean is published, its change first, then that of the day's score."""
    told = why(before.score, after.score)
    if not (_published(before) or _published(after)):
        return told
    return (f"{_MEAN}{_moved(before.value, after.value)}{_graded(before.grade, after.grade)}。",
            f"以下是当日得分的变化:{told[0]}", *told[1:])


def _each(found: Changed) -> Iterable[str]:
    begun = {line.record_id for line in found.come}
    yield from (f"不再计入:{_short(line)}。" for line in found.gone if line.kind not in _IDLE)
    yield from (f"不再列示:{named(line)}。" for line in found.gone
                if line.kind in _IDLE and line.record_id not in begun)
    yield from (f"新计入:{_short(line)}。" for line in found.come if line.kind not in _IDLE)
    yield from (f"新登记,不影响得分:{named(line)}。" for line in found.come if line.kind is LineKind.NOT_LISTED)
    yield from (f"新登记,处于陈述申辩期,尚未计入:{named(line)}。" for line in found.come
                if line.kind is LineKind.PENDING)
    for old, new in found.moved:
        yield f"{named(new)}由{points_text(old.points)}分变为{points_text(new.points)}分。"


def _published(found: Rating) -> bool:
    return found.period is not None and found.period.published


def _effect(line: Line) -> str:
    if line.kind is LineKind.FAULT_CAPPED:
        return f"受上限限制,扣{points_text(-line.points)}分" if line.points else "已达上限,不再扣分"
    if line.kind is LineKind.CAPPED:
        return f"受上限限制,计{points_text(line.points)}分" if line.points else "已达上限,不再加分"
    return f"{'加' if line.points > 0 else '扣'}{points_text(abs(line.points))}分"


def _until(line: Line) -> str:
    return f",计至{day_text(line.last)}(含当日)" if line.last else ""


def _lines(found: Score) -> dict[tuple[str | None, str, str], Line]:
    kinds = {LineKind.CAPPED: LineKind.MERIT, LineKind.FAULT_CAPPED: LineKind.FAULT}
    return {(x.record_id, x.rule, kinds.get(x.kind, x.kind)): x for x in found.lines}


def _short(line: Line) -> str:
    paper = f"{line.document}," if line.document else ""
    if line.grade:
        return f"{line.title}({paper}等级最高{line.grade}级)"
    return f"{line.title}({paper}{points_text(line.points)}分)"


def _result(before: Score, after: Score) -> str:
    return f"得分{_moved(before.value, after.value)}{_graded(before.grade, after.grade)}。"


def _moved(before: int, after: int) -> str:
    if before == after:
        return f"{points_text(after)}分不变"
    change = after - before
    moved = f"{'上升' if change > 0 else '下降'}{points_text(abs(change))}分"
    return f"由{points_text(before)}分变为{points_text(after)}分({moved})"


def _graded(before: str, after: str) -> str:
    return "" if before == after else f",等级由{before}变为{after}"
