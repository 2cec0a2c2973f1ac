"""The amounts of a row: only what stands in an amount column; a figure in prose is never the fine."""

from __future__ import annotations

from typing import NamedTuple

from sanctions.intake.cells import Cells, RowRefused
from sanctions.intake.outcomes import Fault
from sanctions.intake.values import ValueFault, parse_amount

_FINES = (("fine", "万元"), ("fine_yuan", "元"), ("fine_unitless", None))
_CONFISCATED = (("confiscated", "万元"), ("confiscated_unitless", None))
_NO_FINE = "罚款没有金额:请在罚款金额列填写(文字里的金额不会被读取)"


class Amount(NamedTuple):
    """Fen, None where the columns give nothing usable; then `fault` says why."""

    fen: int | None
    fault: Fault | None


def read_fine(cells: Cells) -> Amount:
    """罚款金额 in fen. Raises RowRefused for a cell that is no amount."""
    return _read(cells, _FINES, _NO_FINE)


def read_confiscated(cells: Cells) -> Amount:
    """没收金额 in fen. Raises RowRefused for a cell that is no amount."""
    return _read(cells, _CONFISCATED, "没收没有金额")


def _read(cells: Cells, columns: tuple[tuple[str, str | None], ...], absent: str) -> Amount:
    found: set[int] = set()
    for meaning, unit in columns:
        text = cells.text(meaning)
        if not text:
            continue
        try:
            found.add(parse_amount(text, unit))
        except ValueFault as exc:
            fault = cells.fault(meaning, exc.code, exc.detail)
            if exc.code == "amount_unit_unknown":
                return Amount(None, fault)
            raise RowRefused(fault) from None
    first = columns[0][0]
    if len(found) > 1:
        return Amount(None, cells.fault(first, "amount_contradicted", "两列金额不一致:请只填一处"))
    if not found:
        return Amount(None, cells.fault(first, "empty", absent))
    fen = found.pop()
    return Amount(fen, None) if fen else Amount(None, cells.fault(first, "amount_zero", absent))
