"""`tendercredit exchange`: files out and in with their receipts, and a receipt checked with the file it is about."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.receipts import Keys, trusted_keys
from api.console import DONE, SOME_REJECTED, AsJson, progress, run, say, table, wrong_use

if TYPE_CHECKING:
    from api.console import Advance
    from sanctions.exchange.receipts import ExchangeReceipt
    from sanctions.service.exchange.exchanging import Sent, Taken

_SHOWN = 40
_INVALID = 1
_WORDS = {"accepted": "登记", "duplicate": "重复", "parked": "待补正", "rejected": "退回"}
Name = Annotated[str, typer.Argument(metavar="SET", help="double_publicity,或 17.1 至 17.6")]
Org = Annotated[str, typer.Option("--as", help="单位的统一社会信用代码")]
ReceiptFile = Annotated[Path | None, typer.Option("--receipt", metavar="FILE", help="把回执写入此文件(JSON)")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="数据交换 Exchange files", no_args_is_help=True)
    group.command(name="out")(fetch)
    group.command(name="in")(bring)
    group.command()(receipt)
    app.add_typer(group, name="exchange")


def fetch(
    name: Name, org: Org,
    out: Annotated[Path, typer.Option(help="写入此文件;扩展名 csv、xlsx、jsonl 决定格式")],
    since: Annotated[int, typer.Option(help="上次回执的 upto:只取此后变动的")] = -1,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="登记的首日(含)")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="登记的末日(含)")] = None,
    receipt_file: ReceiptFile = None, as_json: AsJson = False,
) -> None:
    """取出交换文件 Write a file and its receipt."""
    if out.is_dir() or not out.parent.is_dir():
        raise wrong_use(f"--out {out} 不能写入:请另选已有目录中的文件名")
    days = (first.date() if first else None, last.date() if last else None)
    sent = run(_sent(name, org, out.suffix.removeprefix(".").lower(), since, days))
    out.write_bytes(sent.content)
    stated = sent.receipt.statement
    kept = _keep(sent.receipt, receipt_file or out.with_name(out.name + ".receipt.json"))
    facts = {"file": str(out), "rows": stated.tally.rows, "since": stated.since, "upto": stated.upto,
             "sha256": stated.file_sha256, "receipt": str(kept), "id": stated.id}
    say([f"{out} {stated.tally.rows} 行 rows,回执 receipt {kept}",
         f"  下次从 next --since {stated.upto}  SHA-256 {stated.file_sha256}"], facts, as_json=as_json)


async def _sent(name: str, org: str, form: str, since: int, days: tuple[Any, Any]) -> Sent:
    import msgspec

    from api.importing import not_served, opened_for
    from credit.kernel.settings import from_environment
    from sanctions.exchange.fields import Form, exchange_set
    from sanctions.service.exchange.exchanging import Wanted

    settings, made = from_environment(), exchange_set(name)
    if form not in set(Form):
        raise wrong_use(f"--out 的扩展名应为 {'、'.join(made.formats)}")
    not_served(settings, "GET /v1/exchange/{set}")
    wanted = Wanted(form=Form(form), since=since, first=days[0], last=days[1])
    async with opened_for(settings, org) as (services, caller):
        return await services.exchange.send(made, wanted, msgspec.structs.replace(caller, scopes=frozenset()))


def bring(
    name: Name, file: Annotated[Path, typer.Argument(help="交换文件:CSV、XLSX 或 JSON Lines")], org: Org,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查,不登记 write nothing")] = False,
    receipt_file: ReceiptFile = None, as_json: AsJson = False,
) -> None:
    """送入交换文件 Bring a file in; the same file again only counts duplicates, so a broken one is repeated."""
    if not file.is_file():
        raise wrong_use(f"没有文件 {file} no such file")
    import msgspec

    with progress("送入 in") as show:
        taken = run(_taken(name, file, file.read_bytes(), org, show, dry_run=dry_run))
    beside = receipt_file or file.with_name(file.name + ".in-receipt.json")
    kept = _keep(taken.receipt, beside) if taken.receipt else None
    many = taken.tally
    said = "检查 checked" if dry_run else f"送入 taken in,回执 receipt {kept}"
    say([f"{file.name} {said}: {many.rows} 行 rows",
         f"  登记 accepted {many.accepted}  重复 duplicates {many.duplicates}  待补正 parked {many.parked}  "
         f"退回 rejected {many.rejected}"],
        {**msgspec.to_builtins(taken), "dry_run": dry_run, "receipt": str(kept) if kept else None}, as_json=as_json)
    if not as_json:
        open_rows = [line for line in taken.lines if line.outcome in ("parked", "rejected")]
        table(("行", "结果", "列", "代码", "怎样办"),
              [(x.row, _WORDS[x.outcome], x.column, x.code, x.detail) for x in open_rows[:_SHOWN]])
    raise typer.Exit(SOME_REJECTED if many.rejected else DONE)


async def _taken(name: str, file: Path, content: bytes, org: str, show: Advance, *, dry_run: bool) -> Taken:
    import hashlib

    from api.importing import limits_of, not_served, opened_for
    from credit.kernel.clock import business_day, system_clock
    from credit.kernel.settings import from_environment
    from sanctions.exchange.carriers import form_of
    from sanctions.exchange.fields import exchange_set
    from sanctions.exchange.reading import read_file
    from sanctions.service.exchange.exchanging import Came

    settings, made = from_environment(), exchange_set(name)
    not_served(settings, "POST /v1/exchange/{set}")
    rows = list(read_file(made, file, today=business_day(system_clock()), limits=limits_of(settings)))
    came = Came(sha256=hashlib.sha256(content).hexdigest(), size=len(content), form=form_of(file))
    async with opened_for(settings, org) as (services, caller):
        return await services.exchange.take(made, rows, came, caller, dry_run=dry_run,
                                            progress=lambda done: show(done, len(rows)))


def receipt(
    file: Annotated[Path, typer.Argument(metavar="RECEIPT", help="回执 JSON,或保存的整个应答")],
    about: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="回执所说的文件,一并比对")] = None,
    keys: Keys = None, as_json: AsJson = False,
) -> None:
    """核验交换回执 Check a receipt with public keys alone: exit 0 valid, 1 invalid, 2 wrong use."""
    import hashlib

    import msgspec

    from sanctions.exchange.receipts import check

    for given in (file, about):
        if given is not None and not given.is_file():
            raise wrong_use(f"没有文件 {given} no such file")
    content = about.read_bytes() if about else None
    found = check(file.read_bytes(), trusted_keys(keys).keys, file_bytes=None if content is None else len(content),
                  file_sha256=None if content is None else hashlib.sha256(content).hexdigest())
    lines = ["回执有效 valid" if found.valid else f"回执无效 INVALID: {found.failed}: {found.detail}"]
    stated = found.statement
    if found.valid and stated is not None:
        lines.append(f"  {stated.id} {stated.direction} {stated.set},{stated.tally.rows} 行,签发于 {stated.issued_at},"
                     f"日志 {stated.log}")
        lines.append("  文件相符 the file fits" if found.file_compared else "  未比对文件 no file given: --file FILE")
    say(lines, msgspec.to_builtins(found), as_json=as_json)
    raise typer.Exit(DONE if found.valid else _INVALID)


def _keep(made: ExchangeReceipt, path: Path) -> Path:
    """The receipt beside the file it is about."""
    import msgspec

    path.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")
    return path
