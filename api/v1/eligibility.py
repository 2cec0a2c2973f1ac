"""May it bid? Up to a thousand subjects at once, with tender, reasons and the state of knowledge."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import Parameter, QueryParameter

from api.auth import anyone, needs
from api.bodies import json_body
from api.quick.hot import PublicAnswer
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.service import person_entity_id
from sanctions.service.answering.ask import Answer, Ask
from sanctions.service.answering.counting import person_key


class Eligibility(Controller):
    """投标资格核查:三值答复,每条理由注明依据。"""

    path = "/v1/eligibility"
    tags = ["eligibility"]

    @post("/", dto=json_body(Ask), status_code=200, summary="批量核查 Ask about bidders",
          guards=[needs(Role.PLATFORM, Role.AUTHORITY, Role.ENTERPRISE, Role.AUDITOR)])
    async def ask(self, data: Ask, services: Services, caller: Caller) -> Answer:
        """The same `bid` is a consortium. A past `known_at` is answered to those entitled, and logged first.

        `receipt: true` adds a signed, logged receipt that anybody can check offline.
        """
        answer = await (services.receipts if data.receipt else services.asking).ask(data, caller)
        services.counting.add(caller.role, [a.code for a in answer.answers if a.code])
        persons = [person_entity_id(a.person_ref) for a in answer.answers if a.person_ref]
        services.counting.add(caller.role, [person_key(p) for p in persons])
        return answer


class EligibilityNow(Controller):
    """单个主体的当前核查结果。"""

    path = "/v1/eligibility"
    tags = ["eligibility"]

    @get("/{code:str}", guards=[anyone], summary="当前核查结果 One company now")
    async def now(
        self, code: str, request: Request[Any, Any, State], services: Services, visitor: Caller | None,
        kind: Annotated[str | None, QueryParameter(name="type", description="项目类型")] = None,
        regimes: Annotated[str | None, Parameter(description="tendering,government_procurement")] = None,
        mandatory: Annotated[str | None, Parameter(description="true 或 false")] = None,
        region: Annotated[str | None, Parameter(description="六位行政区划代码")] = None,
        min_seq: Annotated[str | None, Parameter(description="答案至少包含的日志序号")] = None,
    ) -> Answer | PublicAnswer:
        """With a key the verdict; without one only the restrictions that are public, no outcome."""
        query = await services.hot.reach(request.scope["query_string"])
        body = services.hot.answer(code, query, visitor)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})  # type: ignore[return-value]
