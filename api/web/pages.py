"""How pages are made: templates that escape everything, one style sheet, and the headers pages share."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.datastructures import CacheControlHeader
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig

from api.auth import anyone
from api.web.words import FILTERS
from sanctions.verdicts import CAVEAT

HERE = Path(__file__).parent
_STYLE = HERE / "static" / "site.css"
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


def environment() -> Environment:
    """The templates' environment: autoescape on, an unknown name is an error."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    found.filters |= FILTERS
    found.globals |= {"style": f"/static/site.css?v={_digest(_STYLE)}", "caveat": CAVEAT}
    return found


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


TEMPLATES: TemplateConfig[JinjaTemplateEngine] = TemplateConfig(
    instance=JinjaTemplateEngine.from_environment(environment())
)
STATIC = create_static_files_router(
    path="/static", directories=[HERE / "static"], guards=[anyone], opt={"unlimited": True},
    cache_control=CacheControlHeader(public=True, max_age=86400),
)


def page(name: str, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any) -> Template:
    """A page from `name`.html; kept by nobody's cache without asking again, unless `headers` say otherwise."""
    given = {"Cache-Control": "no-cache", "Vary": "Accept"} | (headers or {})
    return Template(f"{name}.html", context=context, status_code=status, headers=given, media_type="text/html")
