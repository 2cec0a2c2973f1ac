"""The outbox folder: PDF and text twin for printing, post or another system; each file appears whole."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from pathlib import Path

from notices.deliveries import Answer, Later, Message, Sent

_UNSAFE = re.compile(r"[^\w〔〕-]")


class FileChannel:
    """Writes `<number>-<delivery>.txt`, then `.pdf`: where the PDF is, the pair is complete. A repeat overwrites."""

    name = "file"
    to_subject = False
    needs_address = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: Message) -> Answer:
        """The pair is on disk, durably; a full or missing disk is a matter of later."""
        stem = f"{_UNSAFE.sub('_', message.number)}-{message.delivery_id}"
        try:
            await asyncio.to_thread(self._write, stem, message)
        except OSError as exc:
            return Later(f"outbox folder: {type(exc).__name__}")
        return Sent(f"{stem}.pdf", hashlib.sha256(message.pdf).hexdigest(), arrived=False)

    def _write(self, stem: str, message: Message) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        _put(self.folder / f"{stem}.txt", message.text.encode())
        _put(self.folder / f"{stem}.pdf", message.pdf)


def _put(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
