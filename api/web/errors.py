"""Errors for people: browsers get a page that says what to do, programs keep problem details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.response import Template

from api import problems
from api.web import session
from api.web.pages import page
from credit.kernel.unit import Replayed

AnyRequest = Request[Any, Any, State]
_PROGRAMS = ("/v1/", "/bots/", "/schema", "/healthz", "/readyz", "/metrics", "/static/")
_ADVICE: Mapping[int, tuple[str, str]] = {
    404: ("没有这个页面", "请核对网址；或从首页按统一社会信用代码、企业全称查询。"),
    405: ("此页面不接受这种操作", "请从首页重新开始。"),
    410: ("此页面的内容已依法停止公开", "信息期满、修复或撤回后不再公开，这是正常情形。"),
    413: ("文件太大", "请上传收到的 PDF 原件，不超过 10 MB。"),
    429: ("请求过于频繁", "请稍等片刻再试。批量查询请由交易平台使用接口密钥办理。"),
    500: ("服务出了故障", "这不是您的操作造成的，请稍后再试；如仍不行，请把下面的编号告诉运营方。"),
    503: ("服务暂时不可用", "请稍后再试，没有任何内容被改动。"),
}


def on_error(request: AnyRequest, exc: Exception) -> Response[Any]:
    """Exception handler: a page where a browser asked for one, else problem details."""
    if not wants_page(request):
        return problems.on_refusal(request, exc)
    refusal, instance = problems.settled(request, exc)
    title, advice = _ADVICE.get(refusal.status, (refusal.title, refusal.detail))
    return error_page(refusal.status, title, advice, instance=instance, headers=problems.headers(refusal))


def error_page(
    status: int, title: str, advice: str, *, instance: str | None = None, headers: dict[str, str] | None = None
) -> Template:
    given = headers or {}
    return page("error", status=status, headers=given, number=status, title=title, advice=advice, instance=instance,
                wait=given.get("Retry-After"))


def wants_page(request: AnyRequest) -> bool:
    """Whether the caller is a browser on a page: it takes text/html and asks for no address of programs."""
    return not request.scope["path"].startswith(_PROGRAMS) and "text/html" in request.headers.get("accept", "")


HANDLERS: Any = {
    Exception: on_error, HTTPException: on_error, Replayed: problems.on_replayed,
    session.SignInNeeded: session.on_absent, session.PasswordFirst: session.on_password_first,
}
