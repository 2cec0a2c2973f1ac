"""Drawing in processes: every process draws alike, faults come back whole, a dead worker is replaced."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator

import msgspec
import pytest

from notices import letters
from notices.fonts import FontCache
from notices.model import LetterKind
from notices.rendering import InlineRenderer, PoolRenderer
from notices.typeset import GlyphMissing
from tests.notices.letter_samples import GENERAL, STAMP

LETTER = letters.compose(LetterKind.REPAIR_NOTICE, GENERAL, STAMP)
UNDRAWABLE = letters.compose(
    LetterKind.REPAIR_NOTICE, msgspec.structs.replace(GENERAL, facts="含有字体没有的字符\U0010ffff"), STAMP
)


@pytest.fixture(scope="module")
async def pool(font_cache: FontCache) -> AsyncIterator[PoolRenderer]:
    made = PoolRenderer(font_cache.folder)
    await made.warm()
    yield made
    made.close()


async def test_a_worker_draws_what_this_process_draws(pool: PoolRenderer, font_cache: FontCache) -> None:
    drawn = await pool.render(LETTER)
    assert drawn.startswith(b"%PDF-")
    assert drawn == await InlineRenderer(font_cache.folder).render(LETTER)


async def test_a_missing_glyph_comes_back_with_its_character(pool: PoolRenderer) -> None:
    for work in (pool.check, pool.render):
        with pytest.raises(GlyphMissing) as raised:
            await work(UNDRAWABLE)
        assert raised.value.extra["characters"] == ["U+10FFFF"]


async def test_a_killed_worker_is_replaced_and_the_letter_drawn(pool: PoolRenderer) -> None:
    before = await pool.render(LETTER)
    for worker in await pool.workers():
        os.kill(worker, signal.SIGKILL)
    assert await pool.render(LETTER) == before
