"""`tendercredit lists import`: a list file taken in under its manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import DONE, SOME_REJECTED, AsJson, progress, run, say, table, wrong_use

if TYPE_CHECKING:
    from api.console import Advance
    from sanctions.intake.list_rows import Manifest
    from sanctions.service.listing.list_files import ListReport

_SHOWN = 40


def register(app: typer.Typer) -> None:
    lists = typer.Typer(help="名单文件 List files", no_args_is_help=True)
    lists.command(name="import")(take)
    app.add_typer(lists, name="lists")


def take(
    file: Annotated[Path, typer.Argument(help="名单文件:CSV 或 XLSX")],
    manifest: Annotated[Path, typer.Option(help="清单:YAML(见 examples/),或名单摘录的 manifest.note")],
    org: Annotated[str, typer.Option("--as", help="导入机关的统一社会信用代码")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查,不登记 write nothing")] = False,
    keys: Annotated[Path | None, typer.Option(metavar="FILE", help="摘录所出系统的公钥,事先取得")] = None,
    as_json: AsJson = False,
) -> None:
    """导入名单文件 Import a list file; the same file again does nothing, so a broken import is repeated."""
    for given in (file, manifest):
        if not given.is_file():
            raise wrong_use(f"没有文件 {given} no such file")
    import msgspec

    content = file.read_bytes()
    said = _said(manifest.read_text(encoding="utf-8"), keys, content)
    with progress("导入 import") as show:
        report = run(_taken(content, said, org, show, dry_run=dry_run))
    say(_lines(report), msgspec.to_builtins(report), as_json=as_json)
    if not as_json:
        table(("行", "列", "代码", "怎样补正"), [(x.row, x.column, x.code, x.detail) for x in report.rejected[:_SHOWN]])
        table(("行", "列", "代码", "说明"), [(x.row, x.column, x.code, x.detail) for x in report.notices[:_SHOWN]])
        gone = [(x.id, x.document_no, x.decided_on) for x in report.vanished[:_SHOWN]]
        table(("文件中已没有的列入", "文号", "决定日期"), gone)
    raise typer.Exit(SOME_REJECTED if report.rejected else DONE)


def _said(text: str, keys: Path | None, content: bytes) -> Manifest:
    import hashlib

    from api.commands.receipts import trusted_keys
    from api.v1.lists import manifest_of
    from sanctions.intake.extract_lists import is_extract

    if is_extract(text) and keys is None:
        raise wrong_use("清单是名单摘录的清单:请用 --keys 指定该系统的公钥 name its keys with --keys")
    return manifest_of(text, lambda: trusted_keys(keys).keys, hashlib.sha256(content).hexdigest())


async def _taken(content: bytes, said: Manifest, org: str, show: Advance, *, dry_run: bool) -> ListReport:
    import hashlib

    from api.importing import not_served, opened_for
    from credit.kernel.settings import from_environment
    from sanctions.intake.list_rows import read_list
    from sanctions.intake.outcomes import Limits

    settings = from_environment()
    digest = hashlib.sha256(content).hexdigest()
    not_served(settings, "POST /v1/lists/{list}/import")
    async with opened_for(settings, org) as (services, caller):
        services.list_files.check(said, digest)
        rows = list(read_list(content, said, Limits(max_bytes=settings.web.max_upload_mb * 1_000_000)))
        return await services.list_files.take(
            rows, said, digest, caller, dry_run=dry_run, progress=lambda done: show(done, len(rows)))


def _lines(report: ListReport) -> list[str]:
    done = "检查 checked" if report.dry_run else "导入 imported"
    if report.repeated:
        done = "此前已导入,未作改动 taken in before"
    renewed = "已更新 renewed" if report.source_renewed else "未更新 not renewed"
    return [
        f"{report.of_list} {done}",
        f"  登记 accepted {report.accepted}  重复 duplicates {report.duplicates}  "
        f"退回 rejected {len(report.rejected)}  消失 vanished {len(report.vanished)}",
        f"  无期限 open ends {report.open_ends}  来源 source {renewed}",
    ]
