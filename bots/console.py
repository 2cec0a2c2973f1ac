"""The terminal chat: the same conversation on a screen, or read line by line from a pipe."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bots.incoming import FileRef, Incoming, NoFile
from bots.intake import Intake
from bots.replies import Choice, Reply

TERMINAL = "terminal"
_FILE = re.compile(r"(?:(?:/?upload|上传|文件|file)\s*[::]?\s*)?((?:~|\.{0,2})/\S.*|\S+\.(?:pdf|png|jpe?g|ofd))", re.I)


class Terminal:
    """The platform of one person at a terminal; buttons are numbered."""

    name = TERMINAL

    def __init__(self, write: Callable[[str], None]) -> None:
        self.write = write
        self.choices: tuple[Choice, ...] = ()

    async def send(self, chat: str, reply: Reply) -> str:
        """Writes the text and the numbered buttons below it."""
        self.choices = reply.choices
        shown = "  ".join(f"[{n}] {c.label}" for n, c in enumerate(reply.choices, 1))
        self.write("\n".join(part for part in (reply.text, shown) if part) + "\n")
        return str(len(reply.text))

    async def fetch(self, file: FileRef) -> bytes:
        """The file of that path. Raises NoFile."""
        try:
            return Path(file.ref).expanduser().read_bytes()  # noqa: ASYNC240 - one person's one file
        except OSError as exc:
            raise NoFile(file.name) from exc

    async def heard(self, incoming: Incoming) -> None:
        """A terminal waits for nothing."""

    def read(self, typed: str, chat: str) -> Incoming:
        """A number presses a button, a path hands a file in, all else is text."""
        number = secrets.randbits(62)
        line = typed.strip()
        if line.isdigit() and 0 < int(line) <= len(self.choices):
            return Incoming(platform=TERMINAL, number=number, chat=chat, pressed=self.choices[int(line) - 1].data)
        path = _FILE.fullmatch(line)
        if path is not None and Path(path[1]).expanduser().is_file():
            found = Path(path[1]).expanduser()
            file = FileRef(ref=str(found), name=found.name, size=found.stat().st_size)
            return Incoming(platform=TERMINAL, number=number, chat=chat, file=file)
        return Incoming(platform=TERMINAL, number=number, chat=chat, text=line)


async def converse(
    terminal: Terminal, intake: Intake, chat: str, lines: AsyncIterator[str], *, first: str | None = None
) -> int:
    """Answers line after line until they end; how many there were. Empty lines are passed over."""
    count = 0
    if first:
        await _one(terminal, intake, chat, first)
        count += 1
    async for line in lines:
        if line.strip():
            await _one(terminal, intake, chat, line)
            count += 1
    return count


async def _one(terminal: Terminal, intake: Intake, chat: str, line: str) -> None:
    await intake.receive(terminal.read(line, chat))
    await intake.drain()
