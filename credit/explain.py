"""Scores in words: a Chinese sentence for each line, and what changed between two scores. Pure."""

from __future__ import annotations

from datetime import date

from credit.scores import NOT_LISTED, Line, LineKind, Score

_LIMITED = {LineKind.BASE, LineKind.LIMIT}


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
        return f"{NOT_LISTED},不影响得分。"
    if line.kind is LineKind.VETO:
        return f"{line.title}:信用等级最高为{line.grade}级{_until(line)}(依据:{line.basis})。"
    return f"{line.title}:{_effect(line)}{_until(line)}(依据:{line.basis})。"


def summary(found: Score) -> str:
    """The score in one sentence."""
    return f"{day_text(found.on)}信用得分{points_text(found.value)}分,等级{found.grade}。"


def why(before: Score, after: Score) -> tuple[str, ...]:
    """What changed from one score to the other: first the result, then each line that came, went or changed."""
    if (before.value, before.grade, _lines(before)) == (after.value, after.grade, _lines(after)):
        return ("得分和等级均未变化。",)
    old, new = _lines(before), _lines(after)
    gone = [f"不再计入:{_short(old[key])}。" for key in old if key not in new]
    come = [f"新计入:{_short(new[key])}。" for key in new if key not in old]
    moved = [
        f"{new[key].title}由{points_text(old[key].points)}分变为{points_text(new[key].points)}分。"
        for key in new
        if key in old and old[key].points != new[key].points
    ]
    return (_result(before, after), *gone, *come, *moved)


def _effect(line: Line) -> str:
    if line.kind is LineKind.CAPPED:
        return f"受上限限制,计{points_text(line.points)}分" if line.points else "已达上限,不再加分"
    return f"{'加' if line.points > 0 else '扣'}{points_text(abs(line.points))}分"


def _until(line: Line) -> str:
    return f",计至{day_text(line.last)}(含当日)" if line.last else ""


def _lines(found: Score) -> dict[tuple[str | None, str, str], Line]:
    kinds = {LineKind.CAPPED: LineKind.MERIT}
    return {(x.record_id, x.rule, kinds.get(x.kind, x.kind)): x for x in found.lines}


def _short(line: Line) -> str:
    if line.kind is LineKind.VETO:
        return f"{line.title}(等级{line.grade})"
    return f"{line.title}({points_text(line.points)}分)"


def _result(before: Score, after: Score) -> str:
    change = after.value - before.value
    moved = f"{'上升' if change > 0 else '下降'}{points_text(abs(change))}分" if change else "不变"
    grade = "" if before.grade == after.grade else f",等级由{before.grade}变为{after.grade}"
    return f"得分由{points_text(before.value)}分变为{points_text(after.value)}分({moved}){grade}。"
