"""One raw row under its header: cells by meaning, blanks and citizen numbers taken out, unsafe cells refused."""

from __future__ import annotations

from sanctions.intake.headers import Header, standard_name
from sanctions.intake.outcomes import Fault
from sanctions.intake.privacy import without_id_numbers
from sanctions.intake.reading import RawRow
from sanctions.intake.values import is_cell_error, is_empty

_IDENTIFIERS = ("code", "registration_no", "org_code", "tax_no")


class RowRefused(Exception):
    """The row cannot be taken; `fault` says where, why and the cure."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class Cells:
    """The cells of a row by meaning. Raises RowRefused for a broken row, a formula, an error or an over-long cell."""

    def __init__(self, header: Header, raw: RawRow, max_cell: int) -> None:
        if raw.fault:
            raise RowRefused(Fault("整行", *raw.fault))
        self._headers: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._kept: dict[str, tuple[str, str]] = {}
        for column in header.columns:
            text = raw.cells[column.place].strip() if column.place < len(raw.cells) else ""
            if text:
                _check(column.header, text, column.place in raw.formulas, column.max_length or max_cell)
                self._kept[column.header] = (column.meaning, text)
            self._headers[column.meaning] = column.header
            self._texts[column.meaning] = "" if is_empty(text) else text

    def text(self, meaning: str) -> str:
        """The cell as written, outer blanks off; empty for 无, / and the like, and for a missing column."""
        return self._texts.get(meaning, "")

    def prose(self, meaning: str) -> str:
        """Free text with citizen numbers blanked."""
        return without_id_numbers(self.text(meaning))

    def header(self, meaning: str) -> str:
        """The column as the file writes it, or its standard name where the file has none."""
        return self._headers.get(meaning) or standard_name(meaning)

    def fault(self, meaning: str, code: str, detail: str) -> Fault:
        return Fault(self.header(meaning), code, detail)

    def raw(self, *, person: bool) -> dict[str, str]:
        """What is kept of the row: no citizen number, and no identifier at all of a natural person."""
        return {
            header: without_id_numbers(text)
            for header, (meaning, text) in self._kept.items()
            if not (person and meaning in _IDENTIFIERS)
        }


def _check(header: str, text: str, formula: bool, longest: int) -> None:
    if formula:
        raise RowRefused(Fault(header, "formula_in_cell", "单元格是公式:请粘贴为数值或文本后再导入"))
    if is_cell_error(text):
        raise RowRefused(Fault(header, "cell_error", "单元格是计算错误:请填写实际内容"))
    if len(text) > longest:
        raise RowRefused(Fault(header, "too_long", f"内容有 {len(text)} 字,上限为 {longest} 字:请缩短"))
