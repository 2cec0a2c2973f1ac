"""`tendercredit keys create` (a key for an organisation, printed once) and `keys rotate-log` (the log's own key)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import AsJson, note, run, say, wrong_use

if TYPE_CHECKING:
    from api.v1.keys import KeyIssued
    from credit.kernel.checkpoints import Rotation


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="接口密钥 API keys", no_args_is_help=True)
    group.command()(create)
    group.command(name="rotate-log")(rotate_log)
    group.callback()(_group)
    app.add_typer(group, name="keys")


def _group() -> None:
    """接口密钥 API keys."""


def create(
    role: Annotated[str, typer.Option(help="authority, reviewer, coordinator, platform, enterprise, …")],
    org: Annotated[str, typer.Option(help="统一社会信用代码")],
    name: Annotated[str, typer.Option(help="这把密钥的用途")],
    scopes: Annotated[str, typer.Option(help="逗号分隔,如 push:any")] = "",
    expires: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="最后一天有效")] = None,
    org_name: Annotated[str | None, typer.Option(help="机关未登记时以此名称登记")] = None,
    as_json: AsJson = False,
) -> None:
    """签发密钥 Issue a key and print it once; only its hash is kept."""
    from credit.accounts.model import Role

    if role not in list(Role):
        raise wrong_use(f"--role 只能是 {', '.join(Role)}")
    wanted: dict[str, object] = {
        "org_code": org, "role": role, "name": name, "scopes": [s.strip() for s in scopes.split(",") if s.strip()],
        "expires_on": expires.date().isoformat() if expires else None,
    }
    made = run(_create(wanted, org_name))
    until: date | str = made.expires_on or "撤销为止"
    say(str(made.key), {"key": made.key, "id": made.id, "org_code": made.org_code, "role": made.role,
                        "scopes": made.scopes, "expires_on": made.expires_on}, as_json=as_json)
    note(f"{made.role} {made.org_code},有效至 {until},编号 {made.id};密钥只显示这一次 shown once")


async def _create(wanted: dict[str, object], org_name: str | None) -> KeyIssued:
    from api import decoding
    from api.running import lifespan
    from api.v1.keys import KeyInput, check_expiry, issued
    from api.wiring import build
    from credit.accounts import service as accounts
    from credit.accounts.model import OrganisationInput
    from credit.kernel.settings import from_environment

    given = decoding.collect(KeyInput, wanted)
    if isinstance(given, decoding.Faulty):
        raise given.refusal()
    services = build(from_environment())
    now = services.clock()
    check_expiry(given.expires_on, now)
    async with lifespan.opened(services):
        if org_name and await accounts.find_organisation(given.org_code) is None:
            registered = OrganisationInput(code=given.org_code, name=org_name)
            await accounts.register_organisation(registered, by=lifespan.SYSTEM, now=now)
        secret, made = await accounts.create_key(
            org_code=given.org_code, role=given.role, name=given.name, scopes=frozenset(given.scopes),
            expires_on=given.expires_on, by=lifespan.SYSTEM, now=now,
        )
    return issued(made, secret)


def rotate_log(as_json: AsJson = False) -> None:
    """轮换日志签名密钥 A new key signs the log from now on; the old one stays for checking what it signed."""
    done = run(_rotate())
    facts = {"vkey": done.key.vkey, "key_id": done.key.key_id.hex(), "retired": done.signer.vkey, "from": done.at}
    say([f"新公钥 new key: {done.key.vkey}", f"旧公钥仍可核验 retired, still checks: {done.signer.vkey}"], facts,
        as_json=as_json)
    note("请另存新公钥并备份 keys/;运行中的服务自动改用 back up keys/; a running service follows by itself")


async def _rotate() -> Rotation:
    from credit.kernel import database
    from credit.kernel.clock import system_clock
    from credit.kernel.custody import open_log
    from credit.kernel.settings import from_environment

    settings, now = from_environment(), system_clock()
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        await database.migrate()
        custody = await open_log(settings, now=now)
        done = await custody.keys.rotate(now=now, by="operator")
        await custody.publish()
    return done
