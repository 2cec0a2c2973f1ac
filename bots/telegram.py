"""Telegram by python-telegram-bot: its types end here. The token is in no log, exception text or answer.

The application is built without an updater: updates come by webhook or by our own polling under a lease, and
conversations live in our tables, so any number of processes may serve one bot.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from bots.incoming import TELEGRAM, FileRef, Gone, Incoming, NoFile, Unsendable, Wait
from bots.replies import Choice, Reply
from credit.kernel.settings import BadSettings, Bots

os.environ.setdefault("PTB_TIMEDELTA", "1")

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import AIORateLimiter, Application
from telegram.request import HTTPXRequest

log = logging.getLogger("tendercredit.telegram")
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{10,100}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_NO_CHAT = ("chat not found", "user is deactivated", "peer_id_invalid", "chat_id is empty")
_KINDS = ["message", "callback_query"]
_FETCH = "getupdates"  # raw and one by one: the library drops a whole batch for one update, and logs people's words
_PATIENCE = 15.0  # seconds for one call
_A_ROW = 2  # buttons in a row


class Hidden(logging.Filter):
    """Blots a bot's token out of every record of the loggers it is put on, in an address too."""

    def __init__(self, token: str) -> None:
        super().__init__()
        number, _, self.secret = token.partition(":")
        self.token = re.compile(rf"(?:{re.escape(number)}(?::|%3A))?{re.escape(self.secret)}", re.IGNORECASE)

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if self.secret in text:
            record.msg, record.args = self.token.sub("***", text), ()
        return True


def check(settings: Bots) -> None:
    """Raises BadSettings where the Telegram settings do not fit together; says nothing of what they are."""
    faults = []
    if not _TOKEN.fullmatch(settings.telegram_token or ""):
        faults.append("TENDERCREDIT_TELEGRAM_TOKEN 格式有误,应为 BotFather 给出的 数字:字符 not a bot token")
    if settings.telegram_mode not in ("webhook", "polling"):
        faults.append("TENDERCREDIT_TELEGRAM_MODE 只能是 webhook 或 polling")
    elif settings.telegram_mode == "webhook" and not _SECRET.fullmatch(settings.telegram_secret or ""):
        faults.append("webhook 方式需要 TENDERCREDIT_TELEGRAM_SECRET:16 至 256 个字母、数字、_ 或 -")
    if faults:
        raise BadSettings("; ".join(faults))


class Telegram:
    """One bot. Opens nothing before it is first needed."""

    name = TELEGRAM

    def __init__(self, settings: Bots, transport: type[HTTPXRequest] = HTTPXRequest) -> None:
        check(settings)
        self._settings = settings
        root = settings.telegram_base_url.rstrip("/")
        self._hide()
        self._app = (
            Application.builder().token(settings.telegram_token or "").updater(None)
            .rate_limiter(AIORateLimiter(max_retries=0)).base_url(f"{root}/bot").base_file_url(f"{root}/file/bot")
            .request(transport(connection_pool_size=64, connect_timeout=5, read_timeout=_PATIENCE,
                               write_timeout=_PATIENCE, pool_timeout=5)).build()
        )
        self._ready = False
        self._starting = asyncio.Lock()

    @property
    def polls(self) -> bool:
        """Whether updates are fetched rather than sent to us."""
        return self._settings.telegram_mode == "polling"

    def signed(self, header: str | None) -> bool:
        """Whether a webhook call bears our secret; compared in constant time."""
        wanted = self._settings.telegram_secret
        return bool(wanted) and hmac.compare_digest((header or "").encode(), (wanted or "").encode())

    async def send(self, chat: str, reply: Reply) -> str:
        """The message's number in its chat. Raises Wait, Gone, Unsendable."""
        async with self._talking() as bot:
            sent = await bot.send_message(
                chat_id=int(chat), text=reply.text, reply_markup=_keyboard(reply.choices),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        return str(sent.message_id)

    async def fetch(self, file: FileRef) -> bytes:
        """The file's content. Raises NoFile for one that Telegram does not hand out, Wait."""
        try:
            async with self._talking() as bot:
                found = await bot.get_file(file.ref)
                return bytes(await found.download_as_bytearray())
        except (Unsendable, Gone) as exc:
            raise NoFile(file.ref) from exc

    async def heard(self, incoming: Incoming) -> None:
        """Ends the spinner on a pressed button."""
        if incoming.press_id:
            with suppress(Wait, Gone, Unsendable):
                async with self._talking() as bot:
                    await bot.answer_callback_query(incoming.press_id, read_timeout=2, connect_timeout=2)

    async def hook(self, url: str) -> None:
        """Tells Telegram where to send updates, with our secret. Raises Wait, Unsendable."""
        async with self._talking() as bot:
            await bot.set_webhook(url, secret_token=self._settings.telegram_secret, allowed_updates=_KINDS)

    async def unhook(self) -> None:
        """Ends sending, so that updates can be fetched; what waits stays. Raises Wait."""
        async with self._talking() as bot:
            await bot.delete_webhook(drop_pending_updates=False)

    async def updates(self, after: int | None, patience: int) -> list[tuple[int, Incoming | None]]:
        """Updates behind number `after`, waiting for one up to `patience` seconds. Raises Wait."""
        given: dict[str, Any] = {"timeout": patience, "allowed_updates": _KINDS}
        if after is not None:
            given["offset"] = after + 1
        async with self._talking() as bot:
            found = await bot.do_api_request(_FETCH, api_kwargs=given, read_timeout=patience + _PATIENCE)
        return [(one["update_id"], self.understood(one)) for one in found if isinstance(one.get("update_id"), int)]

    def read(self, body: bytes) -> Incoming | None:
        """An update in our form; None for what is not for us. Raises ValueError for what is no update."""
        found = json.loads(body)
        if not isinstance(found, dict) or not isinstance(found.get("update_id"), int):
            raise ValueError("no update_id")
        return self.understood(found)

    def understood(self, body: Mapping[str, Any]) -> Incoming | None:
        """As `read`, of decoded JSON; an update that the library cannot read is not for us."""
        try:
            update = Update.de_json(dict(body), self._app.bot)
        except (TypeError, ValueError, KeyError, AttributeError):
            return None
        return _incoming(update) if update is not None else None

    async def close(self) -> None:
        """Closes the connections."""
        if self._ready:
            self._ready = False
            await self._app.shutdown()

    @asynccontextmanager
    async def _talking(self) -> AsyncIterator[Bot]:
        """The bot, once it is known to be ours; what goes wrong in the block in our words, cut off from its cause."""
        try:
            async with self._starting:
                if not self._ready:
                    await self._app.initialize()
                    self._ready = True
            yield self._app.bot
        except TelegramError as exc:
            raise _in_our_words(exc) from None

    def _hide(self) -> None:
        for name in ("httpx", "httpcore", "telegram", "telegram.ext"):
            quiet = logging.getLogger(name)
            if quiet.level < logging.WARNING:
                quiet.setLevel(logging.WARNING)
            quiet.addFilter(Hidden(self._settings.telegram_token or ""))


def _in_our_words(exc: TelegramError) -> Exception:
    if isinstance(exc, RetryAfter):
        after = exc.retry_after
        return Wait("too many messages", after if isinstance(after, timedelta) else timedelta(seconds=after))
    if isinstance(exc, Forbidden | ChatMigrated):
        return Gone(type(exc).__name__)
    if isinstance(exc, BadRequest):
        said = exc.message.lower()
        return Gone("no such chat") if any(told in said for told in _NO_CHAT) else Unsendable("bad request")
    if isinstance(exc, InvalidToken):
        log.error("Telegram does not know this bot: check TENDERCREDIT_TELEGRAM_TOKEN")
    return Wait(type(exc).__name__, uncertain=isinstance(exc, TimedOut))


def _keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    if not choices:
        return None
    row = [InlineKeyboardButton(c.label, callback_data=c.data) for c in choices]
    return InlineKeyboardMarkup([row[i : i + _A_ROW] for i in range(0, len(row), _A_ROW)])


def _incoming(update: Update) -> Incoming | None:
    press = update.callback_query
    if press is not None:
        if press.message is None or not isinstance(press.data, str):
            return None
        chat = press.message.chat
        return Incoming(platform=TELEGRAM, number=update.update_id, chat=str(chat.id), private=chat.type == "private",
                        pressed=press.data[:64], press_id=press.id)
    message = update.message
    if message is None or (message.from_user is not None and message.from_user.is_bot):
        return None
    return Incoming(
        platform=TELEGRAM, number=update.update_id, chat=str(message.chat.id),
        private=message.chat.type == "private", text=(message.text or message.caption or "")[:4096],
        file=_file(message),
    )


def _file(message: Message) -> FileRef | None:
    album = message.media_group_id or ""
    if message.document is not None:
        sent = message.document
        return FileRef(ref=sent.file_id, name=sent.file_name or "", size=sent.file_size or 0, album=album)
    if message.photo:
        largest = message.photo[-1]
        return FileRef(ref=largest.file_id, name="", size=largest.file_size or 0, album=album)
    return None
