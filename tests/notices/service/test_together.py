"""Several workers at once, a real renderer from end to end, and the log as witness of every revision."""

from __future__ import annotations

import asyncio
import dataclasses
import io

import msgspec
import pypdf

from credit.kernel import database
from credit.kernel.unit import row_digest
from notices import store
from notices.fonts import FontCache
from notices.model import LetterKind
from notices.register import NoticeState
from notices.rendering import InlineRenderer
from notices.service import Notices
from notices.service.office import kept
from notices.service.verifying import Standing
from tests.notices.letter_samples import SERIOUS
from tests.notices.offices import COMPANY, FACTS, Desk

SERIES = "示城管信修告〔2026〕"


async def test_workers_on_the_same_cause_issue_one_letter(desk: Desk) -> None:
    seq = await desk.penalty("pen_1", minor=True)
    issue = desk.notices.issuing.issue
    made = await asyncio.gather(
        *(issue(desk.cases["pen_1"], LetterKind.REPAIR_NOTICE, seq) for _ in range(5))
    )
    assert len({notice.notice_id for notice in made}) == 1
    assert [n.serial for n in await store.of_series(SERIES)] == [1]


async def test_workers_on_many_causes_leave_no_gap(desk: Desk) -> None:
    seqs = {f"pen_{n}": await desk.penalty(f"pen_{n}", minor=True) for n in range(12)}
    issue = desk.notices.issuing.issue
    await asyncio.gather(*(issue(desk.cases[r], LetterKind.REPAIR_NOTICE, seq) for r, seq in seqs.items()))
    assert [n.serial for n in await store.of_series(SERIES)] == list(range(1, 13))


async def test_every_revision_of_a_letter_is_witnessed_by_its_entry(desk: Desk) -> None:
    await desk.penalty("pen_1")
    await desk.run()
    (found, _) = await desk.notices.reading.listing(COMPANY)
    await desk.notices.acknowledging.acknowledge(found.id, COMPANY)
    await desk.notices.voiding.void(found.id, "内容有误")
    rows = await database.fetch("SELECT * FROM notices_notice")
    assert len(rows) == 6
    for row in rows:
        (payload,) = await database.fetch("SELECT body FROM log_payload WHERE seq = {}", row["seq"])
        assert row_digest(row) in payload["body"]


async def test_a_penalty_becomes_two_real_files_that_verify(desk: Desk, font_cache: FontCache) -> None:
    office = dataclasses.replace(desk.office, renderer=InlineRenderer(font_cache.folder))
    desk.notices = Notices(office)
    facts = msgspec.structs.replace(SERIOUS, issuer=FACTS.issuer)
    await desk.penalty("pen_1", facts=facts)
    await desk.run()
    found = await desk.notices.reading.listing(COMPANY)
    assert [n.kind for n in found] == [LetterKind.DISHONESTY_NOTICE, LetterKind.REPAIR_NOTICE]
    for view in found:
        pdf = await desk.notices.reading.pdf(view.id, COMPANY)
        words = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
        assert view.number in words.replace("\n", "")
        assert "示例䶮𬀩样本" in words.replace("\n", "")
        answer = await desk.notices.verifying.check_file(view.number, await token(view.id), pdf)
        assert (answer.standing, answer.same_file) == (Standing.CURRENT, True)


async def test_drawing_again_after_a_stop_gives_the_same_file(desk: Desk, font_cache: FontCache) -> None:
    await desk.penalty("pen_1", minor=True)
    await desk.run_and_die("reserved")
    (reserved,) = await store.of_series(SERIES)
    words = await kept(reserved)
    assert words is not None
    expected = await InlineRenderer(font_cache.folder).render(words.letter)
    desk.notices = Notices(dataclasses.replace(desk.office, renderer=InlineRenderer(font_cache.folder)))
    await desk.run()
    (issued,) = await store.of_series(SERIES)
    assert issued.state is NoticeState.ISSUED
    assert desk.office.blobs.get(issued.pdf_sha256 or "") == expected


async def token(notice_id: str) -> str:
    notice = await store.notice(notice_id)
    assert notice is not None
    words = await kept(notice)
    assert words is not None
    return words.token
