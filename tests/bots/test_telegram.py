"""Telegram on good and bad days, seen through the real library and a Bot API of our own; its token stays inside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bots.incoming import FileRef, Gone, Incoming, NoFile, Unsendable, Wait
from bots.replies import Choice, Reply
from bots.telegram import Telegram
from credit.kernel.settings import BadSettings, Bots
from tests.bots.telegram_stand_in import SECRET, TOKEN, Fault, StandIn

HELLO = Reply("示例", (Choice("状态", "status"), Choice("方案", "plan"), Choice("帮助", "help")))


@pytest.fixture
async def bot(telegram: StandIn) -> AsyncIterator[Telegram]:
    made = Telegram(Bots(telegram_token=TOKEN, telegram_base_url=telegram.url, telegram_secret=SECRET))
    yield made
    await made.close()


async def test_text_and_buttons_arrive(bot: Telegram, telegram: StandIn) -> None:
    assert await bot.send("77", HELLO)
    (sent,) = telegram.sent
    assert (sent.chat, sent.text) == (77, "示例")
    assert sent.buttons == (("状态", "status"), ("方案", "plan"), ("帮助", "help"))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(403, "Forbidden: bot was blocked by the user"), Gone),
        (Fault(400, "Bad Request: chat not found"), Gone),
        (Fault(400, "Bad Request: message text is empty"), Unsendable),
        (Fault(500), Wait),
        (Fault(502, "Bad Gateway"), Wait),
        (Fault(429, "Too Many Requests: retry after 7", retry_after=7), Wait),
        (Fault(401, "Unauthorized"), Wait),
    ],
)
async def test_each_refusal_has_its_meaning(bot: Telegram, telegram: StandIn, fault: Fault, kind: type) -> None:
    telegram.faults["sendMessage"].append(fault)
    with pytest.raises(kind) as caught:
        await bot.send("77", HELLO)
    if isinstance(caught.value, Wait):
        assert caught.value.after == (timedelta(seconds=7) if fault.retry_after else None)
    assert TOKEN not in str(caught.value)
    await bot.send("77", HELLO)


async def test_a_telegram_that_is_away_is_waited_for_and_found_again() -> None:
    """Nothing listens on port 1: the service starts all the same and asks again later."""
    away = Telegram(Bots(telegram_token=TOKEN, telegram_base_url="http://127.0.0.1:1", telegram_secret=SECRET))
    with pytest.raises(Wait):
        await away.send("77", HELLO)
    await away.close()


async def test_files_come_whole_and_what_telegram_keeps_back_is_no_file(bot: Telegram, telegram: StandIn) -> None:
    update = telegram.document(77, "证明.pdf", b"%PDF sample")
    incoming = bot.understood(update)
    assert incoming is not None
    assert incoming.file is not None
    assert (incoming.file.name, incoming.file.size) == ("证明.pdf", 11)
    assert await bot.fetch(incoming.file) == b"%PDF sample"
    telegram.faults["getFile"].append(Fault(400, "Bad Request: file is too big"))
    with pytest.raises(NoFile):
        await bot.fetch(incoming.file)
    telegram.faults["getFile"].append(Fault(500))
    with pytest.raises(Wait):
        await bot.fetch(incoming.file)


async def test_a_photo_is_taken_in_its_largest_size(bot: Telegram, telegram: StandIn) -> None:
    incoming = bot.understood(telegram.photo(77, b"\xff\xd8\xff"))
    assert incoming is not None
    assert incoming.file == FileRef(ref="file1", name="", size=3)


async def test_presses_are_read_and_their_spinner_ended(bot: Telegram, telegram: StandIn) -> None:
    incoming = bot.understood(telegram.press_data(77, "plan:pen_1"))
    assert incoming == Incoming(platform="telegram", number=1001, chat="77", pressed="plan:pen_1", press_id="1001")
    await bot.heard(incoming)
    telegram.faults["answerCallbackQuery"].append(Fault(400, "Bad Request: query is too old"))
    await bot.heard(incoming)
    assert [name for name, _ in telegram.calls].count("answerCallbackQuery") == 2


@pytest.mark.parametrize("body", [
    {"update_id": 1}, {"update_id": 1, "message": {}}, {"update_id": 1, "edited_message": {"message_id": 1}},
    {"update_id": 1, "message": {"message_id": "x", "date": "y", "chat": 5}}, {"update_id": 1, "callback_query": {}},
])
def test_what_is_not_for_us_is_passed_over(bot: Telegram, body: dict[str, Any]) -> None:
    assert bot.understood(body) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"update_id": "1"}', b"\xff", b"nonsense"])
def test_what_is_no_update_is_an_error(bot: Telegram, body: bytes) -> None:
    with pytest.raises(ValueError):
        bot.read(body)


async def test_the_token_is_in_no_log_and_no_error(telegram: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    """Everything logs at DEBUG as far as it may; the calls that would name the token in an address are made."""
    caplog.set_level(logging.DEBUG)
    bot = Telegram(Bots(telegram_token=TOKEN, telegram_base_url=telegram.url, telegram_secret=SECRET))
    await bot.send("77", HELLO)
    await bot.fetch(FileRef(ref=telegram._kept(b"x"), name="x"))
    for fault in (Fault(401, f"Unauthorized {TOKEN}"), Fault(404, "Not Found"), Fault(500)):
        telegram.faults["sendMessage"].append(fault)
        with pytest.raises(Wait) as caught:
            await bot.send("77", HELLO)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__
    logging.getLogger("httpx").warning("POST %s/bot%s/sendMessage", telegram.url, TOKEN)
    await bot.close()
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn"))  # of the stand-in
    assert TOKEN.split(":")[1] not in ours
    assert SECRET not in ours
    assert "/bot***/sendMessage" in ours


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (Bots(telegram_token="no token", telegram_secret=SECRET), "TELEGRAM_TOKEN"),
        (Bots(telegram_token=TOKEN), "TELEGRAM_SECRET"),
        (Bots(telegram_token=TOKEN, telegram_secret="short"), "TELEGRAM_SECRET"),
        (Bots(telegram_token=TOKEN, telegram_mode="both"), "TELEGRAM_MODE"),
    ],
)
def test_settings_that_do_not_fit_are_refused_without_being_shown(chosen: Bots, told: str) -> None:
    with pytest.raises(BadSettings) as caught:
        Telegram(chosen)
    assert told in caught.value.detail
    assert TOKEN not in caught.value.detail + repr(chosen)


async def test_many_at_once_are_sent_by_one_connection_setup(bot: Telegram, telegram: StandIn) -> None:
    await asyncio.gather(*(bot.send(str(n), HELLO) for n in range(20)))
    assert len(telegram.sent) == 20
    assert [name for name, _ in telegram.calls].count("getMe") == 1
