"""The pages that `type` of a problem points to: each code with its title, status and meaning."""

from __future__ import annotations

from html import escape

from litestar import Controller, MediaType, get

from api.auth import anyone
from api.problems import kinds
from credit.kernel.errors import NotFound, Refusal

_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>{body}<p><a href="/problems">全部代码 All codes</a></p></body></html>"""


class ProblemPages(Controller):
    """Explanations of problem codes."""

    path = "/problems"
    guards = [anyone]  # noqa: RUF012
    include_in_schema = False

    @get("/", media_type=MediaType.HTML, sync_to_thread=False)
    def index(self) -> str:
        """Every code this service may answer."""
        rows = "".join(
            f'<tr><td><a href="/problems/{escape(code)}">{escape(code)}</a></td><td>{kind.status}</td>'
            f"<td>{escape(kind.title)}</td></tr>" for code, kind in kinds().items()
        )
        return _PAGE.format(title="错误代码 Problem codes", body=f"<table>{rows}</table>")

    @get("/{code:str}", media_type=MediaType.HTML, sync_to_thread=False)
    def one(self, code: str) -> str:
        """What one code means."""
        kind = kinds().get(code)
        if kind is None:
            raise NotFound("没有此代码,全部代码见 /problems no such problem code")
        return _PAGE.format(title=escape(kind.title), body=_meaning(kind))


def _meaning(kind: type[Refusal]) -> str:
    said = kind.__dict__.get("__doc__") or "说明见返回的 detail。See `detail` of the answer."
    return f"<p><code>{escape(kind.code)}</code> · HTTP {kind.status}</p><p>{escape(said)}</p>"
