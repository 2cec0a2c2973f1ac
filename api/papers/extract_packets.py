"""Saved extracts as a check reads them: folders and archives, in pieces."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from sanctions.extracts.checks import Packet
from sanctions.extracts.notes import MANIFEST

_PIECE = 1 << 16


class FolderPacket:
    """A folder with a manifest and its files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name or str(path)

    def names(self) -> Sequence[str]:
        return sorted(p.name for p in self.path.iterdir() if p.is_file() and not p.name.startswith("."))

    def read(self, name: str) -> Iterator[bytes]:
        with (self.path / name).open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


class ZipPacket:
    """An archive as it was downloaded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name

    def names(self) -> Sequence[str]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                return sorted(info.filename for info in archive.infolist() if not info.is_dir())
        except (zipfile.BadZipFile, OSError):
            return ()

    def read(self, name: str) -> Iterator[bytes]:
        """Raises KeyError, and ValueError where the archive is damaged."""
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(name) as file:
                while piece := file.read(_PIECE):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as exc:
            raise ValueError(f"压缩包已损坏 the archive is damaged: {exc}") from None


def packets_of(path: Path) -> list[Packet]:
    """What a path holds, by name: itself, or the folders and archives in it. Empty where there is nothing."""
    if path.is_file():
        return [ZipPacket(path)]
    if (path / MANIFEST).is_file() or not path.is_dir():
        return [FolderPacket(path)] if path.is_dir() else []
    found: list[Packet] = []
    for child in sorted(path.iterdir()):
        if child.is_dir() and not child.name.startswith("."):
            found.append(FolderPacket(child))
        elif child.suffix == ".zip":
            found.append(ZipPacket(child))
    return found
