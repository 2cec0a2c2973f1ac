"""What is said: messages of parts and buttons, rendered into one language from the texts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from bots.commands import button
from bots.model import Command, Language

Value = str | int | date | None
Texts = Mapping[Language, Mapping[str, str]]

MOST_CHARACTERS = 3_500  # below the 4,096 of Telegram
_NO_DAY = {Language.ZH: "未定", Language.EN: "not known"}


class Say(msgspec.Struct, frozen=True):
    """One line: the key of a text and what stands in its places."""

    key: str
    facts: tuple[tuple[str, Value], ...] = ()


class Button(msgspec.Struct, frozen=True):
    """A button: the key of its label and what it sends when pressed."""

    key: str
    data: str
    facts: tuple[tuple[str, Value], ...] = ()


class Message(msgspec.Struct, frozen=True):
    """One message to be sent."""

    parts: tuple[Say, ...]
    buttons: tuple[Button, ...] = ()


class Choice(msgspec.Struct, frozen=True):
    """A rendered button."""

    label: str
    data: str


class Reply(msgspec.Struct, frozen=True):
    """A rendered message: plain text without any mark-up, and its buttons."""

    text: str
    choices: tuple[Choice, ...] = ()


def say(key: str, **facts: Value) -> Say:
    return Say(key, tuple(facts.items()))


def choice(command: Command, argument: str = "", *, key: str = "", **facts: Value) -> Button:
    """The button of a command; its label is the text `button.<command>` unless named."""
    return Button(key or f"button.{command.value}", button(command, argument), tuple(facts.items()))


def render(messages: Sequence[Message], language: Language, texts: Texts) -> tuple[Reply, ...]:
    """The messages in words; one that is too long goes out as several, with its buttons below the last.

    Raises KeyError for a text that does not exist.
    """
    return tuple(reply for message in messages for reply in _rendered(message, language, texts[language]))


def line(part: Say, language: Language, texts: Texts) -> str:
    """One part in words."""
    return _filled(part.key, part.facts, language, texts[language])


def _rendered(message: Message, language: Language, texts: Mapping[str, str]) -> list[Reply]:
    lines = [_filled(p.key, p.facts, language, texts) for p in message.parts]
    choices = tuple(Choice(_filled(b.key, b.facts, language, texts)[:60], b.data) for b in message.buttons)
    pages = _pages([text for text in lines if text])
    return [Reply(page) for page in pages[:-1]] + [Reply(pages[-1], choices)]


def _pages(lines: list[str]) -> list[str]:
    pages = [""]
    for text in lines:
        for piece in (text[i : i + MOST_CHARACTERS] for i in range(0, max(1, len(text)), MOST_CHARACTERS)):
            joined = f"{pages[-1]}\n{piece}" if pages[-1] else piece
            if len(joined) > MOST_CHARACTERS:
                pages.append(piece)
            else:
                pages[-1] = joined
    return pages


def _filled(key: str, facts: tuple[tuple[str, Value], ...], language: Language, texts: Mapping[str, str]) -> str:
    return texts[key].format(**{name: _text(value, language) for name, value in facts})


def _text(value: Value, language: Language) -> str:
    if value is None:
        return _NO_DAY[language]
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日" if language is Language.ZH else value.isoformat()
    return str(value)
