"""What every channel is."""

from __future__ import annotations

from typing import Protocol

from notices.deliveries import Answer, Message


class Channel(Protocol):
    """One way to a recipient.

    `to_subject`: it reaches the company, so a letter to a draft decision waits for its service.
    `needs_address`: used only where the case brings an address for it.
    """

    name: str
    to_subject: bool
    needs_address: bool

    async def send(self, message: Message) -> Answer:
        """Sends once and says how it went; the same message may come again after a crash."""
