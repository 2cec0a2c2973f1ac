"""随机抽查 for everybody: each draw with its list, seed, result, instructions and how to draw again."""

from __future__ import annotations

from litestar import Controller, get
from litestar.response import Template

from api.auth import anyone
from api.paging import Cursor, below, cursor_of
from api.web.pages import page
from api.wiring import Services
from credit.accounts import service as accounts

_SHOWN = 50


class PublicDraws(Controller):
    """抽查公开。"""

    path = "/draws"
    guards = [anyone]
    include_in_schema = False

    @get("/")
    async def listing(self, services: Services, cursor: Cursor = None) -> Template:
        """Every draw, newest first."""
        found, more = await services.draws.listing(below(cursor), _SHOWN)
        return page("draws", draws=found, names=await names_of(*(d.org_code for d in found)),
                    more=None if more is None else cursor_of(str(more)))

    @get("/{draw_id:str}")
    async def one(self, draw_id: str, services: Services) -> Template:
        """One draw."""
        found = await services.draws.read(draw_id)
        drawn = {d.item: d for d in found.result}
        codes = (found.org_code, *(t.addressee for t in found.instructions))
        return page("draw", found=found, drawn=drawn, names=await names_of(*codes),
                    subjects={i.id: i.subject_code for i in found.list.items})


async def names_of(*codes: str) -> dict[str, str]:
    """Each organisation's name, its code where it is not registered."""
    found = {code: await accounts.find_organisation(code) for code in set(codes)}
    return {code: one.name if one else code for code, one in found.items()}
