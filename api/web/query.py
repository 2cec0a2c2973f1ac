"""The front page and the query: a code leads to the company's card, a name to those who bear it."""

from __future__ import annotations

import re
import unicodedata

import msgspec
from litestar import Controller, get
from litestar.response import Redirect, Template

from api.auth import anyone
from api.web.pages import page
from api.wiring import Services
from credit import lookup, names, uscc
from credit.kernel.errors import Refusal
from credit.model import Entity, SubjectKind
from sanctions.intake.privacy import without_id_numbers

LONGEST = 120  # characters of a query
_MOST = 50  # candidates shown
_LIKE_CODE = re.compile(r"[0-9A-Za-z*＊×●•?？#＃]+")


class QueryField(msgspec.Struct, frozen=True, kw_only=True):
    """The one field: what was typed, what is wrong with it, and the code that may have been meant."""

    value: str = ""
    error: str = ""
    meant: str = ""


class Query(Controller):
    """Public query by code or full name."""

    guards = [anyone]
    include_in_schema = False

    @get("/", sync_to_thread=False)
    def home(self) -> Template:
        """The field, and what the service is for whom."""
        return page("home", field=QueryField())

    @get("/query")
    async def query(self, services: Services, q: str = "") -> Template | Redirect:
        """A code goes to its card, a name to its candidates, anything else back to the field with the cure."""
        text = q.strip()
        fault = form_fault(text)
        if fault:
            return page("home", status=422, field=QueryField(value=text[:LONGEST], error=fault))
        if not is_code_like(text):
            return await _candidates(text, services)
        try:
            return Redirect(f"/companies/{uscc.check(text)}", status_code=303)
        except uscc.BadCode as refusal:
            return page("home", status=422, field=refused(text, refusal))


def form_fault(text: str) -> str:
    """What keeps a text from being looked up at all, empty where nothing does."""
    if len(text) > LONGEST:
        return f"最多{LONGEST}个字：请填写统一社会信用代码或企业全称"
    if any(unicodedata.category(c) in ("Cs", "Co", "Cn") or c == "\ufffd" for c in text):
        return "含有无法识别的字符：请重新输入"
    if not names.fold(text):
        return "请填写统一社会信用代码或企业全称"
    return ""


def is_code_like(text: str) -> bool:
    """Whether a text is rather a code than a name: Latin letters and digits in any width, at least six digits."""
    plain = unicodedata.normalize("NFKC", uscc.compact(text))
    return bool(_LIKE_CODE.fullmatch(plain)) and sum(c.isdigit() for c in plain) >= 6


def refused(text: str, refusal: Refusal) -> QueryField:
    """The field again with the refusal; an ID-card number is not shown again."""
    kept = "" if isinstance(refusal, uscc.IdCardNumber) else without_id_numbers(text)
    plain = unicodedata.normalize("NFKC", uscc.compact(text)).upper()
    return QueryField(value=kept, error=refusal.detail, meant=plain if uscc.is_valid(plain) else "")


async def _candidates(text: str, services: Services) -> Template:
    found = [e for e in await lookup.entities_named(names.fold(text)) if is_public(e)]
    shown = [(entity, names.same(entity.name, text)) for entity in found[:_MOST]]
    exact = {entity.code for entity in found}
    await services.naming.follow()
    like = [f for f in services.naming.search(text) if f.code not in exact]
    entities = await lookup.entities_of([f.code for f in like])
    similar = [(entities[f.code], f) for f in like if f.code in entities and is_public(entities[f.code])]
    return page("candidates", field=QueryField(value=without_id_numbers(text)), found=shown, similar=similar,
                more=len(found) > _MOST)


def is_public(entity: Entity) -> bool:
    """Natural persons have no page, and nobody without a code has."""
    return entity.kind is not SubjectKind.NATURAL_PERSON and entity.code is not None
