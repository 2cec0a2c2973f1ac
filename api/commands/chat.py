"""`tendercredit chat`: the bot's dialogue on the terminal, from standard input too."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import note, run

if TYPE_CHECKING:
    from credit.kernel.settings import Settings


def register(app: typer.Typer) -> None:
    app.command()(chat)


def chat(
    data: Annotated[Path | None, typer.Option(help="数据目录,默认 TENDERCREDIT_DATA")] = None,
    code: Annotated[str | None, typer.Option(help="一次性绑定码,作为第一条消息")] = None,
    name: Annotated[str | None, typer.Option("--as", help="会话名称,默认为系统用户名")] = None,
) -> None:
    """在终端与机器人对话 Chat with the bot here; a path hands in a file, a number presses a button."""
    from api.demo import settings_beside
    from credit.kernel.settings import from_environment

    chosen = from_environment()
    settings = settings_beside(replace(chosen, data=data) if data is not None else chosen)
    run(_chat(settings, code, name or getpass.getuser()))


async def _chat(settings: Settings, code: str | None, who: str) -> None:
    from api.running import lifespan
    from api.wiring import build
    from bots.console import Terminal, converse

    services = build(settings)
    async with lifespan.opened(services), lifespan.truthful(services):
        await services.register.load()
        terminal = Terminal(_write)
        intake = services.bots.with_platform(terminal)
        if sys.stdin.isatty():
            note("标信 终端对话:回复“帮助”,Ctrl-D 结束 reply \"help\", Ctrl-D ends")
        await converse(terminal, intake, who[:60], _lines(), first=f"绑定 {code}" if code else None)


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def _lines() -> AsyncIterator[str]:
    while True:
        if sys.stdin.isatty():
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            return
        yield line
