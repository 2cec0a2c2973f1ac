"""Guides as people follow them: the shell lines of a page run in one bash, and what the page shows must come back.

A block ```sh holds commands. A block ```json or ```text right after it is what they print: of JSON the named members,
of text the named lines in order; … stands for anything.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANY = "…"
_PATIENCE = 120.0  # seconds for a page
_MOST_EXIT = 1  # 1 says: done, with rows that go back


class Step(NamedTuple):
    """Commands of a page, the line they start on, and what the page says they print."""

    line: int
    commands: str
    language: str = ""
    shown: str = ""


class Printed(NamedTuple):
    status: int
    out: str
    err: str


def steps(page: str) -> list[Step]:
    """The commands of a page in order, each with the output shown right after it."""
    found: list[Step] = []
    end = -1
    for block in _BLOCK.finditer(page):
        language, text = block[1], block[2]
        if language == "sh":
            found.append(Step(page.count("\n", 0, block.start()) + 1, text))
        elif language in ("json", "text") and found and page[end : block.start()].strip() == "":
            found[-1] = found[-1]._replace(language=language, shown=text)
        end = block.end()
    return found


async def followed(page: str, folder: Path, base: str) -> list[tuple[Step, Printed]]:
    """Every step of a page, done in `folder` against the service at `base`, with what came out."""
    todo = [s._replace(commands=s.commands.replace("http://127.0.0.1:8000", base)) for s in steps(page)]
    script = "\n".join(["set -u", *(_recorded(i, step.commands) for i, step in enumerate(todo))])
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script, cwd=folder, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), _PATIENCE)
    assert process.returncode == 0, err.decode()
    return [(step, _printed(folder, i)) for i, step in enumerate(todo)]


def workplace(folder: Path, data: Path) -> None:
    """A checkout as the pages see it: `.venv`, `examples` and the demo's folder."""
    (folder / "data").mkdir()
    for name, target in ((".venv", Path(sys.prefix)), ("examples", ROOT / "examples"), ("data/demo", data)):
        (folder / name).symlink_to(target)


def check(step: Step, printed: Printed) -> None:
    """Fails unless the commands ended well and printed what the page shows."""
    assert printed.status <= _MOST_EXIT, (step.line, printed)
    if step.language == "json":
        told = differs(json.loads(step.shown), json.loads(printed.out), f"line {step.line}")
        assert told is None, f"{told}\n{printed.out[:2000]}"
    elif step.language == "text":
        parts = (re.escape(part) for line in step.shown.splitlines() for part in [line.strip()])
        pattern = r"[\s\S]*".join(parts).replace(_ANY, ".*")
        assert re.search(pattern, printed.out), f"line {step.line}: shown\n{step.shown}printed\n{printed.out}"


def differs(shown: Any, got: Any, at: str) -> str | None:
    """Where what came back is not what is shown; None where it fits. Members that are not shown may be anything."""
    if shown == _ANY:
        return None
    if isinstance(shown, dict) and isinstance(got, dict):
        missing = [f"{at}/{name} is missing" for name in shown if name not in got]
        inside = (differs(value, got[name], f"{at}/{name}") for name, value in shown.items() if name in got)
        return next(iter([*missing, *filter(None, inside)]), None)
    if isinstance(shown, list) and isinstance(got, list):
        whole = shown[:-1] if shown and shown[-1] == _ANY else shown
        if len(got) < len(whole) or (whole is shown and len(got) != len(shown)):
            return f"{at}: {len(shown)} shown, {len(got)} came"
        pairs = enumerate(zip(whole, got, strict=False))
        return next(filter(None, (differs(s, g, f"{at}/{i}") for i, (s, g) in pairs)), None)
    if isinstance(shown, str) and isinstance(got, str) and _ANY in shown:
        pattern = ".*".join(map(re.escape, shown.split(_ANY)))
        return None if re.fullmatch(pattern, got, re.DOTALL) else f"{at}: {shown} shown, {got} came"
    return None if shown == got else f"{at}: {shown} shown, {got} came"


def _recorded(i: int, commands: str) -> str:
    return f"{{\n{commands}\n}} > .out.{i} 2> .err.{i}\necho $? > .status.{i}"


def _printed(folder: Path, i: int) -> Printed:
    out, err, status = ((folder / f".{name}.{i}").read_text(encoding="utf-8") for name in ("out", "err", "status"))
    return Printed(int(status), out, err)
