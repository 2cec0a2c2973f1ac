"""Drawing letters beside the event loop: in a pool of processes that is made anew when one of them dies."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from notices import pdf
from notices.model import Letter

T = TypeVar("T")


class Renderer(Protocol):
    """Checks a letter before it has a number, and draws it after."""

    async def check(self, letter: Letter) -> None:
        """Raises GlyphMissing where the letter could not be drawn whole."""

    async def render(self, letter: Letter) -> bytes:
        """The PDF: the same letter and fonts give the same bytes. Raises GlyphMissing."""


class PoolRenderer:
    """Letters drawn in `processes` worker processes, fonts loaded once in each; they end with their parent."""

    def __init__(
        self, fonts: Path, processes: int = 1, *, body: Path | None = None, heading: Path | None = None
    ) -> None:
        self._folder = str(fonts)
        self._sources = (str(body) if body else None, str(heading) if heading else None)
        self._processes = max(1, processes)
        self._pool = self._open()

    async def warm(self) -> None:
        """Starts every worker now, so that the first letter is quick."""
        await self.workers()

    async def workers(self) -> frozenset[int]:
        """Process ids of workers that answer."""
        return frozenset(await asyncio.gather(*(self._run(os.getpid) for _ in range(self._processes))))

    async def check(self, letter: Letter) -> None:
        await self._run(pdf.check, msgspec.msgpack.encode(letter), self._folder)

    async def render(self, letter: Letter) -> bytes:
        return await self._run(pdf.render, msgspec.msgpack.encode(letter), self._folder)

    def close(self) -> None:
        """Ends the workers."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *args)
        except BrokenProcessPool:
            if self._pool is pool:
                pool.shutdown(wait=False, cancel_futures=True)
                self._pool = self._open()
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)

    def _open(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, spawn, _begin, (self._folder, *self._sources))


class InlineRenderer:
    """Letters drawn in a thread of this process, one at a time: for tests and one-off commands."""

    def __init__(self, fonts: Path) -> None:
        self._folder = str(fonts)
        self._turn = threading.Lock()

    async def check(self, letter: Letter) -> None:
        await asyncio.to_thread(self._one, pdf.check, letter)

    async def render(self, letter: Letter) -> bytes:
        return await asyncio.to_thread(self._one, pdf.render, letter)

    def _one(self, work: Callable[[Letter, str], T], letter: Letter) -> T:
        with self._turn:
            return work(letter, self._folder)


def _begin(folder: str, body: str | None, heading: str | None) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pdf.warm(folder, body, heading)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

