"""What a platform hands in, in one form for all of them: ids and words, nothing else about who wrote it."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import msgspec

from bots.replies import Reply

TELEGRAM = "telegram"


class FileRef(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file as the platform names it. `size` 0 where it does not say."""

    ref: str
    name: str
    size: int = 0
    album: str = ""  # files sent together bear the same


class Incoming(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message or one pressed button. `number` is the platform's own, so that a repeat is known."""

    platform: str
    number: int
    chat: str
    private: bool = True
    text: str = ""
    pressed: str | None = None
    press_id: str = ""  # what the platform wants to be told when a press was heard
    file: FileRef | None = None


class Wait(Exception):
    """The platform takes nothing now; `after` where it says how long. `uncertain`: it may have taken it already."""

    def __init__(self, reason: str, after: timedelta | None = None, *, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.uncertain = uncertain


class Gone(Exception):
    """The chat takes nothing any more: blocked, deleted, never there."""


class Unsendable(Exception):
    """The platform will never take this message, though it takes others."""


class NoFile(Exception):
    """The file cannot be had, ever: too large for the platform, or gone."""


class Platform(Protocol):
    """One way to chats; nothing that a platform raises names its token."""

    name: str

    async def send(self, chat: str, reply: Reply) -> str:
        """Sends once; answers the platform's own reference. Raises Wait, Gone or Unsendable."""

    async def fetch(self, file: FileRef) -> bytes:
        """The file's content. Raises NoFile or Wait."""

    async def heard(self, incoming: Incoming) -> None:
        """Tells the platform that a press was heard; what goes wrong here is of no account."""
