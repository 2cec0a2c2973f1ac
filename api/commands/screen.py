"""`tendercredit screen`: a list of suppliers → verdicts with reasons."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.console import DONE, SOME_REJECTED, AsJson, note, progress, run, say, table, wrong_use

if TYPE_CHECKING:
    from api.screening import Screened

_SHOWN = 40
_YEARS = range(1900, 3000)
_LARGEST = 200_000_000  # bytes of a list


def register(app: typer.Typer) -> None:
    app.command()(screen)


def screen(
    file: Annotated[Path, typer.Argument(help="供应商名单:CSV、XLSX,或每行一个代码或名称")],
    tender: Annotated[Path | None, typer.Option(help="项目信息 JSON,如 examples/opening.json")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="核查日,默认今天")] = None,
    out: Annotated[Path | None, typer.Option(help="把全部答复写入此 CSV")] = None,
    as_json: AsJson = False,
) -> None:
    """核查供应商名单 Screen suppliers: may each bid, why not, until when."""
    for given in (file, tender):
        if given is not None and not given.is_file():
            raise wrong_use(f"没有文件 {given} no such file")
    if out is not None and (out.is_dir() or not out.parent.is_dir() or out.resolve() == file.resolve()):
        raise wrong_use(f"--out {out} 不能写入:请另选已有目录中的文件名")
    if on is not None and on.year not in _YEARS:
        raise wrong_use(f"--on {on:%Y-%m-%d} 不是核查日:年份应在 1900 至 2999 之间 the year is out of range")
    found, seconds = _screened(file, tender, on)
    if out is not None:
        _write(out, found)
    say(_lines(file, found, seconds), _facts(file, found, seconds), as_json=as_json)
    if not as_json:
        _show(found, out)
    raise typer.Exit(SOME_REJECTED if found.counts.get("unread") else DONE)


def _screened(file: Path, tender: Path | None, on: datetime | None) -> tuple[Screened, float]:
    from api import screening
    from credit.kernel.settings import from_environment
    from sanctions.intake.asked import MOST_ROWS, read_asked
    from sanctions.intake.outcomes import Limits
    from sanctions.verdicts import Tender

    settings, started = from_environment(), time.perf_counter()
    about = screening.tender_of(tender) if tender else Tender()
    limits = Limits(max_bytes=_LARGEST, max_rows=MOST_ROWS, max_unpacked=10 * _LARGEST)
    with progress("读取 read"):
        rows = list(read_asked(file, limits))
    with progress("核查 screen", len(rows)) as show:
        found = run(screening.screen(settings, rows, about, on.date() if on else None, show))
    return found, round(time.perf_counter() - started, 2)


def _write(out: Path, found: Screened) -> None:
    from api import screening
    from api.spreadsheets import write_csv
    from sanctions.service.answering.bulk import HEADER

    write_csv(out, HEADER, screening.table(found))


def _lines(file: Path, found: Screened, seconds: float) -> list[str]:
    from sanctions.verdicts import CAVEAT

    n = found.counts
    return [
        f"{file.name}: {len(found.lines)} 行 rows,{seconds} 秒;核查日 {found.asked.day},"
        f"日志第 {found.asked.seq} 条",
        f"  未查见 eligible {n.get('eligible', 0)}  查见 ineligible {n.get('ineligible', 0)}  "
        f"无法判定 undetermined {n.get('undetermined', 0)}  未读 unread {n.get('unread', 0)}",
        f"  {CAVEAT}",
    ]


def _facts(file: Path, found: Screened, seconds: float) -> dict[str, Any]:
    answers = [{"row": x.asked.row, "fault": x.asked.fault, "answer": x.verdict, "candidates": x.candidates,
                "likely": x.likely}
               for x in found.lines]
    asked = found.asked
    as_of = {"valid_at": asked.day, "known_seq": asked.seq, "known_at": asked.moment, "sources": found.sources}
    return {"file": str(file), "rows": len(found.lines), "seconds": seconds, **found.counts,
            "as_of": as_of, "rules": asked.rules, "answers": answers}


def _show(found: Screened, out: Path | None) -> None:
    """What is not clean, as a table."""
    from api.screening import table as rows_of

    wanted = [row for row in rows_of(found) if row[5] != "eligible"]
    table(
        ("行", "代码", "名称", "结论", "理由", "截止日", "可能是"),
        [(row[0], row[3] or row[1], row[4] or row[2], row[6], row[8], row[10], row[12]) for row in wanted[:_SHOWN]],
    )
    if len(wanted) > _SHOWN and out is None:
        note(f"另有 {len(wanted) - _SHOWN} 行;用 --out 写出全部 use --out for all")
