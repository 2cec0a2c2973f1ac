"""Bodies of repair that are files, or either a file or JSON: read here, and told to the OpenAPI document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.datastructures import State, UploadFile
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from api.auth import request_key
from credit.kernel import unit
from credit.kernel.errors import FieldError, Invalid
from repair.service import FileInput


class SignedByName(msgspec.Struct, frozen=True, kw_only=True):
    """承诺书 signed by name; `record_id` may be left out where the application has one record."""

    version: int
    signed_by: Annotated[str, msgspec.Meta(max_length=100)]
    signed_on: date
    record_id: str | None = None


class SignedFile(msgspec.Struct, kw_only=True):
    """承诺书 as a signed file; `signed_on` is today unless given."""

    file: UploadFile
    version: int
    record_id: str | None = None
    signed_on: date | None = None


_VERSION = Schema(type=OpenAPIType.INTEGER)
_TEXT = Schema(type=OpenAPIType.STRING)
_DAY = Schema(type=OpenAPIType.STRING, format="date")  # type: ignore[arg-type]
_FILE = Schema(type=OpenAPIType.STRING, content_media_type="application/octet-stream")


@dataclass
class SignedOperation(Operation):
    """The commitment takes JSON or a form: the document says both."""

    def __post_init__(self) -> None:
        by_name = Schema(type=OpenAPIType.OBJECT, required=["version", "signed_by", "signed_on"], properties={
            "version": _VERSION, "signed_by": _TEXT, "signed_on": _DAY, "record_id": _TEXT})
        by_file = Schema(type=OpenAPIType.OBJECT, required=["version", "file"], properties={
            "version": _VERSION, "file": _FILE, "record_id": _TEXT, "signed_on": _DAY})
        self.request_body = RequestBody(required=True, content={
            "application/json": OpenAPIMediaType(schema=by_name),
            "multipart/form-data": OpenAPIMediaType(schema=by_file),
        })

    @staticmethod
    async def form(request: Request[Any, Any, State]) -> SignedFile:
        """The form of a signed file. Raises Invalid naming the field."""
        sent = await request.form()
        file = sent.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid("缺少文件", errors=(FieldError("/file", "missing", "上传已签署的承诺书"),))
        try:
            version, day = int(str(sent.get("version", ""))), sent.get("signed_on")
            signed_on = date.fromisoformat(str(day)) if day else None
        except ValueError:
            fault = FieldError("/version", "wrong_form", "version 为整数,signed_on 为 YYYY-MM-DD")
            raise Invalid("表单有误", errors=(fault,)) from None
        return SignedFile(file=file, version=version, record_id=sent.get("record_id") or None, signed_on=signed_on)


async def read_file(file: UploadFile, paper: str, record_id: str | None) -> FileInput:
    """The uploaded file with its whole content, within the limit of the route."""
    return FileInput(name=file.filename or "", content=await file.read(), paper=paper, record_id=record_id or None)


def form_key(request: Request[Any, Any, State], given: FileInput, version: int) -> unit.Request | None:
    """The Idempotency-Key of a form, bound to what the form says rather than to how it was wrapped."""
    digest = hashlib.sha256(given.content).hexdigest()
    said = [given.paper, given.record_id or "", given.name, str(version), digest]
    return request_key(request, "\x1f".join(said).encode())
