"""One worker process for what would hold up the event loop: reading files. It ends with its parent."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any


class Pool(Executor):
    """Starts with the first job and again after its process was killed."""

    def __init__(self) -> None:
        self._running: ProcessPoolExecutor | None = None

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        try:
            return self._started().submit(fn, *args, **kwargs)
        except BrokenProcessPool:
            self.shutdown(wait=False)
            return self._started().submit(fn, *args, **kwargs)

    def _started(self) -> ProcessPoolExecutor:
        if self._running is None:
            spawn = multiprocessing.get_context("spawn")
            self._running = ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=_begin)
        return self._running

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.shutdown(wait=wait, cancel_futures=cancel_futures)


def _begin() -> None:
    """Runs in the worker: a killed parent closes no queue, so the worker watches for its end itself."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
