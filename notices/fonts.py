"""The font cache: the packaged Noto faces (or an agency's own files), converted once per user and shared."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from functools import partial
from importlib import metadata
from pathlib import Path

import msgspec
import pylopdf_fonts_zh_cn

from notices import glyphs

_CONVERSION = "v1"  # a new number when the conversion changes, so that old caches are not used
_BLOCK_BITS = 8  # characters outside the base font come in small fonts of 256 code points
_LICENCE = "OFL.txt"

Progress = Callable[[str, int, int], None]  # face, fonts done, fonts in all


class Face(StrEnum):
    """宋体 for title and text, 黑体 for headings."""

    BODY = "body"
    HEADING = "heading"


class FontSources(msgspec.Struct, frozen=True, kw_only=True):
    """The font files, TrueType or OpenType; an agency sets its licensed 仿宋 and 黑体 here."""

    body: Path
    heading: Path

    @classmethod
    def packaged(cls, *, body: Path | None = None, heading: Path | None = None) -> FontSources:
        """Noto Serif SC and Noto Sans SC from the package, each replaceable by a file."""
        return cls(body=body or pylopdf_fonts_zh_cn.serif_path(), heading=heading or pylopdf_fonts_zh_cn.sans_path())


class CachedFace(msgspec.Struct, frozen=True, kw_only=True):
    """One converted face: its base font, and what the source draws beyond it."""

    face: Face
    source: Path
    base: Path
    base_covers: frozenset[int]
    covers: frozenset[int]

    def block_of(self, code_point: int) -> int:
        """The number of the small font that holds a code point outside the base font."""
        return code_point >> _BLOCK_BITS

    def block(self, number: int) -> Path:
        """The small font of 256 code points, built on first use (about half a second)."""
        path = self.base.with_name(f"{self.base.stem}-u{number:04x}.ttf")
        if not path.exists():
            start = number << _BLOCK_BITS
            wanted = range(start, start + (1 << _BLOCK_BITS))
            _convert(self.source, wanted, path)
        return path


class FontCache(msgspec.Struct, frozen=True, kw_only=True):
    """Both faces, ready to be embedded."""

    folder: Path
    body: CachedFace
    heading: CachedFace
    covers: frozenset[int]  # what both faces draw: what a letter may contain


def default_folder() -> Path:
    """The per-user cache folder of the platform, `…/tendercredit/fonts`."""
    home = Path.home()
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = home / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return root / "tendercredit" / "fonts"


def ensure(
    folder: Path, sources: FontSources | None = None, progress: Progress | None = None, processes: int = 2
) -> FontCache:
    """The cache in `folder`, converted where missing (about ten seconds the first time, two processes).

    Safe for several processes at once: files appear whole, by rename. Raises FontFault.
    """
    sources = sources or FontSources.packaged()
    folder.mkdir(parents=True, exist_ok=True)
    keep_licence(folder)
    jobs = {face: (path := Path(getattr(sources, face)), base_path(folder, face, path)) for face in Face}
    missing = {face: job for face, job in jobs.items() if not job[1].exists()}
    _convert_all(missing, progress, processes)
    body, heading = (_face(face, source, base) for face, (source, base) in jobs.items())
    return FontCache(folder=folder, body=body, heading=heading, covers=body.covers & heading.covers)


def base_path(folder: Path, face: Face, source: Path) -> Path:
    """Where the base font of `source` lives: its name carries the source's SHA-256."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    return folder / f"{face}-{digest[:16]}-{_CONVERSION}.ttf"


def keep_licence(folder: Path) -> None:
    """Puts the fonts' licence (SIL OFL) beside the cache, as it asks for."""
    target = folder / _LICENCE
    files = metadata.files("pylopdf-fonts-zh-cn") or []
    found = next((f for f in files if "licenses/" in f.as_posix()), None)
    if found is not None and not target.exists():
        _write_whole(target, lambda path: path.write_bytes(Path(str(found.locate())).read_bytes()))


def _convert_all(jobs: dict[Face, tuple[Path, Path]], progress: Progress | None, processes: int) -> None:
    tell: Progress = progress or (lambda face, done, total: None)
    work = [(face, partial(_convert_base, *job)) for face, job in jobs.items()]
    if len(work) < 2 or processes < 2:
        for done, (face, run) in enumerate(work, 1):
            run()
            tell(face, done, len(work))
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [(face, pool.submit(run)) for face, run in work]
        for done, (face, future) in enumerate(running, 1):
            future.result()
            tell(face, done, len(work))


def _convert_base(source: Path, base: Path) -> None:
    covers = glyphs.coverage(source)
    _write_whole(_coverage_path(base), lambda path: path.write_text(_ranges(covers), encoding="ascii"))
    _convert(source, glyphs.gb2312(), base)


def _convert(source: Path, wanted: Iterable[int], target: Path) -> None:
    name = f"TC-{target.stem}"  # unlike for each source: ReportLab takes two fonts of one name for the same
    _write_whole(target, lambda path: glyphs.convert(source, wanted, path, name))


def _write_whole(target: Path, write: Callable[[Path], object]) -> None:
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=".part")
    os.close(handle)
    try:
        write(Path(temporary))
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _face(face: Face, source: Path, base: Path) -> CachedFace:
    covers = _read_ranges(_coverage_path(base).read_text(encoding="ascii"))
    base_covers = glyphs.gb2312() & covers
    return CachedFace(face=face, source=source, base=base, base_covers=base_covers, covers=covers)


def _coverage_path(base: Path) -> Path:
    return base.with_suffix(".coverage")


def _ranges(code_points: frozenset[int]) -> str:
    lines: list[list[int]] = []
    for cp in sorted(code_points):
        if lines and lines[-1][1] == cp - 1:
            lines[-1][1] = cp
        else:
            lines.append([cp, cp])
    return "\n".join(f"{first:x}-{last:x}" for first, last in lines)


def _read_ranges(text: str) -> frozenset[int]:
    pairs = re.findall(r"([0-9a-f]+)-([0-9a-f]+)", text)
    return frozenset(cp for first, last in pairs for cp in range(int(first, 16), int(last, 16) + 1))
