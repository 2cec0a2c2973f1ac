"""Fonts are converted once and kept in pytest's cache folder, shared by all workers and later runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from notices import fonts
from notices.fonts import FontCache


@pytest.fixture(scope="session")
def font_folder(request: pytest.FixtureRequest) -> Path:
    cache = request.config.cache
    assert cache is not None
    return cache.mkdir("fonts")


@pytest.fixture(scope="session")
def font_cache(font_folder: Path) -> FontCache:
    return fonts.ensure(font_folder)
