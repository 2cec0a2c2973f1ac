"""Bodies of handlers: `dto=json_body(Kind)` beside `data: Kind` decodes with all faults collected.

The OpenAPI document keeps showing the type itself, so what is published is what is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from litestar.dto import AbstractDTO, DTOConfig
from litestar.dto.data_structures import DTOFieldDefinition
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from api import decoding
from api.problems import MediaTypeUnsupported


class JsonBody(AbstractDTO[Any]):
    """Decodes a JSON body by `api.decoding.read`; subclasses are made by `json_body`."""

    wanted: Any = None

    def check_media(self) -> None:
        """Raises MediaTypeUnsupported for a body that does not say it is JSON."""
        sent = self.asgi_connection.headers.get("content-type", "application/json")
        media = sent.partition(";")[0].strip().lower()
        if media != "application/json" and not media.endswith("+json"):
            raise MediaTypeUnsupported(f"请以 application/json 提交,收到的是 {media[:80]}")

    def decode_bytes(self, value: bytes) -> Any:
        self.check_media()
        return decoding.read(self.wanted, value)

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        """Nothing to prepare: the type is read as it stands."""

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        return schema_creator.for_field_definition(field_definition)  # type: ignore[no-any-return]

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Iterator[DTOFieldDefinition]:  # type: ignore[override]
        return iter(())

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        return False

    @classmethod
    def is_supported_model_type_field(cls, field_definition: FieldDefinition) -> bool:
        """Never for answers, which are encoded as they are."""
        return False


class BatchBody(JsonBody):
    """One value, or a list in which each item is read on its own: a bad one becomes `Faulty`, the others stand."""

    def decode_bytes(self, value: bytes) -> Any:
        self.check_media()
        raw = decoding.parse(value)
        if isinstance(raw, list):
            return list(decoding.collect_each(self.wanted, raw))
        return super().decode_bytes(value)


def batch_body(kind: Any) -> type[AbstractDTO[Any]]:
    """The body of a handler as one `kind`, or a list of `kind` or `Faulty`."""
    members = {"wanted": kind, "model_type": kind, "config": DTOConfig()}
    return type("BatchBody", (BatchBody,), members)


def json_body(kind: Any) -> type[AbstractDTO[Any]]:
    """The body of a handler as `kind` (a Struct, or a union of a Struct and a list of it)."""
    members = {"wanted": kind, "model_type": kind, "config": DTOConfig()}
    return type("JsonBody", (JsonBody,), members)
