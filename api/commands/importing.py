"""`tendercredit import`: a 双公示 file taken in, row by row, with what an office must mend."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.console import DONE, SOME_REJECTED, AsJson, note, progress, run, say, table, wrong_use

if TYPE_CHECKING:
    from api.importing import Returned
    from api.v1.imports import ImportAnswer

_SHOWN = 40  # rows on the screen; --out has them all
_WORDS = {"parked": "待补正", "rejected": "退回"}


def register(app: typer.Typer) -> None:
    app.command(name="import")(take)


def take(
    file: Annotated[Path, typer.Argument(help="双公示 CSV 或 XLSX")],
    org: Annotated[str | None, typer.Option("--as", help="导入机关的统一社会信用代码")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查,不登记 write nothing")] = False,
    out: Annotated[Path | None, typer.Option(help="把待补正和退回的行写入此 CSV")] = None,
    letters: Annotated[bool, typer.Option("--letters", help="为登记的处罚出具告知书")] = False,
    as_json: AsJson = False,
) -> None:
    """导入双公示文件 Import a file; the same file again only counts duplicates, so a broken import is repeated."""
    if not file.is_file():
        raise wrong_use(f"没有文件 {file} no such file")
    if out is not None and (out.is_dir() or out.resolve() == file.resolve() or not out.parent.is_dir()):
        raise wrong_use(f"--out {out} 不能写入:请另选已有目录中的文件名")
    answer, lines, facts = _taken(file, org, out, dry_run=dry_run, letters=letters)
    say(_lines(file, answer, facts), facts, as_json=as_json)
    if not as_json:
        _show(lines, out)
    raise typer.Exit(SOME_REJECTED if answer.rejected else DONE)


def _taken(
    file: Path, org: str | None, out: Path | None, *, dry_run: bool, letters: bool
) -> tuple[ImportAnswer, list[Returned], dict[str, Any]]:
    import msgspec

    from api import importing
    from api.spreadsheets import write_csv
    from credit.kernel.settings import from_environment

    settings, job = from_environment(), importing.Job(path=file, org_code=org, dry_run=dry_run, letters=letters)
    if org is None and importing.needs_organisation(settings, job):
        raise wrong_use("请用 --as 给出导入机关的统一社会信用代码,或先用 --dry-run 检查")
    started = time.perf_counter()
    with progress("读取 read") as show:
        outcomes = importing.read(settings, file, show)
    with progress("导入 import", len(outcomes)) as show:
        answer = run(importing.take(settings, job, outcomes, show))
    lines = importing.returned(answer, outcomes)
    if out is not None:
        write_csv(out, *importing.given_back(settings, file, lines))
    facts = {"file": str(file), "rows": len(outcomes), "seconds": round(time.perf_counter() - started, 2),
             **msgspec.to_builtins(answer), "returned": msgspec.to_builtins(lines), "out": str(out) if out else None}
    return answer, lines, facts


def _lines(file: Path, answer: ImportAnswer, facts: dict[str, Any]) -> list[str]:
    said = "检查 checked" if answer.dry_run else "导入 imported"
    lines = [
        f"{file.name} {said}: {facts['rows']} 行 rows,{facts['seconds']} 秒",
        f"  登记 accepted {answer.accepted}  重复 duplicates {answer.duplicates}  "
        f"待补正 parked {len(answer.parked)}  退回 rejected {len(answer.rejected)}",
    ]
    if answer.class_unknown:
        lines.append(f"  {answer.class_unknown} 行处罚机关未登记领域:类别待定,不出告知书 class provisional, no letter")
    if answer.name_differs:
        lines.append(f"  {len(answer.name_differs)} 行名称与登记名称不一致,请核对 name differs: 行 "
                     + "、".join(map(str, answer.name_differs[:10])))
    if answer.warnings:
        lines.append(f"  {len(answer.warnings)} 个选填单元格不能读取,已略去 optional cells left out")
    return lines


def _show(lines: list[Returned], out: Path | None) -> None:
    """The rows that go back to the office, as a table."""
    table(
        ("行", "结果", "列", "代码", "怎样补正"),
        [(x.row, _WORDS[x.outcome], x.column, x.code, x.detail) for x in lines[:_SHOWN]],
    )
    if len(lines) > _SHOWN and out is None:
        note(f"另有 {len(lines) - _SHOWN} 行;用 --out 写出全部 use --out for all")
    if out is not None:
        note(f"待补正和退回的行在 {out},改好后可直接再次导入")
