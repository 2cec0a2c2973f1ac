"""The outbox folder: a pair per letter, whole, and the same pair after a repeat."""

from __future__ import annotations

from pathlib import Path

import msgspec

from notices.channels import FileChannel
from notices.deliveries import Later, Sent
from tests.notices.test_mail import MESSAGE


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


async def test_pdf_and_text_lie_side_by_side(tmp_path: Path) -> None:
    answer = await FileChannel(tmp_path / "outbox").send(MESSAGE)
    assert isinstance(answer, Sent)
    assert files(tmp_path / "outbox") == {
        "示城管信修告〔2026〕7号-dlv_1.pdf": MESSAGE.pdf,
        "示城管信修告〔2026〕7号-dlv_1.txt": MESSAGE.text.encode(),
    }


async def test_a_repeat_leaves_one_pair(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)
    assert await channel.send(MESSAGE) == await channel.send(MESSAGE)
    assert len(files(tmp_path)) == 2


async def test_a_number_cannot_leave_the_folder(tmp_path: Path) -> None:
    await FileChannel(tmp_path / "outbox").send(msgspec.structs.replace(MESSAGE, number="../../etc/示"))
    assert {name.partition("/")[0] for name in files(tmp_path)} == {"outbox"}


async def test_a_folder_that_cannot_be_written_is_a_matter_of_later(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    assert isinstance(await FileChannel(tmp_path / "taken").send(MESSAGE), Later)
