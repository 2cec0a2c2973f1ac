"""The OpenAPI 3.1 document: Litestar's reading of the handlers, completed by what guards and problems add."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request
from litestar.enums import OpenAPIMediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.routes import HTTPRoute

from api.auth import roles_of
from api.problems import MEDIA_TYPE

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_FIELD_ERROR = {
    "type": "object", "required": ["pointer", "code", "detail"], "title": "FieldError",
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer to the field"},
        "code": {"type": "string", "description": "What is wrong, for programs"},
        "detail": {"type": "string", "description": "What is wrong and how to mend it, in Chinese"},
    },
}
_PROBLEM_SCHEMA = {
    "type": "object", "title": "Problem", "description": "RFC 9457 problem details; further members by code",
    "required": ["type", "title", "status", "detail", "code"], "additionalProperties": True,
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "A page that explains the code"},
        "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "code": {"type": "string"}, "instance": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemFieldError"}},
    },
}
_LIMITS = {
    name: {"description": text, "schema": {"type": "integer"}}
    for name, text in (("RateLimit-Limit", "Requests a minute"), ("RateLimit-Remaining", "What is left"),
                       ("RateLimit-Reset", "Seconds until all is there again"))
}
_WORDS = {
    400: "The request cannot be read", 401: "No valid key", 403: "The key's role or organisation may not do this",
    404: "Not found", 409: "In conflict with what is recorded", 413: "Body too large",
    415: "Unsupported media type", 422: "A field or rule is broken; `errors` names each", 429: "Limit used up",
}
_IDEMPOTENCY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "Same key, same body: the first answer; same key, other body: 422",
    "schema": {"type": "string", "maxLength": 200},
}


class JsonDocument(OpenAPIRenderPlugin):
    """Serves the completed document, made once."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=OpenAPIMediaType.OPENAPI_JSON)
        self._made: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._made is None:
            self._made = self.render_json(request, completed(request.app, openapi_schema))
        return self._made


def config(version: str, base_url: str) -> OpenAPIConfig:
    """Litestar's part: /schema/openapi.json and nothing that loads scripts from elsewhere."""
    return OpenAPIConfig(
        title="TenderCredit 标信", version=version, path="/schema", render_plugins=[JsonDocument()],
        servers=[Server(url=base_url)], use_handler_docstrings=True,
        description="公共资源交易信用:推送、核查、告知书与可验证的日志。Errors are RFC 9457 problem details.",
        components=Components(security_schemes={
            "key": SecurityScheme(type="http", scheme="bearer", description="API key of an organisation"),
        }),
    )


def completed(app: Litestar, document: dict[str, Any]) -> dict[str, Any]:
    """The document with security by guard, problems by route, limits and idempotency keys."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM_SCHEMA
    schemas["ProblemFieldError"] = _FIELD_ERROR
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for operation in _operations(document, route, handler):
                    _complete(operation, handler, bool(route.path_parameters))
    return document


def _operations(document: dict[str, Any], route: HTTPRoute, handler: HTTPRouteHandler) -> list[dict[str, Any]]:
    paths = document.get("paths", {})
    found = paths.get(route.path_format) or {}
    return [found[m.lower()] for m in handler.http_methods if m.lower() in found]


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler, has_path: bool) -> None:
    roles = roles_of(handler) or ()
    operation["security"] = [{"key": []}] if roles else [{}, {"key": []}]
    if roles:
        operation["x-roles"] = [r.value for r in roles]
    responses = operation.setdefault("responses", {})
    for answer in responses.values():
        answer.setdefault("headers", {}).update(_LIMITS)
    statuses = {400, 422, 429} | ({401, 403} if roles else set()) | ({404} if has_path else set())
    if "POST" in handler.http_methods:
        statuses |= {409, 413, 415}
        if not handler.opt.get("reads_only"):
            operation.setdefault("parameters", []).append(_IDEMPOTENCY)
    for status in sorted(statuses):
        content = {MEDIA_TYPE: {"schema": _PROBLEM}}
        responses[str(status)] = {"description": _WORDS[status], "content": content}
    responses["default"] = {"description": "Any other failure", "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
