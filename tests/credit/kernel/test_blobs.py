"""A file once issued is the original: the same bytes for ever, or a clear no."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from credit.kernel.blobs import BlobStore
from credit.kernel.errors import NotFound


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    digest = blobs.put("信用修复告知书".encode())
    assert digest == hashlib.sha256("信用修复告知书".encode()).hexdigest()
    assert blobs.get(digest) == "信用修复告知书".encode()
    assert blobs.put("信用修复告知书".encode()) == digest
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [digest]


def test_a_damaged_file_is_not_served(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    digest = blobs.put(b"original")
    (tmp_path / digest[:2] / digest).write_bytes(b"forged")
    with pytest.raises(NotFound, match="backup"):
        blobs.get(digest)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 64, "0" * 63 + "/"])
def test_other_names_find_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        BlobStore(tmp_path / "blobs").get(name)
