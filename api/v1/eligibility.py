"""May it bid? Up to a thousand subjects at once, with tender, reasons and the state of knowledge."""

from __future__ import annotations

from litestar import Controller, post

from api.auth import needs
from api.bodies import json_body
from api.wiring import Services
from credit.accounts.model import Caller, Role
from sanctions.service.ask import Answer, Ask


class Eligibility(Controller):
    """投标资格核查:三值答复,每条理由注明依据。"""

    path = "/v1/eligibility"
    tags = ["eligibility"]

    @post("/", dto=json_body(Ask), status_code=200, summary="批量核查 Ask about bidders",
          guards=[needs(Role.PLATFORM, Role.AUTHORITY, Role.ENTERPRISE, Role.AUDITOR)])
    async def ask(self, data: Ask, services: Services, caller: Caller) -> Answer:
        """The same `bid` is a consortium. A past `known_at` is answered to those entitled, and logged first."""
        answer = await services.asking.ask(data, caller)
        services.counting.add(caller.role, [a.code for a in answer.answers if a.code])
        return answer
