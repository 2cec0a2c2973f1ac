"""The page behind the QR code: number and token together, and only as much as the record's standing allows."""

from __future__ import annotations

import pytest

from notices import store
from notices.cases import RecordStatus
from notices.service.office import kept
from notices.service.verifying import Standing
from tests.notices.offices import AUTHORITY, Desk

NUMBER = "示城管信修告〔2026〕1号"


async def issued(desk: Desk) -> str:
    """One letter; answers its token."""
    await desk.penalty("pen_1", minor=True)
    await desk.run()
    return await token_of(NUMBER)


async def token_of(number: str) -> str:
    notice = await store.by_number(number)
    assert notice is not None
    words = await kept(notice)
    assert words is not None
    return words.token


async def test_a_current_letter_is_confirmed_with_its_particulars(desk: Desk) -> None:
    token = await issued(desk)
    found = await desk.notices.verifying.verify(NUMBER, token)
    assert (found.standing, found.number, found.issuer) == (Standing.CURRENT, NUMBER, "示例市城市管理局")
    assert found.genuine


@pytest.mark.parametrize(
    "written", ["示城管信修告[2026]1号", "示城管信修告（２０２６）第1号", "示城管信修告〔2026〕 1号"]
)
async def test_a_number_is_known_in_any_bracket_and_width(desk: Desk, written: str) -> None:
    token = await issued(desk)
    assert (await desk.notices.verifying.verify(written, token)).genuine


async def test_number_without_its_token_and_token_without_its_number_are_unknown(desk: Desk) -> None:
    token = await issued(desk)
    await desk.penalty("pen_2", minor=True)
    await desk.run()
    verify = desk.notices.verifying.verify
    wrong = [
        (NUMBER, ""), (NUMBER, token[:-1]), (NUMBER, token + "x"), ("", token), ("示城管信修告〔2026〕2号", token),
        ("示城管信修告〔2026〕99号", token), ("不是文号", token), (NUMBER * 100, token), (NUMBER, "\ud800"),
        (NUMBER + "\x00", token), (NUMBER + "\ud800", token), (NUMBER, "令牌"),
    ]
    for number, guess in wrong:
        found = await verify(number, guess)
        assert found.standing is Standing.UNKNOWN
        assert (found.number, found.issuer) == (None, None)


async def test_a_draft_is_genuine_and_nothing_more(desk: Desk) -> None:
    await desk.penalty("pen_1", minor=True, draft=True)
    await desk.run()
    found = await desk.notices.verifying.verify(NUMBER, await token_of(NUMBER))
    assert found.sentence == "文书真实，尚未送达"
    assert (found.number, found.title, found.issuer, found.pdf_sha256) == (None, None, None, None)


async def test_after_repair_only_the_genuineness_is_confirmed(desk: Desk) -> None:
    token = await issued(desk)
    desk.standing["pen_1"] = RecordStatus.ENDED
    found = await desk.notices.verifying.verify(NUMBER, token)
    assert (found.sentence, found.genuine) == ("文书真实；所涉信息已终止公示", True)
    assert (found.number, found.title, found.issuer, found.pdf_sha256) == (None, None, None, None)


async def test_a_voided_letter_says_so(desk: Desk) -> None:
    token = await issued(desk)
    (notice,) = await desk.notices.reading.listing(AUTHORITY)
    await desk.notices.voiding.void(notice.id, "内容有误")
    found = await desk.notices.verifying.verify(NUMBER, token)
    assert (found.standing, found.genuine) == (Standing.VOIDED, False)


async def test_a_reserved_number_is_unknown_to_the_public(desk: Desk) -> None:
    await desk.penalty("pen_1", minor=True)
    await desk.run_and_die("reserved")
    found = await desk.notices.verifying.verify(NUMBER, await token_of(NUMBER))
    assert found.standing is Standing.UNKNOWN


async def test_a_file_is_compared_bit_by_bit(desk: Desk) -> None:
    token = await issued(desk)
    (notice,) = await desk.notices.reading.listing(AUTHORITY)
    original = await desk.notices.reading.pdf(notice.id, AUTHORITY)
    check = desk.notices.verifying.check_file
    assert (await check(NUMBER, token, original)).same_file is True
    assert (await check(NUMBER, token, original + b" ")).same_file is False
    assert (await check(NUMBER, "x", original)).same_file is None
