"""What happens to bindings. No chat and no person is named in the log."""

from __future__ import annotations

from typing import ClassVar

from credit.kernel.unit import Event


class BotCodeIssued(Event, frozen=True, kw_only=True):
    """A company made a one-time binding code; `subject` is the code's id."""

    kind: ClassVar[str] = "bot_code_issued"
    code: str


class ChatBound(Event, frozen=True, kw_only=True):
    """A chat used a code and now speaks for the company; `subject` is the binding's id."""

    kind: ClassVar[str] = "chat_bound"
    code: str
    code_id: str
    platform: str


class ChatUnbound(Event, frozen=True, kw_only=True):
    """The binding ended."""

    kind: ClassVar[str] = "chat_unbound"
    code: str
