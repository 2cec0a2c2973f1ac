"""`tendercredit notices export`: a letter as it was issued, with its text twin and the evidence of what was sent."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from api.console import AsJson, run, say, wrong_use


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="告知书 Letters", no_args_is_help=True)
    group.command()(export)
    group.callback()(_group)
    app.add_typer(group, name="notices")


def _group() -> None:
    """告知书 Letters."""


def export(
    notice_id: Annotated[str, typer.Argument(metavar="ID", help="告知书编号 not_…")],
    out: Annotated[Path | None, typer.Option(help="目标目录,默认以编号为名")] = None,
    as_json: AsJson = False,
) -> None:
    """导出告知书 Write the issued PDF, its text and the evidence into a folder."""
    folder = out or Path(Path(notice_id).name or "notice")
    if folder.exists() and not folder.is_dir():
        raise wrong_use(f"{folder} 不是目录 not a folder")
    number, files = run(_export(notice_id, folder))
    say([f"{number}", *(f"  {path}" for path in files)],
        {"number": number, "files": [str(path) for path in files]}, as_json=as_json)


async def _export(notice_id: str, folder: Path) -> tuple[str, list[Path]]:
    import msgspec

    from api.screening import reading
    from credit.accounts.model import Caller, Role
    from credit.kernel.errors import NotFound
    from credit.kernel.settings import from_environment

    caller = Caller(key_id="command", org_code="", role=Role.OPERATOR)
    async with reading(from_environment()) as services:
        letters = services.notices.reading
        notice = await letters.get(notice_id, caller)
        contents = {"pdf": await letters.pdf(notice_id, caller)}
        with suppress(NotFound):  # the words were erased by law; the issued file is the original and stays
            contents["txt"] = (await letters.text(notice_id, caller)).encode()
        contents["json"] = msgspec.json.format(msgspec.json.encode(await letters.evidence(notice_id, caller)))
    return notice.number, [_written(folder, f"{notice.id}.{kind}", content) for kind, content in contents.items()]


def _written(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path
