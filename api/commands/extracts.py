"""`tendercredit extracts check` (offline) and `extracts make` (the public lists as files, now or for a past day)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.receipts import Keys, trusted_keys
from api.console import DONE, AsJson, run, say, wrong_use

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from credit.kernel.signing import VerifierKey
    from sanctions.extracts.checks import Checked, Packet
    from sanctions.extracts.notes import Manifest

_INVALID = 1
Paths = Annotated[list[Path], typer.Argument(metavar="FOLDER|FILE…", help="全量在前,增量依次在后;文件夹或 zip")]
Note = Annotated[Path | None, typer.Option("--manifest", metavar="FILE", help="只核一个文件时,它的 manifest.note")]
Into = Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="写入此新文件夹")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="名单摘录 Extracts of the public lists", no_args_is_help=True)
    group.command()(make)
    group.command()(check)
    app.add_typer(group, name="extracts")


def check(
    paths: Paths, keys: Keys = None, manifest: Note = None, out: Into = None, as_json: AsJson = False
) -> None:
    """离线核验摘录 Check extracts with public keys alone: exit 0 valid, 1 invalid, 2 wrong use.

    --out writes each list as it is once every delta is applied.
    """
    from sanctions.extracts.checks import PASSED
    from sanctions.extracts.notes import PROVES

    for path in paths:
        if not path.exists():
            raise wrong_use(f"没有 {path} no such file or folder")
    _fresh(out)
    trusted = trusted_keys(keys).keys
    found, packets = _one(paths, manifest, trusted) if manifest else _all(paths, trusted)
    lines = [f"  通过 ok     {PASSED[step]}" for step in found.checked]
    if found.failed is not None:
        lines.append(f"  不通过 FAIL {found.failed}: {found.where} {found.detail}")
    if found.newest is not None:
        lines.append(f"  日志 {found.log} 第 {found.newest.known_seq} 条所知,公示日 {found.newest.on},"
                     f"共 {sum(found.rows.values())} 行 rows")
    if found.valid and out is not None and packets:
        _write(out, packets, found)
    lines += [f"  清单未提到 not in any manifest: {name}" for name in found.strange]
    head = "摘录有效 valid" if found.valid else "摘录无效 INVALID"
    facts = {"valid": found.valid, "failed": found.failed, "where": found.where, "detail": found.detail,
             "checked": found.checked, "newest": found.newest, "log": found.log, "rows": found.rows,
             "strange": found.strange, "proves": PROVES}
    say([head, *lines, *([PROVES] if found.valid else [])], facts, as_json=as_json)
    raise typer.Exit(DONE if found.valid else _INVALID)


def make(
    out: Into = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="重做过去某日的摘录")] = None,
    known_seq: Annotated[int | None, typer.Option(min=0, help="重做时所据的日志位置")] = None,
    as_json: AsJson = False,
) -> None:
    """制作摘录 Make the extract of now, unless the newest still stands; --on and --known-seq make a past one again.

    A past one may hold what is no longer shown: it is written to --out, never handed out.
    """
    from sanctions.extracts.notes import digest

    if (on is None) != (known_seq is None) or (on is not None and out is None):
        raise wrong_use("重做过去的摘录须同时给出 --on、--known-seq 和 --out give all three")
    _fresh(out)
    made = run(_made(out, on.date() if on else None, known_seq))
    lines = [f"第 {made.number} 份 number,公示日 {made.on},日志第 {made.known_seq} 条所知,清单 {digest(made)}"]
    lines += [f"  {one.name}: {one.rows}" for one in made.files]
    say(lines, {"manifest": made, "sha256": digest(made), "out": None if out is None else str(out)}, as_json=as_json)


async def _made(out: Path | None, on: date | None, known_seq: int | None) -> Manifest:
    from api.importing import not_served
    from api.running import lifespan
    from api.wiring import build
    from credit.kernel.settings import from_environment
    from sanctions.extracts.notes import MANIFEST
    from sanctions.service.extracts import files

    settings = from_environment()
    not_served(settings, "GET /v1/extracts")
    services = build(settings)
    async with lifespan.opened(services):
        if on is not None and known_seq is not None:
            ready = await services.extracts.past(on, known_seq)
        else:
            ready = await services.extracts.current()
        if out is not None:
            files.copy_out(ready.folder, [MANIFEST, *(one.name for one in ready.manifest.files)], out)
        if on is not None:
            files.drop(ready.folder)
        return ready.manifest


def _fresh(out: Path | None) -> None:
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise wrong_use(f"--out {out} 已有内容:请给出新的文件夹 it is not empty")


def _all(paths: Sequence[Path], trusted: tuple[VerifierKey, ...]) -> tuple[Checked, list[Packet]]:
    from api.papers.extract_packets import packets_of
    from sanctions.extracts.checks import check as checked

    packets = [packet for path in paths for packet in packets_of(path)]
    return checked(packets, trusted), packets


def _one(paths: Sequence[Path], manifest: Path, trusted: tuple[VerifierKey, ...]) -> tuple[Checked, list[Packet]]:
    from api.papers.extract_packets import FolderPacket
    from sanctions.extracts.checks import check_file

    if len(paths) != 1 or not paths[0].is_file() or not manifest.is_file():
        raise wrong_use("--manifest 只用于核验一个文件 it goes with exactly one file")
    note = manifest.read_text(encoding="utf-8", errors="replace")
    found, _ = check_file(FolderPacket(paths[0].parent), paths[0].name, note, trusted)
    return found, []


def _write(out: Path, packets: list[Packet], found: Checked) -> None:
    from sanctions.extracts.checks import newest_lines

    out.mkdir(parents=True, exist_ok=True)
    for of_list in found.rows:
        with (out / f"{of_list}.jsonl").open("wb") as target:
            target.writelines(newest_lines(packets, of_list))
