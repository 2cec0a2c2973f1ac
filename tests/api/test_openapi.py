"""The published interface is complete and true."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from api.app import create_app, handlers
from api.auth import roles_of
from api.wiring import build
from credit.kernel.settings import Settings
from tests.api.conftest import visiting


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """The application without a database."""
    return create_app(build(Settings(data=tmp_path_factory.mktemp("bare"))))


@pytest.fixture
async def document(bare: Litestar) -> dict[str, Any]:
    async with visiting(bare) as client:
        answer = await client.get("/schema/openapi.json")
        again = await client.get("/schema/openapi.json")
    assert answer.status_code == 200
    assert answer.content == again.content
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{method} {path}", o) for path, item in document["paths"].items() for method, o in item.items()]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        inside = {r for v in value.values() for r in references(v)}
        return inside | ({value["$ref"]} if isinstance(value.get("$ref"), str) else set())
    return {r for v in value for r in references(v)} if isinstance(value, list) else set()


async def test_it_is_openapi_3_1_with_its_key_scheme(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


async def test_every_public_and_guarded_route_is_in_it(bare: Litestar, document: dict[str, Any]) -> None:
    wanted = {
        path for path, handler in handlers(bare)
        if isinstance(handler, HTTPRouteHandler) and handler.resolve_include_in_schema()
    }
    assert wanted == set(document["paths"])


async def test_every_operation_says_its_security_and_its_problems(bare: Litestar, document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert "security" in operation, name
        assert operation["responses"]["422"]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }, name
        if {} not in operation["security"]:
            assert {"401", "403"} <= set(operation["responses"]), name
            assert operation["x-roles"], name


async def test_roles_shown_are_the_roles_enforced(bare: Litestar, document: dict[str, Any]) -> None:
    for path, handler in handlers(bare):
        if isinstance(handler, HTTPRouteHandler) and handler.resolve_include_in_schema():
            for method in handler.http_methods:
                shown = document["paths"][path][method.lower()].get("x-roles", [])
                assert shown == [r.value for r in roles_of(handler) or ()]


async def test_no_reference_leads_nowhere(document: dict[str, Any]) -> None:
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= schemas


async def test_a_body_is_described_by_its_own_type(document: dict[str, Any]) -> None:
    body = document["paths"]["/v1/keys"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = document["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]
    assert set(schema["required"]) == {"org_code", "role", "name"}


async def test_nothing_is_loaded_from_elsewhere(bare: Litestar) -> None:
    async with visiting(bare) as client:
        for path in ("/schema", "/schema/swagger", "/schema/redoc", "/schema/elements"):
            answer: httpx.Response = await client.get(path)
            assert "<script" not in answer.text
