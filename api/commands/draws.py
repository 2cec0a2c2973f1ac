"""`tendercredit draws check`: a published draw done again, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.receipts import Keys, trusted_keys
from api.console import DONE, AsJson, say, wrong_use

_INVALID = 1
File = Annotated[Path, typer.Argument(metavar="FILE", help="保存的 GET /v1/draws/ID 应答")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="随机抽查 Draws", no_args_is_help=True)
    group.command()(check)
    group.callback()(_group)
    app.add_typer(group, name="draws")


def _group() -> None:
    """随机抽查 Draws."""


def check(file: File, keys: Keys = None, as_json: AsJson = False) -> None:
    """离线重抽 Draw again from list and seed: exit 0 the same, 1 not, 2 wrong use."""
    from sanctions.draw_checks import check as checked

    try:
        content = file.read_bytes()
    except OSError as exc:
        raise wrong_use(f"无法读取 {file} cannot read it: {exc.strerror}") from None
    found = checked(content, *trusted_keys(keys))
    lines = [f"  通过 ok     {step}" for step in found.passed]
    lines += [found.proves] if found.valid else [f"  不通过 FAIL {found.detail}"]
    if found.witness:
        lines.append(f"  见证公钥 witness {found.witness}:请与见证人公布的核对 compare with the one it publishes")
    head = "抽取可重现 valid" if found.valid else "抽取不能重现 INVALID"
    say([head, *lines], {"valid": found.valid, "detail": found.detail, "passed": found.passed,
        "witness": found.witness, "proves": found.proves},
        as_json=as_json)
    raise typer.Exit(DONE if found.valid else _INVALID)
