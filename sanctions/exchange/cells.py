"""One row of a file by the names of its fields → days, amounts, codes; what cannot be read is named with its cure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from credit.model import Authority, SubjectKind
from sanctions.exchange.carriers import Given
from sanctions.exchange.fields import ExchangeSet, meanings, words
from sanctions.exchange.rows import Bar
from sanctions.intake.list_rows import is_open_end
from sanctions.intake.outcomes import Rejected
from sanctions.intake.values import ValueFault, is_empty, parse_amount, parse_date
from sanctions.model import SubjectInput

E = TypeVar("E", bound=StrEnum)
_BAR_PARTS = 4


class RowFault(Exception):
    """A row that cannot be taken: column, code, and the cure in a sentence."""

    def __init__(self, column: str, code: str, detail: str) -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.detail = detail

    def at(self, row: int) -> Rejected:
        return Rejected(row, self.column, self.code, self.detail)


class RowCells:
    """The cells of a row of a set. Raises RowFault for a row that cannot be read or a cell that is too long."""

    def __init__(self, made: ExchangeSet, given: Given) -> None:
        if given.fault is not None:
            raise RowFault(*given.fault)
        self._titles = {f.name: f.title for f in made.fields}
        self._cells: Mapping[str, str] = given.cells
        for field in made.fields:
            size = len(given.cells.get(field.name, ""))
            if field.length is not None and size > field.length:
                raise RowFault(field.title, "too_long", f"内容有 {size} 字,上限为 {field.length} 字:请缩短")

    def text(self, name: str) -> str:
        """The cell as written; empty where there is none."""
        return self._cells.get(name, "")

    def need(self, name: str) -> str:
        """The cell, which must be filled."""
        if is_empty(self.text(name)):
            raise self.fault(name, "missing", f"填写{self._titles[name]}")
        return self.text(name)

    def day(self, name: str) -> date | None:
        """The day; None for an empty cell."""
        text = self.text(name)
        if is_empty(text):
            return None
        try:
            return parse_date(text)
        except ValueFault as fault:
            raise self.fault(name, fault.code, fault.detail) from None

    def needed_day(self, name: str) -> date:
        self.need(name)
        found = self.day(name)
        assert found is not None  # a filled cell is a day or a fault
        return found

    def end(self, name: str) -> date | None:
        """A last day; None where the cell is empty or says that there is none (9999-12-31, 长期)."""
        return None if self.endless(name) else self.day(name)

    def endless(self, name: str) -> bool:
        """Whether the cell says that there is no last day."""
        return is_open_end(self.text(name))

    def amount(self, name: str) -> int | None:
        """Fen of a cell in 万元."""
        text = self.text(name)
        if is_empty(text):
            return None
        try:
            return parse_amount(text, "万元") or None
        except ValueFault as fault:
            raise self.fault(name, fault.code, fault.detail) from None

    def word(self, group: str, name: str) -> str | None:
        """Our code of a word, or of the code itself; None for an empty cell."""
        text = self.text(name)
        if is_empty(text):
            return None
        if text not in meanings(group):
            raise self.fault(name, "unknown_word", f"请写{'、'.join(words(group).values())}之一")
        return meanings(group)[text]

    def code(self, kind: type[E], name: str) -> E | None:
        """One of our codes; None for an empty cell."""
        return next(iter(self.codes(kind, name)), None)

    def codes(self, kind: type[E], name: str) -> tuple[E, ...]:
        """Several of our codes, divided by semicolons."""
        parts = [p.strip() for p in self.text(name).replace("；", ";").split(";")]
        known = {member.value: member for member in kind}
        for part in filter(None, parts):
            if part not in known:
                raise self.fault(name, "unknown_code", f"请写{'、'.join(known)}")
        return tuple(known[part] for part in parts if part)

    def bars(self, name: str) -> tuple[Bar, ...]:
        """Bars, a line each: scope|first day|last day|basis."""
        return tuple(self._bar(name, line) for line in self.text(name).splitlines() if line.strip())

    def subject(self) -> SubjectInput:
        """Whom the row is about. Raises RowFault for a person whose name is hidden: nobody is entered by a mask."""
        kind = SubjectKind(self.word("category", "category") or SubjectKind.LEGAL_PERSON)
        person = kind is SubjectKind.NATURAL_PERSON
        if person and "*" in self.text("name"):
            raise self.fault("name", "name_masked", "自然人姓名已遮蔽:请由有权机关按编号核对后登记")
        return SubjectInput(
            kind=kind, name=self.need("name"), code=None if person else self.need("code"),
            person_ref=self.text("person_ref") or None if person else None,
            legal_representative=self.text("legal_representative") or None)

    def authority(self) -> Authority:
        """The deciding body."""
        return Authority(name=self.need("authority"), code=self.text("authority_code") or None)

    def source(self) -> Authority | None:
        name = self.text("source")
        return Authority(name=name, code=self.text("source_code") or None) if name else None

    def fault(self, name: str, code: str, detail: str) -> RowFault:
        return RowFault(self._titles[name], code, detail)

    def _bar(self, name: str, line: str) -> Bar:
        parts = [p.strip() for p in line.split("|", _BAR_PARTS - 1)]
        try:
            if len(parts) != _BAR_PARTS or not parts[0]:
                raise ValueFault("restriction_unreadable", "每条限制写成:范围|首日|末日|依据,没有末日的留空")
            last = None if is_empty(parts[2]) or is_open_end(parts[2]) else parse_date(parts[2])
            return Bar(parts[0], parse_date(parts[1]), last, parts[3])
        except ValueFault as exc:
            raise self.fault(name, exc.code, exc.detail) from None

