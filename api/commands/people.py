"""`tendercredit people create`: somebody who signs in, with a one-time password printed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.console import AsJson, note, run, say, wrong_use

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from credit.accounts.model import Person, Role

Login = Annotated[str, typer.Option(help="登录名:字母、数字、汉字或 . _ - @")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="登录人员 People who sign in", no_args_is_help=True)
    group.command()(create)
    group.command()(reset)
    group.command()(end)
    app.add_typer(group, name="people")


def create(
    role: Annotated[str, typer.Option(help="authority, reviewer, coordinator, platform, enterprise, …")],
    org: Annotated[str, typer.Option(help="统一社会信用代码")],
    name: Login,
    display: Annotated[str, typer.Option(help="页面上的称呼,默认同登录名")] = "",
    org_name: Annotated[str | None, typer.Option(help="单位未登记时以此名称登记")] = None,
    as_json: AsJson = False,
) -> None:
    """开立登录名 Let somebody sign in; the one-time password is printed once and changed at first use."""
    from credit.accounts.model import Role

    if role not in list(Role):
        raise wrong_use(f"--role 只能是 {', '.join(Role)}")
    secret, made = run(_create(Role(role), org, name, display or name, org_name))
    _said(secret, made, as_json=as_json)


def reset(name: Login, as_json: AsJson = False) -> None:
    """重设密码 A new one-time password; every sign-in of the person ends."""
    from api.running.lifespan import SYSTEM
    from credit.accounts import people

    async def act(found: Person, now: datetime) -> tuple[str, Person]:
        return await people.set_password(found.person_id, by=SYSTEM, now=now)

    secret, made = run(_known(name, act))
    _said(secret, made, as_json=as_json)


def end(name: Login, as_json: AsJson = False) -> None:
    """停用 Nobody signs in by this name any more; name and password hash are erased."""
    from api.running.lifespan import SYSTEM
    from credit.accounts import people

    async def act(found: Person, now: datetime) -> tuple[str, Person]:
        await people.end_person(found.person_id, by=SYSTEM, now=now)
        return "", found

    _, ended = run(_known(name, act))
    say(f"已停用 {ended.login}", {"id": ended.person_id, "name": ended.login, "ended": True}, as_json=as_json)


def _said(secret: str, made: Person, *, as_json: bool) -> None:
    facts = {"id": made.person_id, "name": made.login, "password": secret, "org_code": made.org_code,
             "role": made.role}
    say(secret, facts, as_json=as_json)
    note(f"{made.role} {made.org_code},登录名 {made.login};一次性密码只显示这一次,首次登录须修改 shown once")


async def _create(role: Role, org: str, name: str, display: str, org_name: str | None) -> tuple[str, Person]:
    from api.running import lifespan
    from api.wiring import build
    from credit.accounts import people
    from credit.accounts import service as accounts
    from credit.accounts.model import OrganisationInput, PersonInput
    from credit.kernel.settings import from_environment

    services = build(from_environment())
    async with lifespan.opened(services):
        if org_name and await accounts.find_organisation(org) is None:
            wanted = OrganisationInput(code=org, name=org_name)
            await accounts.register_organisation(wanted, by=lifespan.SYSTEM, now=services.clock())
        given = PersonInput(login=name, display_name=display, org_code=org, role=role)
        return await people.create_person(given, by=lifespan.SYSTEM, now=services.clock())


async def _known(
    name: str, act: Callable[[Person, datetime], Awaitable[tuple[str, Person]]]
) -> tuple[str, Person]:
    from api.running import lifespan
    from api.wiring import build
    from credit.accounts import people
    from credit.kernel.errors import NotFound
    from credit.kernel.settings import from_environment

    services = build(from_environment())
    async with lifespan.opened(services):
        found = await people.person_of(name)
        if found is None:
            raise NotFound(f"没有登录名“{name}” no such name")
        return await act(found, services.clock())
