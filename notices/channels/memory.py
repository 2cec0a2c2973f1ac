"""A channel that remembers: for tests and trial runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from notices.deliveries import Answer, Message, Sent


class MemoryChannel:
    """Keeps what it is given in `sent`; answers from `answers` first, then always Sent."""

    def __init__(
        self, name: str = "memory", answers: Iterable[Answer | BaseException] = (), *,
        to_subject: bool = True, needs_address: bool = False,
    ) -> None:
        self.name = name
        self.to_subject = to_subject
        self.needs_address = needs_address
        self.answers = list(answers)
        self.sent: list[Message] = []

    async def send(self, message: Message) -> Answer:
        """The next scripted answer; an exception among them is raised after the message was kept."""
        self.sent.append(message)
        if not self.answers:
            return Sent(f"memory-{len(self.sent)}", hashlib.sha256(message.pdf).hexdigest())
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer
