"""公示名单 for everybody: how many are on each list, the files to download, how to check and to follow them."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get
from litestar.response import Template

from api.auth import anyone
from api.paging import Cursor, below, cursor_of
from api.v1.extracts import view
from api.web.pages import page
from api.wiring import Services
from sanctions.extracts.notes import moment_of
from sanctions.model import ListCode

_SHOWN = 20


class PublicExtracts(Controller):
    """公示名单摘录。"""

    path = "/extracts"
    guards = [anyone]
    include_in_schema = False

    @get("/")
    async def listing(self, services: Services, cursor: Cursor = None) -> Template:
        """The extract of now, list by list, then those before it."""
        newest = await services.extracts.current()
        found = await services.extracts.listing(below(cursor), _SHOWN)
        now = view(newest.kept, newest.kept)
        lists: dict[str, dict[str, Any]] = {}
        sources = {source.list: moment_of(source.fetched_at) for source in newest.manifest.sources}
        for one in now.files:
            held = lists.setdefault(one.list, {"title": one.title, "rows": one.rows, "files": [],
                                               "fetched": one.list in set(ListCode), "at": sources.get(one.list)})
            held["files"].append(one)
        return page(
            "extracts", now=now, lists=lists, former=[view(one, newest.kept) for one in found],
            more=cursor_of(str(found[-1].number)) if len(found) == _SHOWN else None)
