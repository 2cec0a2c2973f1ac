"""Tables in the guides are whole: each code or setting that exists is in, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from api.wiring import DECISIONS
from tests.docs import settings_table
from tests.docs.guides import ROOT

_MAKERS = {"bar", "doubt", "note", "Reason"}
_CHANGERS = {"sanctions/reasons.py", "sanctions/findings.py", "sanctions/clauses.py", "sanctions/listed.py"}


def table_under(page: str, heading: str) -> set[str]:
    """The first cells, in backticks, of the table under a heading."""
    section = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"\n## {heading}")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def rows_under(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of that table: what stands in backticks in the second cell, by what does in the first."""
    section = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"\n## {heading}")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|([^|]*)\|", section, re.MULTILINE)
    return {first: re.findall(r"`([^`]+)`", second) for first, second in rows}


def words(node: ast.expr, within: ast.AST) -> Iterator[str]:
    """The texts that an expression may be: itself, either side of a condition, or what its name was set to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from words(node.body, within)
        yield from words(node.orelse, within)
    elif isinstance(node, ast.Name):
        for other in ast.walk(within):
            if isinstance(other, ast.Assign) and any(ast.unparse(t) == node.id for t in other.targets):
                yield from words(other.value, within)


def codes(path: Path) -> Iterator[str]:
    """Every reason code that a module gives."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    for function in (n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign)):
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
            called = ast.unparse(call.func)
            named = [k.value for k in call.keywords if k.arg == "code"]
            changes = called.endswith("replace") and path.relative_to(ROOT).as_posix() in _CHANGERS
            if called in _MAKERS:
                named += call.args[:1]
            if called in _MAKERS or changes:
                yield from (word for node in named for word in words(node, function))


def test_every_reason_code_is_explained() -> None:
    given = {code for path in (ROOT / "sanctions").rglob("*.py") for code in codes(path)}
    assert {"ban_in_force", "source_stale", "class_provisional", "listed_elsewhere", "effect_unverified"} <= given
    assert table_under("platform.md", "理由代码") == given


def test_the_settings_are_those_of_the_code() -> None:
    """`python -m tests.docs.settings_table` renews the table."""
    assert settings_table.shown() == settings_table.table()


def test_the_subscribers_are_those_of_the_wiring() -> None:
    names = {name for subscribers in DECISIONS.values() for name in subscribers}
    heard = {name: {kind for kind, subscribers in DECISIONS.items() if name in subscribers} for name in names}
    shown = rows_under("architecture.md", "Events and subscribers")
    assert {name: set(kinds) for name, kinds in shown.items()} == heard


def test_every_rule_file_is_listed() -> None:
    files = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("*/rules/**/*.yaml") if ".venv" not in p.parts}
    assert table_under("rules.md", "Files") == files
