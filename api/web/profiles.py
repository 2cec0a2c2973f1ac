"""The profile of a company on pages: seen and stated by the company itself, and entered by an office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.profiles import StatementLine, lines
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit import lookup, uscc
from credit.accounts import proving
from credit.accounts.model import Role
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Invalid, NotFound, Refusal
from credit.profiles import service as profiles
from credit.profiles.inputs import INPUTS, AnyInput, Ending
from credit.profiles.model import (
    POST_TITLES,
    RELATION_TITLES,
    ROLE_TITLES,
    STATUS_TITLES,
    StatementKind,
)

Page = Template | Redirect
SHOWN = tuple(kind for kind in StatementKind if kind is not StatementKind.REGISTRATION)
KIND_TITLES = {
    StatementKind.ROLE: "角色", StatementKind.QUALIFICATION: "资质", StatementKind.STAFF: "主要人员",
    StatementKind.REPRESENTATIVE: "法定代表人", StatementKind.RELATION: "与其他单位的关系",
    StatementKind.STATUS: "存续状态",
}
_FIELDS = ("role", "name", "number", "issuer", "grade", "post", "person_ref", "relation", "other_code", "status",
           "source")
CHOICES: Mapping[str, Mapping[Any, str]] = {
    "role": ROLE_TITLES, "post": POST_TITLES, "relation": RELATION_TITLES, "status": STATUS_TITLES,
}


async def shown(code: str, today: date, *, whole: bool) -> dict[StatementKind, list[StatementLine]]:
    """Everything in force, by kind; with `whole` what has ended or not yet begun as well."""
    return {kind: await lines(code, kind, today, whole=whole, ended=whole) for kind in SHOWN}


class OwnProfile(Controller):
    """企业档案:自行填报。"""

    path = "/desk/profile"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def read(self, signed: Signed, services: Services) -> Template:
        """What is stated about the company, and the forms to state more."""
        return await _page(signed, services, signed.person.org_code, "/desk/profile")

    @post("/", status_code=303)
    async def act(self, signed: Signed, services: Services, sent: Sent) -> Page:
        """States something, or ends it."""
        return await _act(signed, services, sent, signed.person.org_code, "/desk/profile")


class OfficeProfiles(Controller):
    """机关:录入主体档案,记录法定代表人到场。"""

    path = "/office/companies"
    guards = [signed_in(Role.AUTHORITY, Role.REVIEWER)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def find(self, signed: Signed, services: Services, code: str = "") -> Page:
        """Which company; a known code leads to its profile."""
        if not code:
            return desk("office_companies", signed, faults=(), typed=code)
        try:
            right = uscc.check(code)
            await _entered(right)
        except Refusal as refusal:
            return desk("office_companies", signed, status=refusal.status, typed=code,
                        faults=(Fault("code", refusal.detail),))
        return Redirect(f"/office/companies/{right}", status_code=303, headers=PRIVATE)

    @get("/{code:str}")
    async def read(self, code: str, signed: Signed, services: Services) -> Template:
        """The profile with the forms."""
        await _entered(uscc.check(code))
        return await _page(signed, services, code, f"/office/companies/{code}")

    @post("/{code:str}", status_code=303)
    async def act(self, code: str, signed: Signed, services: Services, sent: Sent) -> Page:
        """States something, ends it, or records that the legal representative appeared."""
        await _entered(uscc.check(code))
        return await _act(signed, services, sent, code, f"/office/companies/{code}")


async def _entered(code: str) -> None:
    if await lookup.entity_by_code(code) is None:
        raise NotFound("本系统尚无该企业的登记,请先登记主体")


async def _page(
    signed: Signed, services: Services, code: str, address: str, *, sent: Sent = NOTHING,
    faults: tuple[Fault, ...] = (), status: int = 200, done: str = "",
) -> Template:
    entity, today = await lookup.entity_by_code(code), business_day(services.clock())
    hints = () if signed.person.role is Role.ENTERPRISE else await services.relapses.hints(code, today)
    what = sent.text("what")
    return desk(
        "profile", signed, status=status, code=code, address=address, company=entity.name if entity else "",
        groups=await shown(code, today, whole=True), titles=KIND_TITLES, choices=CHOICES, today=today,
        own=signed.person.role is Role.ENTERPRISE, faults=faults, typed=sent.kept(), what=what, done=done,
        hints=hints,
    )


async def _act(signed: Signed, services: Services, sent: Sent, code: str, address: str) -> Page:
    what, now = sent.text("what"), services.clock()
    try:
        if what == "end":
            ending = Ending(mistaken=True) if sent.ticked("mistaken") else Ending(on=_day(sent, "on"))
            await profiles.end(sent.text("id"), code, ending, signed.caller, now=now)
        elif what == "appeared" and signed.person.role is not Role.ENTERPRISE:
            day = _day(sent, "appeared_on") or business_day(now)
            made = await proving.by_office(sent.text("person_id"), code, day, by=signed.caller.key_id, now=now)
            return await _page(signed, services, code, address, done=f"已核验账户 {made.person_id}")
        else:
            await profiles.state(code, _given(what, sent), signed.caller, now=now, salt=services.salt)
    except Refusal as refusal:
        places = {f"/{name}": f"{what}-{name}" for name in (*_FIELDS, "share", "from", "to")}
        places |= {"/on": f"on-{sent.text('id')}", "/appeared_on": "appeared_on"}
        found = faults_of(refusal, places) if refusal.errors else (Fault("", refusal.detail),)
        return await _page(signed, services, code, address, sent=sent, faults=found, status=refusal.status)
    return Redirect(address, status_code=303, headers=PRIVATE)


def _given(what: str, sent: Sent) -> AnyInput:
    """What the form states. Raises Invalid for a form that is none of ours, or a number or day that is none."""
    kind = INPUTS[StatementKind(what)] if what in SHOWN else None
    if kind is None:
        raise Invalid("请从本页的表单提交")
    names = kind.__struct_fields__
    raw: dict[str, Any] = {name: sent.text(name) for name in _FIELDS if name in names}
    raw |= {"from": _day(sent, "from"), "to": _day(sent, "to")}
    if not raw.get("person_ref", True):
        raw["person_ref"] = None
    if "share" in names:
        raw["share"] = _share(sent)
    try:
        made: AnyInput = msgspec.convert(raw, kind)
    except msgspec.ValidationError:
        errors = tuple(FieldError(f"/{name}", "missing", "请选择一项") for name in CHOICES if name in names)
        raise Invalid("请选择一项", errors=errors) from None
    return made


def _day(sent: Sent, name: str) -> date | None:
    found = sent.day(name)
    if found is None and sent.text(name):
        raise Invalid("日期有误", errors=(FieldError(f"/{name}", "wrong_form", "日期写作 2026-05-20"),))
    return found


def _share(sent: Sent) -> float | None:
    text = sent.text("share").removesuffix("%")
    if not text:
        return None
    try:
        found = float(text) if text.isascii() else -1.0
    except ValueError:
        found = -1.0
    return found if found == found and abs(found) < 1e6 else -1.0
