"""A small Bot API: what Telegram answers, and what it does to bots on bad days, on a port of its own.

It keeps what was sent, hands out files, waits in getUpdates, and answers 429, 403, 5xx or nothing when a test says so.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec
import uvicorn

TOKEN = "1234567890:AAsample-token-of-the-stand-in_0123456789"
SECRET = "sample-secret_of-the-stand-in"
Json = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Fault(msgspec.Struct, frozen=True):
    """How a call goes wrong: a status with its description, or silence for `hang` seconds."""

    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 0
    hang: float = 0.0
    after_taking: bool = False  # the message is taken all the same


class Sent(msgspec.Struct, frozen=True):
    """A message the bot sent: plain text and its buttons (label, data)."""

    chat: int
    text: str
    buttons: tuple[tuple[str, str], ...]


class StandIn:
    """The state behind the API."""

    def __init__(self) -> None:
        self.url = ""
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, Json]] = []
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.files: dict[str, bytes] = {}
        self.waiting: list[Json] = []
        self.webhook: Json = {}
        self.number = 1000
        self.polling = 0
        self.most_polling = 0
        self.happened = asyncio.Condition()

    async def until(self, done: Callable[[], bool], seconds: float = 10.0) -> None:
        """Returns when `done` holds after something was sent or asked."""
        async with self.happened:
            await asyncio.wait_for(self.happened.wait_for(done), seconds)

    def to(self, chat: int) -> list[Sent]:
        """What a chat has got."""
        return [s for s in self.sent if s.chat == chat]

    def text(self, chat: int, text: str, *, kind: str = "private") -> Json:
        """An update: somebody writes."""
        return self._message(chat, kind, text=text)

    def document(self, chat: int, name: str, content: bytes, *, album: str | None = None) -> Json:
        """An update: somebody sends a file."""
        ref = self._kept(content)
        more: Json = {"media_group_id": album} if album else {}
        return self._message(chat, "private", **more, document={
            "file_id": ref, "file_unique_id": ref, "file_name": name, "file_size": len(content)})

    def photo(self, chat: int, content: bytes) -> Json:
        """An update: somebody sends a picture, which has no name."""
        ref = self._kept(content)
        sizes = [{"file_id": ref, "file_unique_id": ref, "width": w, "height": w, "file_size": len(content)}
                 for w in (90, 1280)]
        return self._message(chat, "private", photo=sizes)

    def press(self, chat: int, label: str) -> Json:
        """An update: somebody presses a button of the newest message that has it."""
        data = next(d for s in reversed(self.to(chat)) for name, d in s.buttons if name == label)
        return self.press_data(chat, data)

    def press_data(self, chat: int, data: str) -> Json:
        self.number += 1
        message = self._bare(chat, "private") | {"from": self._bot(), "text": "…"}
        return {"update_id": self.number, "callback_query": {
            "id": str(self.number), "from": self._person(chat), "chat_instance": "1", "data": data,
            "message": message}}

    def _message(self, chat: int, kind: str, **content: Any) -> Json:
        self.number += 1
        return {"update_id": self.number, "message": self._bare(chat, kind) | {"from": self._person(chat)} | content}

    def _bare(self, chat: int, kind: str) -> Json:
        named = {"first_name": "示例"} if kind == "private" else {"title": "示例群"}
        return {"message_id": self.number, "date": 1_790_000_000, "chat": {"id": chat, "type": kind} | named}

    def _person(self, chat: int) -> Json:
        return {"id": abs(chat), "is_bot": False, "first_name": "示例"}

    def _bot(self) -> Json:
        return {"id": 1234567890, "is_bot": True, "first_name": "标信", "username": "sample_bot"}

    def _kept(self, content: bytes) -> str:
        ref = f"file{len(self.files) + 1}"
        self.files[ref] = content
        return ref

    async def call(self, method: str, given: Json) -> tuple[int, Json]:
        """Status and answer of a method."""
        self.calls.append((method, given))
        fault = self.faults[method].pop(0) if self.faults[method] else None
        if fault is None or fault.after_taking:
            answer = await getattr(self, f"_{method.lower()}", self._unknown)(given)
        await self._told()
        if fault is None:
            return 200, {"ok": True, "result": answer}
        await asyncio.sleep(fault.hang)
        more = {"parameters": {"retry_after": fault.retry_after}} if fault.retry_after else {}
        return fault.status, {"ok": False, "error_code": fault.status, "description": fault.description} | more

    async def _told(self) -> None:
        async with self.happened:
            self.happened.notify_all()

    async def _unknown(self, given: Json) -> Any:
        raise AssertionError("the stand-in does not know this method")

    async def _getme(self, given: Json) -> Json:
        return self._bot()

    async def _sendmessage(self, given: Json) -> Json:
        chat = int(given["chat_id"])
        keyboard = given.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = tuple((b["text"], b["callback_data"]) for row in keyboard for b in row)
        assert all(len(data.encode()) <= 64 for _, data in buttons)
        assert 0 < len(given["text"]) <= 4096
        self.sent.append(Sent(chat, given["text"], buttons))
        self.number += 1
        return self._bare(chat, "private") | {"from": self._bot(), "text": given["text"]}

    async def _senddocument(self, given: Json) -> Json:
        return await self._sendmessage(given | {"text": "(document)"})

    async def _editmessagetext(self, given: Json) -> Json:
        return await self._sendmessage(given)

    async def _answercallbackquery(self, given: Json) -> bool:
        return True

    async def _setwebhook(self, given: Json) -> bool:
        self.webhook = given
        return True

    async def _deletewebhook(self, given: Json) -> bool:
        self.webhook = {}
        return True

    async def _getfile(self, given: Json) -> Json:
        ref = given["file_id"]
        return {"file_id": ref, "file_unique_id": ref, "file_path": f"documents/{ref}"}

    async def _getupdates(self, given: Json) -> list[Json]:
        self.polling += 1
        self.most_polling = max(self.most_polling, self.polling)
        try:
            offset, patience = int(given.get("offset", 0)), float(given.get("timeout", 0))
            found = [u for u in self.waiting if u["update_id"] >= offset]
            if not found and patience:
                await asyncio.sleep(min(patience, 0.05))
            self.waiting = [u for u in self.waiting if u["update_id"] >= offset]
            return list(self.waiting)
        finally:
            self.polling -= 1


def _decoded(body: bytes, media: str) -> Json:
    if media.startswith("application/json"):
        return dict(json.loads(body))
    if media.startswith("multipart/form-data"):
        parsed = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + media.encode() + b"\r\n\r\n" + body)
        pairs = [(p.get_param("name", header="content-disposition"), p.get_content()) for p in parsed.iter_parts()]
    else:
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
    return {str(name): _value(value) for name, value in pairs}


def _value(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value
    except ValueError:
        return value


class Served:
    """The API as ASGI."""

    def __init__(self, state: StandIn) -> None:
        self.state = state

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, media, answer = await self._answer(scope, body)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", media)]})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, scope: Json, body: bytes) -> tuple[int, bytes, bytes]:
        path = str(scope["path"])
        if path.startswith(f"/file/bot{TOKEN}/"):
            return 200, b"application/octet-stream", self.state.files[path.rsplit("/", 1)[1]]
        if not path.startswith(f"/bot{TOKEN}/"):
            refused = {"ok": False, "error_code": 401, "description": "Unauthorized"}
            return 401, b"application/json", json.dumps(refused).encode()
        media = next((v.decode() for k, v in scope["headers"] if k == b"content-type"), "")
        given = _decoded(body, media) if body else dict(parse_qsl(scope["query_string"].decode()))
        status, answer = await self.state.call(path.rsplit("/", 1)[1], given)
        return status, b"application/json", json.dumps(answer).encode()


@asynccontextmanager
async def standing_in() -> AsyncIterator[StandIn]:
    """The stand-in, served for the length of the block."""
    made = StandIn()
    taken = socket.create_server(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    config = uvicorn.Config(Served(made), log_config=None, lifespan="off", ws="none", access_log=False)
    server = uvicorn.Server(config)
    server.capture_signals = _uncaught  # type: ignore[method-assign]
    task = asyncio.create_task(server.serve(sockets=[taken]))
    async with httpx.AsyncClient() as visitor:
        await visitor.get(made.url)
    try:
        yield made
    finally:
        server.should_exit = server.force_exit = True
        await task
        taken.close()


def _uncaught() -> Any:
    """The test run keeps its own signal handlers."""
    from contextlib import nullcontext

    return nullcontext()
