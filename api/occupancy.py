"""A SQLite folder is served by one process: who serves it holds a lock and leaves its address."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from credit.kernel.errors import Refusal

_NAME = "serving.lock"


class AlreadyServed(Refusal):
    """Another process serves this data folder."""

    code = "already_served"
    title = "数据目录正被另一进程使用 Data folder in use"
    status = 409


@contextmanager
def occupied(folder: Path, url: str) -> Iterator[None]:
    """Holds the folder for this process. Raises AlreadyServed with the other's address."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _NAME).open("a+", encoding="utf-8") as handle:
        if not _lock(handle):
            handle.seek(0)
            raise AlreadyServed(
                f"{folder} 正由 {handle.read().strip()} 服务;SQLite 只能由一个进程服务,请先停止它或使用 PostgreSQL"
            )
        handle.truncate(0)
        handle.write(url)
        handle.flush()
        yield


def served_at(folder: Path) -> str | None:
    """The address of the process that serves the folder now; None where none does."""
    path = folder / _NAME
    if not path.exists():
        return None
    with path.open("a+", encoding="utf-8") as handle:
        if _lock(handle):
            return None
        handle.seek(0)
        return handle.read().strip() or None


def _lock(handle: object) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except OSError:
        return False
    return True
