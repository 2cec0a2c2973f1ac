"""Every refusal as RFC 9457 problem details, rendered in this one place.

`type` is `/problems/{code}`, a page that exists. What a refusal carries beside its sentence stands as extension
members at the top level, as the RFC has it. Nothing of the inside leaves with a 500: it is logged under the id shown.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException

from api.fields import field_error
from credit.kernel.errors import FieldError, Invalid, NotFound, Refusal, Unauthenticated
from credit.kernel.unit import Replayed

log = logging.getLogger("tendercredit.problems")
MEDIA_TYPE = "application/problem+json"
AnyRequest = Request[Any, Any, State]


class Malformed(Refusal):
    """The body is not JSON that anybody could read."""

    code = "malformed_body"
    title = "请求体无法读取 Unreadable body"
    status = 400


class BadRequest(Refusal):
    """The request line, a header or an argument cannot be read."""

    code = "bad_request"
    title = "请求有误 Bad request"
    status = 400


class RouteUnknown(NotFound):
    """There is no such address; the interface is described in /schema/openapi.json."""

    code = "route_unknown"
    title = "没有此地址 No such address"


class MethodNotAllowed(Refusal):
    """The address exists but does not take this method; `Allow` names those it takes."""

    code = "method_not_allowed"
    title = "此地址不接受该方法 Method not allowed"
    status = 405


class BodyTooLarge(Refusal):
    """The body exceeds the limit set by TENDERCREDIT_MAX_UPLOAD_MB (files) or 8 MB (JSON)."""

    code = "body_too_large"
    title = "请求体过大 Body too large"
    status = 413


class MediaTypeUnsupported(Refusal):
    """The body's Content-Type is not the one this address takes."""

    code = "media_type_unsupported"
    title = "内容类型不受支持 Unsupported media type"
    status = 415


class TooManyRequests(Refusal):
    """The caller's allowance is used up; `Retry-After` says when to come again."""

    code = "too_many_requests"
    title = "请求过于频繁 Too many requests"
    status = 429


class Unavailable(Refusal):
    """A part that this call needs is not ready; nothing was changed, try again shortly."""

    code = "unavailable"
    title = "服务暂不可用 Not available now"
    status = 503


class Internal(Refusal):
    """The service failed; the operator finds the cause in the log under the id given."""

    code = "internal"
    title = "服务内部错误 Internal error"
    status = 500


_MISSING = re.compile(r"required (\w+) parameter '([\w-]+)'")
_PLACES = {"query": "查询", "path": "路径", "header": "请求头", "cookie": "Cookie ", "body": "请求体"}
_SAID = tuple((re.compile(pattern), words) for pattern, words in (
    (r"Invalid RFC3339 encoded date", "日期写作 2026-05-20 这样的形式,且确有其日"),
    (r"Invalid RFC3339 encoded datetime", "时间写作 2026-05-20T09:00:00+08:00 这样的形式"),
    (r"Expected `(?:int|float)`, got `\w+`", "应为数字"),
    (r"Expected `(?:int|float)` >= (\S+)", r"应为不小于 \1 的数字"),
    (r"Expected `(?:int|float)` <= (\S+)", r"应为不大于 \1 的数字"),
    (r"Expected `str` of length <= (\d+)", r"至多 \1 字"),
    (r"Expected `str` of length >= (\d+)", r"至少 \1 字"),
    (r"Expected `bool`, got `\w+`", "填写 true 或 false"),
    (r"Invalid enum value (.+)", r"没有 \1 这个选项,可用的见接口说明"),
))
_STANDARD = frozenset({"type", "title", "status", "detail", "code", "errors", "instance"})
_OF_STATUS: Mapping[int, tuple[type[Refusal], str]] = {
    401: (Unauthenticated, "请在 Authorization 中给出有效密钥 send a valid key"),
    404: (RouteUnknown, "没有此地址,接口说明见 /schema/openapi.json"),
    405: (MethodNotAllowed, "此地址不接受该方法,可用方法见 Allow"),
    413: (BodyTooLarge, "请求体过大:JSON 至多 8 MB,文件至多为运营方所设上限(默认 50 MB),请分批提交 send less at once"),
    415: (MediaTypeUnsupported, "请以接口说明中的 Content-Type 提交"),
    429: (TooManyRequests, "请求过于频繁,请稍后再试"),
    503: (Unavailable, "服务暂不可用,请稍后再试"),
}


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Problem details (RFC 9457) as every error of this interface answers; further members by code."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] = ()
    instance: str | None = None


def body(refusal: Refusal, *, instance: str | None = None) -> dict[str, Any]:
    """The members of the problem; `extra` of the refusal beside the standard ones."""
    members: dict[str, Any] = {
        "type": f"/problems/{refusal.code}", "title": refusal.title, "status": refusal.status,
        "detail": refusal.detail, "code": refusal.code,
    }
    if refusal.errors:
        members["errors"] = refusal.errors
    if instance:
        members["instance"] = instance
    return members | {k: v for k, v in refusal.extra.items() if k not in _STANDARD and k != "headers"}


def headers(refusal: Refusal) -> dict[str, str]:
    """The headers that belong to a refusal: WWW-Authenticate with 401, what it carries itself, never cached."""
    found = {"Cache-Control": "no-store"}
    given = refusal.extra.get("headers")
    if isinstance(given, Mapping):
        found |= {str(k): str(v) for k, v in given.items()}
    if refusal.status == 401:
        found["WWW-Authenticate"] = 'Bearer realm="tendercredit"'
    return found


def as_refusal(exc: Exception, names: Mapping[str, str]) -> Refusal | None:
    """The refusal that an exception of the framework or decoder means; None for a failure of our own.

    `names`: how the address writes those arguments that the code calls otherwise.
    """
    if isinstance(exc, Refusal):
        return exc
    if isinstance(exc, ValidationException):
        return _invalid(exc, names)
    if isinstance(exc, HTTPException):
        return _of_http(exc)
    if isinstance(exc, msgspec.ValidationError):
        return Invalid("内容不符合格式 the content does not fit its form", errors=(field_error(exc),))
    if isinstance(exc, msgspec.DecodeError | RecursionError | UnicodeDecodeError):
        return Malformed("请求体不是有效的 JSON (UTF-8) the body is not valid JSON")
    return None


def _invalid(exc: ValidationException, names: Mapping[str, str]) -> Refusal:
    """Arguments of path, query or header that do not fit: each with its place."""
    found = exc.extra if isinstance(exc.extra, list) else []
    errors = tuple(_argument(e, names) for e in found if isinstance(e, dict))
    missing = _MISSING.search(exc.detail)
    if not errors and missing:
        place, name = _PLACES.get(missing[1], ""), missing[2]
        errors = (FieldError(f"/{name}", "missing", f"缺少{place}参数 {name},请填写"),)
    if [e.pointer for e in errors] == ["/data"]:
        return Malformed("请求体为空,请按接口说明提交内容 the body is empty")
    return Invalid("参数有误,见 errors some arguments do not fit, see errors", errors=errors)


def _argument(error: dict[str, Any], names: Mapping[str, str]) -> FieldError:
    place = _PLACES.get(str(getattr(error.get("source"), "value", error.get("source", ""))), "")
    key, said = str(error.get("key", "")), _said(str(error.get("message", "")))
    return FieldError(f"/{names.get(key, key)}", "wrong_form", f"{place}参数不符:{said}")


def _said(message: str) -> str:
    """What the decoder says of an argument, in Chinese where it is known."""
    for pattern, words in _SAID:
        found = pattern.fullmatch(message)
        if found:
            return found.expand(words)
    return message


def _names(request: AnyRequest) -> dict[str, str]:
    """The arguments of the route that have another name in the address."""
    handler = request.scope.get("route_handler")
    arguments = handler.parsed_fn_signature.parameters if handler is not None else {}
    named = {key: getattr(one.kwarg_definition, "name", None) for key, one in arguments.items()}
    return {key: name for key, name in named.items() if name}


def _of_http(exc: HTTPException) -> Refusal:
    kind, sentence = _OF_STATUS.get(exc.status_code, (None, ""))
    if kind is None and exc.status_code >= 500:
        return Internal("服务内部错误,请把 instance 告知运营方")
    chosen = kind or BadRequest
    return chosen(sentence or "请求有误,请对照接口说明", headers=exc.headers or {})


def settled(request: AnyRequest, exc: Exception) -> tuple[Refusal, str | None]:
    """What is answered to an exception, and the id under which a failure of our own was logged."""
    refusal = as_refusal(exc, _names(request))
    instance = None
    if refusal is None or refusal.status >= 500:
        instance = f"urn:tendercredit:failure:{secrets.token_hex(8)}"
        log.error("%s %s failed as %s", request.method, request.scope["path"], instance, exc_info=exc)
    if refusal is None or refusal.status == 500:
        refusal = Internal("服务内部错误,请把 instance 告知运营方 quote `instance` to the operator")
    return refusal, instance


def on_refusal(request: AnyRequest, exc: Exception) -> Response[bytes]:
    """Exception handler for everything: refusals, the framework's own, and what nobody foresaw."""
    refusal, instance = settled(request, exc)
    content = msgspec.json.encode(body(refusal, instance=instance))
    return Response(content, status_code=refusal.status, media_type=MEDIA_TYPE, headers=headers(refusal))


def on_replayed(request: AnyRequest, exc: Replayed) -> Response[bytes]:
    """The first answer to a repeated Idempotency-Key, where the route did not shape it itself."""
    return Response(exc.answer.encode(), status_code=200, media_type="application/json",
                    headers={"Idempotency-Replayed": "true", "Cache-Control": "no-store"})


HANDLERS: Any = {Exception: on_refusal, HTTPException: on_refusal, Replayed: on_replayed}


def kinds() -> dict[str, type[Refusal]]:
    """Every refusal this process knows, by code: what the pages under /problems explain."""
    found: dict[str, type[Refusal]] = {}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind)
        waiting += kind.__subclasses__()
    return dict(sorted(found.items()))
