"""Refusals: small classes with a code, a title and a status, rendered once as problem details."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One fault in the input: where (JSON pointer), which (code) and how to mend it (detail)."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """Business said no. Subclasses fix `code`, `title` and `status`; the instance carries the sentence."""

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "请求被拒绝 Refused"
    status: ClassVar[int] = 422

    def __init__(self, detail: str, *, errors: tuple[FieldError, ...] = (), **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.extra = extra


class Invalid(Refusal):
    """The input breaks a rule of form; `errors` names each field and its cure."""

    code = "invalid"
    title = "输入有误 Invalid input"


class NotFound(Refusal):
    code = "not_found"
    title = "未找到 Not found"
    status = 404


class Forbidden(Refusal):
    code = "forbidden"
    title = "无权办理 Not allowed"
    status = 403


class Unauthenticated(Refusal):
    code = "unauthenticated"
    title = "需要有效密钥 Key needed"
    status = 401


class Conflict(Refusal):
    code = "conflict"
    title = "与已有记录冲突 Conflict"
    status = 409


class Stale(Conflict):
    """Somebody else changed the row first; read again and repeat."""

    code = "stale"
    title = "版本已过期 Stale version"
