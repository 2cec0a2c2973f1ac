"""Relapse over HTTP: what a body should weigh before it decides again. For public bodies only; bars nobody."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import Controller, get

from api.auth import needs
from api.v1.asked import OnDay, entity_of
from api.wiring import Services
from credit import uscc
from credit.accounts.model import Role
from credit.kernel.clock import business_day
from sanctions.relapse import Hint


class RelapseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`bars` is always false: what is met is weighed and decided by the competent body."""

    code: str
    on: date
    hints: tuple[Hint, ...]
    note: str = "供有权机关裁量时参考,不是处罚,不限制任何人;行为日期、损失等以认定机关查明的为准"
    bars: bool = False


class OnRelapse(Controller):
    """再犯和情节严重的提示(招标投标法实施条例第六十七条、第六十八条)。"""

    path = "/v1/entities"
    tags = ["entities"]

    @get("/{code:str}/relapse-hints", summary="再犯提示 Relapse",
         guards=[needs(Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR)])
    async def read(self, code: str, services: Services, on: OnDay = None) -> RelapseAnswer:
        """Hints for a decision made on the day, from what is known now."""
        right = uscc.check(code)
        await entity_of(right)
        day = on or business_day(services.clock())
        return RelapseAnswer(code=right, on=day, hints=await services.relapses.hints(right, day))
