"""The terminal speaks the same conversation: buttons by number, files by path, a script from a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from api.wiring import Services
from bots.console import Terminal, converse
from credit.accounts.model import Caller
from tests.bots.conftest import COMPANY
from tests.bots.people import PDF
from tests.bots.records import fined


async def lines(*typed: str) -> AsyncIterator[str]:
    for line in typed:
        yield line


async def test_a_repair_from_a_script(services: Services, company: Caller, tmp_path: Path) -> None:
    await fined(services, COMPANY)
    proof = tmp_path / "缴款凭证.pdf"
    proof.write_bytes(PDF)
    code = (await services.bots.links.issue(COMPANY, company)).code
    said: list[str] = []
    terminal = Terminal(said.append)
    intake = services.bots.with_platform(terminal)
    typed = lines("状态\n", "", "修复", f"上传 {proof}", "示例甲", "1", "状态")
    assert await converse(terminal, intake, "somebody", typed, first=f"绑定 {code}") == 7
    assert "已绑定" in said[0]
    assert "[1] 为什么" in said[1]
    assert "请发送文件" in said[2]
    assert "已收到材料" in said[3]
    assert "[1] 确认提交" in said[4]
    assert "已提交" in said[5]
    assert "信用修复:已提交,待受理" in said[6]


async def test_a_path_that_is_not_there_is_only_text(services: Services) -> None:
    said: list[str] = []
    terminal = Terminal(said.append)
    await converse(terminal, services.bots.with_platform(terminal), "x", lines("/tmp/none/示例.pdf"))
    assert "请先绑定" in said[0]


def test_the_command_reads_a_pipe_and_ends_with_it(data: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TENDERCREDIT_")}
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "chat", "--data", str(data), "--code", "AAAAA-AAAAA"],
        input="帮助\n状态\n", env=kept, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "绑定码有误" in done.stdout
    assert done.stdout.count("请先绑定企业") == 2
