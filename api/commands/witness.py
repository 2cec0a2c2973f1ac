"""`tendercredit witness`: on another machine, hold a log to what it signed before, and cosign its checkpoints."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import AsJson, note, run, say, wrong_use

if TYPE_CHECKING:
    from api.witnessing import Round, Witness

_PATIENCE = 30.0  # seconds for an answer


def register(app: typer.Typer) -> None:
    app.command()(witness)


def witness(
    log: Annotated[str, typer.Option(metavar="URL", help="日志所在的服务,如 https://credit.example")],
    data: Annotated[Path, typer.Option(metavar="DIR", help="见证人自己的文件夹:密钥、上次的检查点、证据")],
    name: Annotated[str, typer.Option(help="见证人名称,首次运行时定;默认主机名")] = "",
    log_key: Annotated[str | None, typer.Option(metavar="VKEY", help="事先取得的日志公钥;不填则首次所见为准")] = None,
    once: Annotated[bool, typer.Option("--once", help="只看一次")] = False,
    every: Annotated[int, typer.Option(min=1, help="隔多少秒看一次 seconds")] = 60,
    as_json: AsJson = False,
) -> None:
    """见证日志 Cosign a log's checkpoints; a rewritten log is refused with exit 3 and both notes kept as evidence."""
    run(_watch(log, data, name or socket.gethostname(), log_key, None if once else every, as_json))


async def _watch(url: str, data: Path, name: str, pinned: str | None, every: int | None, as_json: bool) -> None:
    import httpx

    from api.witnessing import Unreachable, Witness
    from credit.kernel.clock import system_clock

    if not url.startswith(("http://", "https://")):
        raise wrong_use("--log 应为 http(s) 地址 needs the address of the service")
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as client:
        watching = Witness(data, client, name)
        note(f"见证公钥 witness key (TENDERCREDIT_WITNESSES): {watching.vkey}")
        while True:
            try:
                _tell(await watching.look(system_clock(), pinned), watching, as_json)
            except Unreachable as exc:
                if every is None:
                    raise wrong_use(str(exc)) from None
                note(f"tendercredit: {exc}")
            if every is None:
                return
            await asyncio.sleep(every)


def _tell(done: Round, watching: Witness, as_json: bool) -> None:
    kept = "服务已收存 kept by the service" if done.taken else f"服务未收存 not taken by the service: {done.said}"
    since = "首次所见 first seen" if done.before is None else f"上次 before: {done.before} 条"
    facts = {"origin": done.origin, "size": done.size, "before": done.before, "taken": done.taken,
             "witness": watching.vkey}
    say(f"已见证 cosigned {done.origin} {done.size} 条({since};{kept})", facts, as_json=as_json)
