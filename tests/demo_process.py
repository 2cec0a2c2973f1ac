"""The demo and its commands as a user runs them: processes of their own, on a free port, in a folder of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

ROOT = Path(__file__).parent.parent
_PATIENCE = 150.0  # seconds: fonts are converted once a user


class Demo(NamedTuple):
    """A demo that serves: where, on which folder, and what its `demo.json` says."""

    url: str
    data: Path
    json: dict[str, Any]

    def bearer(self, role: str) -> dict[str, str]:
        """The headers of a role's key."""
        return {"Authorization": f"Bearer {self.json['keys'][role]}"}


def environment(**settings: str) -> dict[str, str]:
    """This environment with these settings of the service and no others."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TENDERCREDIT_")}
    return kept | {f"TENDERCREDIT_{name}": value for name, value in settings.items()}


def command(*args: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs `tendercredit` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, args)],
        cwd=ROOT, env=environment(**settings), capture_output=True, text=True, timeout=_PATIENCE, check=False,
    )


@contextmanager
def serving(data: Path) -> Iterator[Demo]:
    """`tendercredit demo` on a free port until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "demo", "--port", str(port), "--data", str(data)],
        cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    try:
        _wait(process, url)
        yield Demo(url, data, json.loads((data / "demo.json").read_text(encoding="utf-8")))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait(process: subprocess.Popen[str], url: str) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the demo ended: {process.communicate()[1]}")
        try:
            if httpx.get(url + "/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the demo does not serve")
