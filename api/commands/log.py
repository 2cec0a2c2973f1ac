"""`tendercredit migrate`, `verify` and `checkpoint`: the schema and the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from api.console import REFUSED, AsJson, progress, run, say

if TYPE_CHECKING:
    from credit.kernel.verify import Report


def register(app: typer.Typer) -> None:
    app.command()(migrate)
    app.command()(verify)
    app.command()(checkpoint)


def migrate(as_json: AsJson = False) -> None:
    """升级数据库结构 Bring the schema forward; a SQLite file is copied to backups/ first."""
    facts = run(_migrate())
    lines = [f"数据库已是最新 schema is up to date ({facts['engine']})"]
    if facts["backup"]:
        lines.append(f"备份 backup: {facts['backup']}")
    say(lines, facts, as_json=as_json)


async def _migrate() -> dict[str, Any]:
    from credit.kernel import database
    from credit.kernel.clock import system_clock
    from credit.kernel.settings import from_environment

    settings = from_environment()
    existing = settings.data / "tendercredit.sqlite"
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        backup = None
        if database.is_sqlite() and existing.exists() and existing.stat().st_size:
            backup = settings.data / "backups" / f"{system_clock():%Y%m%dT%H%M%S%f}.sqlite"
            backup.parent.mkdir(exist_ok=True)
            await database.backup_sqlite(backup)
        await database.migrate()
        engine = "sqlite" if database.is_sqlite() else "postgresql"
    return {"engine": engine, "backup": str(backup) if backup else None}


def verify(as_json: AsJson = False) -> None:
    """核验日志 Recompute the log from the tables up to the checkpoints kept outside the database."""
    report = run(_verify())
    facts = {"ok": report.ok, "size": report.size, "rows": report.rows, "erased": report.erased,
             "checkpoints": report.checkpoints, "superseded": report.superseded,
             "fault_count": report.fault_count, "faults": report.faults}
    checked = f"{report.size} 条日志、{report.rows} 行(已删除正文 {report.erased})、{report.checkpoints} 个检查点"
    if report.superseded:
        checked += f"(其中 {report.superseded} 个属恢复前的日志,所载条目已在恢复中缺失 lost in a recorded restore)"
    if report.ok:
        say(f"核验通过 verified: {checked}", facts, as_json=as_json)
        return
    found = [f"  {f.place}: {f.what}" for f in report.faults]
    say([f"核验发现 {report.fault_count} 处矛盾 contradictions ({checked})", *found], facts, as_json=as_json)
    raise typer.Exit(REFUSED)


async def _verify() -> Report:
    from itertools import chain

    from api.wiring import witnessed
    from credit.kernel import database, ledger
    from credit.kernel.custody import custody_of
    from credit.kernel.published import everything, hand_over_faults
    from credit.kernel.restores import restores
    from credit.kernel.settings import from_environment
    from credit.kernel.verify import verify as recompute

    settings = from_environment()
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        head = await ledger.head()
        custody = custody_of(settings)
        with progress("核验 verify", head.size) as show:
            kept = chain(await hand_over_faults(custody.keys), everything(custody))
            return await recompute(witnessed(), kept, show, await restores())


def checkpoint(as_json: AsJson = False) -> None:
    """签发检查点 Print a signed checkpoint of the log; keep it elsewhere as evidence."""
    signed = run(_checkpoint())
    say(signed.rstrip("\n"), {"checkpoint": signed}, as_json=as_json)


async def _checkpoint() -> str:
    from credit.kernel import database
    from credit.kernel.clock import system_clock
    from credit.kernel.custody import open_log
    from credit.kernel.settings import from_environment

    settings = from_environment()
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        await database.migrate()
        custody = await open_log(settings, now=system_clock(), by="operator")
        return await custody.publish()
