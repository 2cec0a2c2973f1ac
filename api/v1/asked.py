"""What questions about a company share: whose it is, which day, and what was known when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar.params import Parameter, QueryParameter

from api.wiring import Services
from credit import lookup, uscc
from credit.accounts.model import Caller, Role
from credit.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from credit.model import Entity

KnownAt = Annotated[str | None, Parameter(description="当时所知:时间(RFC 3339)或日志序号")]
Ground = Annotated[str | None, Parameter(description="办理投诉的机关查询既往状态时,填投诉受理编号")]
OnDay = Annotated[date | None, QueryParameter(name="on", description="哪一天,默认今天")]


async def entity_of(code: str) -> Entity:
    """The entity of a code. Raises BadCode, NotFound."""
    found = await lookup.entity_by_code(uscc.check(code))
    if found is None:
        raise NotFound(f"本系统尚无{code}的信息 nothing is recorded about {code}")
    return found


def own(caller: Caller, code: str) -> None:
    """Raises Forbidden for a company that asks about another one."""
    if caller.role is Role.ENTERPRISE and caller.org_code != code:
        raise Forbidden("企业只能查看本单位 an enterprise sees itself only")


async def known(
    known_at: str | None, services: Services, visitor: Caller | None, code: str, ground: str | None
) -> int:
    """The log position of `known_at`, a moment or a seq. Raises Invalid, NotYetKnown, PastNotAllowed."""
    if known_at is None:
        return lookup.FOREVER
    return await services.asking.look_back(moment_or_seq(known_at), visitor, [code], complaint=ground)


def moment_or_seq(text: str) -> datetime | int:
    """A log position as an address writes it; a plus sign that became a blank is read as one. Raises Invalid."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    try:
        moment = msgspec.convert(text.strip().replace(" ", "+"), datetime)
    except msgspec.ValidationError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1900 <= moment.year < 3000:
        raise Invalid("known_at 有误", errors=(
            FieldError("/known_at", "wrong_form", "填写日志序号,或带时区的时间,如 2026-05-20T09:00:00+08:00"),))
    return moment
