"""Companies over HTTP: found by name, entered by public bodies or by themselves, and the card of each."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State

from api.auth import address, anyone, replayed
from api.bodies import json_body
from api.paging import Cursor, Limit, cut
from api.profiles import StatementLine, lines, self_kind, self_registered
from api.v1.views import EntityCard, card
from api.wiring import Services
from credit import lookup, names, uscc
from credit.accounts import sessions
from credit.accounts.model import Caller, Role
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from credit.kernel.unit import Replayed
from credit.kernel.unit import Request as RequestKey
from credit.model import Entity
from credit.profiles.inputs import RegistrationInput
from credit.profiles.model import StatementKind
from credit.profiles.service import register_self
from credit.service import EntityInput, register_entity
from sanctions.service.answering.naming import MOST, POSSIBLE

AnyRequest = Request[object, object, State]
LONGEST_NAME = 120  # characters of a name that is looked for
MOST_REGISTRATIONS = 10  # of one address within a quarter of an hour
_OURS = (Role.AUTHORITY, Role.OPERATOR)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A company that may be meant: `matched` is the name that is like the one asked for, `why` says how in a sentence.

    `verdict` is same, maybe or different; a name alone never proves who is meant.
    """

    code: str
    name: str
    matched: str
    former: bool
    score: float
    verdict: str
    why: str
    sentences: tuple[str, ...]
    merged_into: str | None = None


class Candidates(msgspec.Struct, frozen=True):
    items: tuple[Candidate, ...]
    next_cursor: str | None = None


class Entities(Controller):
    """主体:查找、登记、名片。"""

    path = "/v1/entities"
    tags = ["entities"]
    guards = [anyone]

    @get("/", summary="按名称查找 Find by name")
    async def find(
        self, services: Services, visitor: Caller | None, name: str, limit: Limit = 10, cursor: Cursor = None
    ) -> Candidates:
        """Companies that bear or bore this name or one like it, best first; with a key also those that a number, a
        region or another part tells apart, marked `different`."""
        if not names.plain(name) or len(name) > LONGEST_NAME:
            raise Invalid("填写名称", errors=(FieldError("/name", "missing", f"填写企业名称，至多{LONGEST_NAME}字"),))
        await services.naming.follow()
        verdicts = tuple(names.Verdict) if visitor else POSSIBLE
        found = list(enumerate(services.naming.search(name, limit=MOST, verdicts=verdicts)))
        page, following = cut(found, lambda ranked: f"{ranked[0]:03d}", limit, cursor)
        entities = await lookup.entities_of([f.code for _, f in page])
        items = tuple(_candidate(f, entities[f.code]) for _, f in page if f.code in entities)
        return Candidates(items, following)

    @post("/", dto=json_body(EntityInput), summary="登记主体 Register")
    async def register(
        self, data: EntityInput, services: Services, visitor: Caller | None, request: AnyRequest,
        request_key: RequestKey | None,
    ) -> Response[EntityCard]:
        """A public body enters a company's facts; what is in is changed by the operator only. Anybody else enters a
        company freely, without review: code and name, shown as 自行填报; it gives no sight of private records. The same
        again changes nothing."""
        if visitor is None or visitor.role not in _OURS:
            return await _free(data, services, address(request), visitor)
        if visitor.role is not Role.OPERATOR and "push:any" not in visitor.scopes:
            await _same_or_new(data)
        try:
            made = await register_entity(
                data, by=visitor.key_id, now=services.clock(), salt=services.salt, request=request_key)
        except Replayed as exc:
            made = replayed(exc, Entity)
        return Response(card(made, 0), status_code=201)

    @get("/{code:str}", summary="名片 Card")
    async def read(self, code: str, services: Services) -> EntityCard:
        """A company at a glance: what it is and does today, and how many penalties and entries on lists are shown."""
        return await _card(uscc.check(code), services)


async def _free(
    data: EntityInput, services: Services, asker: str, visitor: Caller | None
) -> Response[EntityCard]:
    """自主注册: no review, and nothing that others rest on. The company itself, once proved, may change its name."""
    given = {"branch_of": data.branch_of, "merged_into": data.merged_into, "founded_on": data.founded_on,
             "legal_representative": data.legal_representative}
    errors = tuple(FieldError(f"/{name}", "not_allowed", "自主注册只填代码、名称和类型;其余核验后填报或由机关录入")
                   for name, value in given.items() if value is not None)
    if errors:
        raise Invalid("自主注册只填代码、名称和类型", errors=errors)
    code, now = uscc.check(data.code), services.clock()
    await sessions.spend({sessions.attempt_key("register", asker): MOST_REGISTRATIONS}, now)
    itself = visitor is not None and visitor.role is Role.ENTERPRISE and visitor.org_code == code
    made = await register_self(code, RegistrationInput(name=data.name, kind=data.kind), now=now,
                               proved_by=visitor.key_id if visitor is not None and itself else None)
    known = made.duplicate or await lookup.entity_by_code(code) is not None
    return Response(await _card(code, services), status_code=200 if known else 201)


async def _card(code: str, services: Services) -> EntityCard:
    """Everything of the card. Raises NotFound for a company that nobody has entered, not even itself."""
    entity, today = await lookup.entity_by_code(code), business_day(services.clock())
    own_name = await self_registered(code)
    if entity is None and not own_name:
        raise NotFound(f"本系统尚无{code}的信息 nothing is recorded about {code}")
    views = await services.standing.penalties(code, today) if entity else ()
    entries = await services.standing.listings(code, today) if entity else ()
    shown = sum(v.published for v in views) + sum(e.published for e in entries)
    if entity is None:
        entity = Entity(entity_id="", kind=await self_kind(code), name=own_name, code=code)
    return msgspec.structs.replace(
        card(entity, shown), self_registered=bool(own_name), entered=bool(entity.entity_id),
        roles=await _lines(code, StatementKind.ROLE, today), status=await _lines(code, StatementKind.STATUS, today),
    )


async def _lines(code: str, kind: StatementKind, today: date) -> tuple[StatementLine, ...]:
    return tuple(await lines(code, kind, today, whole=False, ended=False))


async def _same_or_new(data: EntityInput) -> None:
    """An office may enter a company that nobody has entered; changing one is the operator's."""
    known = await lookup.entity_by_code(uscc.check(data.code))
    given = (data.founded_on, data.branch_of, data.merged_into)
    if known is not None and (
        not names.same(known.name, data.name) or given != (known.founded_on, known.branch_of, known.merged_into)
    ):
        raise Forbidden("该主体已登记,变更请由运营方办理 only the operator changes what is entered")


def _candidate(found: names.Found, entity: Entity) -> Candidate:
    former = names.plain(entity.name) != found.name
    reasons = (*found.match.sentences, *((f"所匹配的是曾用名，现名“{entity.name}”",) if former else ()))
    return Candidate(
        code=found.code, name=entity.name, matched=found.name, former=former, score=found.match.score,
        verdict=found.match.verdict.value, why="；".join(reasons), sentences=reasons, merged_into=entity.merged_into,
    )
