"""`tendercredit tasks`: what was given up, with its reason, and putting it back in line."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.console import REFUSED, AsJson, run, say, table, wrong_use

_ALL = 1_000_000


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="后台任务 Tasks", no_args_is_help=True)
    group.command("list")(show)
    group.command()(retry)
    app.add_typer(group, name="tasks")


def show(as_json: AsJson = False) -> None:
    """列出已放弃的任务及原因 What was given up and why; how many wait."""
    found = run(_found())
    waiting = sum(r["n"] for r in found["counts"] if r["state"] != "dead")
    lines = [f"已放弃 {len(found['dead'])} 件 given up"]
    if waiting:
        lines.append(f"待办 {waiting} 件 waiting")
    say(lines, found, as_json=as_json)
    if not as_json:
        rows = [(r["id"], r["kind"], r["attempts"], r["error"]) for r in found["dead"]]
        table(("编号 id", "事件 kind", "次数 tries", "原因 reason"), rows)


def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="任务编号,见 tasks list")] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部已放弃的任务 all that were given up")] = False,
    as_json: AsJson = False,
) -> None:
    """重新办理已放弃的任务 Put given-up tasks back in line, once what stopped them is mended."""
    if bool(ids) == everything:
        raise wrong_use("给出任务编号,或用 --all name task ids, or --all")
    revived, unknown = run(_retry(ids or []))
    lines = [f"重新办理 {len(revived)} 件 back in line"]
    if unknown:
        lines.append("不是已放弃的任务 not among those given up: " + ", ".join(unknown))
    say(lines, {"revived": revived, "unknown": unknown}, as_json=as_json)
    if unknown:
        raise typer.Exit(REFUSED)


async def _found() -> dict[str, Any]:
    from credit.kernel import database, tasks
    from credit.kernel.settings import from_environment

    settings = from_environment()
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        return {"counts": await tasks.counts(), "dead": await tasks.dead(_ALL)}


async def _retry(ids: list[str]) -> tuple[list[str], list[str]]:
    from credit.kernel import database, tasks
    from credit.kernel.clock import system_clock
    from credit.kernel.settings import from_environment

    settings = from_environment()
    revived: list[str] = []
    unknown: list[str] = []
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        for task_id in ids or [str(r["id"]) for r in await tasks.dead(_ALL)]:
            (revived if await tasks.revive(task_id, system_clock()) else unknown).append(task_id)
    return revived, unknown
