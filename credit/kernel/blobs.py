"""Blobs: issued files and evidence, stored under their SHA-256; what was written once is never changed."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
from pathlib import Path

from credit.kernel.errors import NotFound

_DIGEST = re.compile(r"[0-9a-f]{64}")


class BlobStore:
    """Files below one folder, which all processes share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Stores `content` durably and returns its SHA-256; the same content is stored once."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{id(content)}")
        with draft.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)
        sync_folder(path.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """The content of `digest`. Raises NotFound when absent or when the file no longer matches its name."""
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("文件不存在 no such file") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise NotFound("文件已损坏,请从备份恢复 the stored file does not match its hash; restore it from backup")
        return content

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise NotFound("文件编号有误 a file is named by its SHA-256 in hex")
        return self.folder / digest[:2] / digest


def sync_folder(folder: Path) -> None:
    """Makes a rename in `folder` survive a power cut, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def written(path: Path, content: bytes, mode: int) -> None:
    """Puts `content` at `path` whole or not at all, durably, with these rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    sync_folder(path.parent)
