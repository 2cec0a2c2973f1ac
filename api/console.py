"""How commands speak: one sentence or one JSON object, progress on a terminal, refusals as exit codes."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Protocol, TypeVar

import typer

T = TypeVar("T")
DONE, SOME_REJECTED, WRONG_USE, REFUSED = 0, 1, 2, 3
_WIDE = 200  # columns of a table that goes into a file or pipe
AsJson = Annotated[bool, typer.Option("--json", help="机器可读的 JSON for machines")]


class Advance(Protocol):
    """Shows how far a command is."""

    def __call__(self, done: int, total: int | None = None, /) -> None: ...


def _unseen(done: int, total: int | None = None, /) -> None:
    """Nobody is looking."""


def say(lines: str | list[str], facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Prints the facts as one JSON object for machines, else the lines for people, on standard output."""
    if as_json:
        import msgspec

        text = msgspec.json.encode(facts).decode()
    else:
        text = lines if isinstance(lines, str) else "\n".join(lines)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints rows under their heads for people, on standard output; nothing where there are none."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(*head, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    if shown.row_count:
        width = None if sys.stdout.isatty() else _WIDE
        Console(file=sys.stdout, width=width, markup=False, highlight=False).print(shown)


def note(sentence: str) -> None:
    """One line for people on standard error."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def wrong_use(sentence: str) -> typer.Exit:
    """Says what is wrong with the call; raise the result."""
    note(f"tendercredit: {sentence}")
    return typer.Exit(WRONG_USE)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a command's coroutine to its end."""
    return asyncio.run(work)


@contextmanager
def refusing() -> Iterator[None]:
    """Turns a Refusal into its sentence on standard error and exit 3, bad settings into exit 2."""
    from credit.kernel.errors import Refusal
    from credit.kernel.settings import BadSettings

    try:
        yield
    except Refusal as exc:
        if "--json" in sys.argv:
            problem = {"code": exc.code, "title": exc.title, "detail": exc.detail,
                       "errors": [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in exc.errors]}
            note(json.dumps(problem, ensure_ascii=False))
        else:
            note(f"tendercredit: {exc.detail}")
            for error in exc.errors:
                note(f"  {error.pointer}: {error.detail}")
        sys.exit(WRONG_USE if isinstance(exc, BadSettings) else REFUSED)
    except KeyboardInterrupt:
        sys.exit(130)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Advance]:
    """A bar on standard error when a terminal is attached; the block calls it with `(done, total)`."""
    if not sys.stderr.isatty():
        yield _unseen
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        bar = shown.add_task(label, total=total)

        def advance(done: int, total: int | None = None, /) -> None:
            shown.update(bar, completed=done, total=total)

        yield advance
