"""Letters and numbers: gap-free, never twice, nothing lost wherever the process dies, voided ones stay."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from credit.kernel import database, tasks
from credit.kernel.clock import SHANGHAI
from notices import store
from notices.cases import RecordStatus
from notices.model import LetterKind
from notices.register import NoticeState
from notices.typeset import GlyphMissing
from tests.notices.letter_samples import ISSUER
from tests.notices.offices import AUDITOR, AUTHORITY, COMPANY, FACTS, Desk

STEPS = ["checked", "reserved", "drawn", "stored", "issuing", "issued"]


async def numbers(series: str = "示城管信修告〔2026〕") -> list[tuple[int, NoticeState]]:
    return [(n.serial, n.state) for n in await store.of_series(series)]


async def test_a_penalty_brings_its_letters_into_the_inbox(desk: Desk) -> None:
    await desk.penalty("pen_1")
    await desk.run()
    found = await desk.notices.reading.listing(COMPANY)
    assert [(n.number, n.title) for n in found] == [
        ("示城管失信告〔2026〕1号", "失信告知书"),
        ("示城管信修告〔2026〕1号", "行政处罚信息信用修复告知书"),
    ]
    assert (await desk.notices.reading.pdf(found[0].id, COMPANY)).startswith(b"%PDF")


async def test_the_twins_say_what_the_letter_says(desk: Desk) -> None:
    await desk.penalty("pen_1", minor=True)
    await desk.run()
    (found,) = await desk.notices.reading.listing(COMPANY)
    assert "示城管信修告〔2026〕1号" in await desk.notices.reading.html(found.id, COMPANY)
    assert "https://credit.example.cn/verify/%E7%A4%BA" in await desk.notices.reading.text(found.id, COMPANY)


async def test_serials_count_per_series_and_year(desk: Desk) -> None:
    other = msgspec.structs.replace(FACTS, issuer=msgspec.structs.replace(ISSUER, short="示市监"))
    await desk.penalty("pen_1")
    await desk.penalty("pen_2")
    await desk.penalty("pen_3", facts=other, minor=True)
    await desk.run()
    desk.clock.set(datetime(2027, 1, 1, 0, 30, tzinfo=SHANGHAI))
    await desk.penalty("pen_4")
    await desk.run()
    assert await numbers() == [(1, NoticeState.ISSUED), (2, NoticeState.ISSUED)]
    assert await numbers("示城管失信告〔2026〕") == [(1, NoticeState.ISSUED), (2, NoticeState.ISSUED)]
    assert await numbers("示市监信修告〔2026〕") == [(1, NoticeState.ISSUED)]
    assert await numbers("示城管信修告〔2027〕") == [(1, NoticeState.ISSUED)]


@pytest.mark.parametrize("step", STEPS)
async def test_a_stop_at_any_step_loses_no_letter_and_repeats_no_number(desk: Desk, step: str) -> None:
    await desk.penalty("pen_1")
    await desk.penalty("pen_2")
    await desk.run_and_die(step)
    await desk.run()
    for series in ("示城管信修告〔2026〕", "示城管失信告〔2026〕"):
        assert await numbers(series) == [(1, NoticeState.ISSUED), (2, NoticeState.ISSUED)]
    found = await desk.notices.reading.listing(COMPANY)
    assert len(found) == 4
    for one in found:
        assert await desk.notices.reading.pdf(one.id, COMPANY)


async def test_dying_at_every_step_in_turn_still_gives_one_letter_of_each_kind(desk: Desk) -> None:
    await desk.penalty("pen_1")
    for step in STEPS:
        await desk.run_and_die(step)
    await desk.run()
    assert await numbers() == [(1, NoticeState.ISSUED)]
    assert await numbers("示城管失信告〔2026〕") == [(1, NoticeState.ISSUED)]


async def test_the_token_survives_a_stop_between_number_and_drawing(desk: Desk) -> None:
    await desk.penalty("pen_1", minor=True)
    await desk.run_and_die("reserved")
    (before,) = await store.of_series("示城管信修告〔2026〕")
    await desk.run()
    (after,) = await store.of_series("示城管信修告〔2026〕")
    assert (before.state, after.state) == (NoticeState.RESERVED, NoticeState.ISSUED)
    assert (before.token_sha256, before.payload_id) == (after.token_sha256, after.payload_id)


async def test_a_missing_glyph_ends_the_task_with_its_reason_and_takes_no_number(desk: Desk) -> None:
    desk.renderer.refuse = GlyphMissing("字体中没有这些字符:𰻞(U+30EDE)")
    await desk.penalty("pen_1", minor=True)
    await desk.run()
    assert await numbers() == []
    (row,) = await database.fetch("SELECT state, error FROM task WHERE subscriber = 'notices.issue'")
    assert row["state"] == "dead"
    assert row["error"].startswith("glyph_missing: 字体中没有这些字符")


async def test_an_authority_without_a_usable_short_name_takes_no_number(desk: Desk) -> None:
    facts = msgspec.structs.replace(FACTS, issuer=msgspec.structs.replace(ISSUER, short=""))
    await desk.penalty("pen_1", minor=True, facts=facts)
    await desk.run()
    (row,) = await database.fetch("SELECT error FROM task WHERE subscriber = 'notices.issue'")
    assert row["error"].startswith("number_malformed")


async def test_a_number_whose_letter_cannot_be_drawn_is_voided_and_stays(desk: Desk) -> None:
    desk.renderer.refuse_drawing = GlyphMissing("字体中没有这些字符")
    seq = await desk.penalty("pen_1", minor=True)
    await desk.run()
    desk.renderer.refuse_drawing = None
    await desk.penalty("pen_2", minor=True)
    await desk.run()
    assert await numbers() == [(1, NoticeState.VOIDED), (2, NoticeState.ISSUED)]
    await tasks.revive(f"notices.issue/{seq}", desk.clock())
    await desk.run()
    assert await numbers() == [(1, NoticeState.VOIDED), (2, NoticeState.ISSUED), (3, NoticeState.ISSUED)]
    lines = await desk.notices.reading.register(AUTHORITY, "示城管信修告〔2026〕")
    assert [(line.serial, line.reason) for line in lines] == [(1, GlyphMissing.title), (2, ""), (3, "")]


async def test_a_number_is_voided_when_the_penalty_is_withdrawn_before_its_letter_exists(desk: Desk) -> None:
    await desk.penalty("pen_1", minor=True)
    await desk.run_and_die("reserved")
    await desk.withdrawn("pen_1")
    await desk.run()
    assert await numbers() == [(1, NoticeState.VOIDED)]
    assert await desk.notices.reading.listing(AUDITOR) == []


async def test_failing_again_and_again_voids_the_number_and_keeps_the_task(desk: Desk) -> None:
    desk.renderer.refuse_drawing = RuntimeError("the pool is broken")
    await desk.penalty("pen_1", minor=True)
    for _ in range(12):
        await desk.run()
        desk.clock.advance(hours=2)
    assert await numbers() == [(1, NoticeState.VOIDED)]
    (row,) = await database.fetch("SELECT state FROM task WHERE subscriber = 'notices.issue'")
    assert row["state"] == "dead"


async def test_the_other_letter_goes_out_when_one_cannot(desk: Desk) -> None:
    await desk.penalty("pen_1")
    check = desk.renderer.check

    async def refuse_one(letter: object) -> None:
        if getattr(letter, "kind", None) is LetterKind.REPAIR_NOTICE:
            raise GlyphMissing("字体中没有这些字符")
        await check(letter)  # type: ignore[arg-type]

    desk.renderer.check = refuse_one  # type: ignore[method-assign]
    await desk.run()
    assert [n.kind for n in await desk.notices.reading.listing(COMPANY)] == [LetterKind.DISHONESTY_NOTICE]


async def test_an_import_that_asked_for_no_letters_gets_none(desk: Desk) -> None:
    await desk.penalty("pen_1", letters=False)
    await desk.run()
    assert await desk.notices.reading.listing(AUDITOR) == []


async def test_the_letters_of_a_draft_wait_for_its_service(desk: Desk) -> None:
    await desk.penalty("pen_1", draft=True)
    await desk.run()
    assert await desk.notices.reading.listing(COMPANY) == []
    assert len(await desk.notices.reading.listing(AUTHORITY)) == 2
    await desk.served("pen_1")
    await desk.run()
    assert len(await desk.notices.reading.listing(COMPANY)) == 2
    assert await numbers() == [(1, NoticeState.ISSUED)]


async def test_the_letters_of_a_draft_never_served_are_voided(desk: Desk) -> None:
    await desk.penalty("pen_1", draft=True)
    await desk.run()
    await desk.withdrawn("pen_1")
    await desk.run()
    assert await numbers() == [(1, NoticeState.VOIDED)]
    found = await desk.notices.reading.listing(AUTHORITY)
    assert {n.state for n in found} == {NoticeState.VOIDED}
    assert all("未送达" in n.reason for n in found)


async def test_the_letters_of_a_served_decision_stand_after_its_withdrawal(desk: Desk) -> None:
    await desk.penalty("pen_1", draft=True)
    await desk.served("pen_1")
    await desk.run()
    await desk.withdrawn("pen_1")
    await desk.run()
    assert await numbers() == [(1, NoticeState.ISSUED)]
    assert desk.standing["pen_1"] is RecordStatus.ENDED
