"""The house rules that a machine can check: who imports whom, what is pure, how long things are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "credit": set[str](),
    "sanctions": {"credit"},
    "repair": {"credit", "sanctions"},
    "notices": {"credit"},
    "bots": {"credit", "sanctions", "repair", "notices"},
    "api": {"credit", "sanctions", "repair", "notices", "bots"},
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 45

# In credit, sanctions, repair and notices every module is pure unless it is named here.
IMPURE_NAMES = {"tables", "store", "service", "tasks", "events", "piccolo_app", "piccolo_conf"}
IMPURE_FOLDERS = {"migrations", "service", "store", "channels", "accounts", "kernel"}
IMPURE_MODULES = {
    "sanctions/register.py",
    "sanctions/answers.py",
    "notices/fonts.py",
    "notices/glyphs.py",
    "notices/pdf.py",
    "notices/rendering.py",
    "notices/sign.py",
}
PURE_BESIDE = {  # pure modules inside folders that are impure, or in bots
    "credit/kernel/errors.py",
    "credit/kernel/canonical.py",
    "credit/kernel/merkle.py",
    "credit/kernel/tiles.py",
    "credit/kernel/signing.py",
    "credit/kernel/checkpoints.py",
    "credit/kernel/cosigning.py",
    "credit/kernel/workdays.py",
    "credit/accounts/model.py",
    "bots/commands.py",
    "bots/dialogue.py",
    "bots/replies.py",
    "bots/acts.py",
    "bots/model.py",
    "bots/telling.py",
}
PURE_FOLDERS = {"credit", "sanctions", "repair", "notices"}
IMPURE_IMPORTS = {
    *("piccolo", "os", "random", "secrets", "time", "asyncio", "sqlite3", "aiosqlite", "asyncpg", "socket"),
    *("subprocess", "httpx", "redis", "arq", "aiosmtplib"),
}
IMPURE_CALLS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "open", "uuid4"}


def sources(*folders: str) -> list[Path]:
    """Every module below the folders, migrations left out."""
    found = (p for f in folders for p in sorted((ROOT / f).rglob("*.py")))
    return [p for p in found if "migrations" not in p.parts]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each import; `from a import b` gives `a` and `a.b`, relative ones resolved."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield node.lineno, module
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def is_pure(path: Path) -> bool:
    relative = path.relative_to(ROOT)
    if name(path) in PURE_BESIDE:
        return True
    return (
        relative.parts[0] in PURE_FOLDERS
        and path.stem not in IMPURE_NAMES
        and name(path) not in IMPURE_MODULES
        and not IMPURE_FOLDERS & set(relative.parts[1:-1])
    )


def impurities(path: Path) -> Iterator[str]:
    for line, module in imports(path):
        if module.split(".")[0] in IMPURE_IMPORTS:
            yield f"{name(path)}:{line} imports {module}"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith):
            yield f"{name(path)}:{node.lineno} is asynchronous"
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in IMPURE_CALLS or called.removeprefix("datetime.") in IMPURE_CALLS:
                yield f"{name(path)}:{node.lineno} calls {called}"


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_point_downwards(folder: str) -> None:
    forbidden = set(MAY_IMPORT) - MAY_IMPORT[folder] - {folder}
    wrong = {
        f"{name(p)}:{line} imports {module}"
        for p in sources(folder)
        for line, module in imports(p)
        if module.split(".")[0] in forbidden
    }
    assert sorted(wrong) == []


def test_the_kernel_stands_alone() -> None:
    """`credit.piccolo_conf` excepted: Piccolo finds its engine there, and the kernel builds it."""
    wrong = {
        f"{name(p)}:{line} imports {module}"
        for p in sources("credit/kernel")
        for line, module in imports(p)
        if module.startswith("credit.") and not module.startswith(("credit.kernel", "credit.piccolo_conf"))
    }
    assert sorted(wrong) == []


def test_nobody_imports_another_folders_tables_or_store() -> None:
    wrong = set()
    for path in sources(*MAY_IMPORT):
        for line, module in imports(path):
            top, _, rest = module.partition(".")
            other = top in MAY_IMPORT and top != path.relative_to(ROOT).parts[0]
            inner = {part.partition("_")[0] for part in rest.split(".") if part.islower()}
            foreign_key = path.stem == "tables" and module in {"credit.tables", "credit.tables.Entity"}
            if other and {"tables", "store"} & inner and not foreign_key:
                wrong.add(f"{name(path)}:{line} imports {module}")
    assert sorted(wrong) == []


def test_pure_modules_have_no_clock_no_chance_and_no_io() -> None:
    pure = [p for p in sources(*MAY_IMPORT) if is_pure(p)]
    assert {"credit/model.py", "sanctions/model.py", "credit/uscc.py"} <= {name(p) for p in pure}
    assert [fault for p in pure for fault in impurities(p)] == []


def test_files_are_short() -> None:
    lengths = {name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in everything()}
    assert {n: lines for n, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{name(p)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for p in everything()
        for node in ast.walk(tree(p))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {n: lines for n, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


def everything() -> list[Path]:
    return sources(*MAY_IMPORT, "tests", "benchmarks")
