"""From words and buttons to commands. Pure; the words themselves are texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from bots.model import Asked, Command, Input, Said

Vocabulary = Mapping[str, Command]  # folded word → command

MOST_CHARACTERS = 2_000
_SPLIT = re.compile(r"[\s,,::]+")
_MENTION = re.compile(r"@\w+$")
_BUTTON = re.compile(r"([a-z]+)(?::([A-Za-z0-9_.\-]{1,60}))?")


def folded(word: str) -> str:
    """Width and case folded, the leading slash and a bot's name behind it dropped."""
    text = unicodedata.normalize("NFKC", word).strip().casefold()
    return _MENTION.sub("", text.removeprefix("/"))


def read(text: str, words: Vocabulary) -> Input:
    """The command that a message begins with, else the message as free text, cut at 2,000 characters.

    `绑定ABCDE-12345` without a blank counts as well; other words glued to a command do not.
    """
    cut = text.strip()[:MOST_CHARACTERS]
    first, rest = _split(cut)
    command = words.get(folded(first))
    if command is not None:
        return Asked(command, rest)
    for word, meant in words.items():
        if meant is Command.BIND and len(word) > 1 and not word.isascii() and cut.startswith(word):
            return Asked(meant, cut.removeprefix(word).strip())
    return Said(cut)


def pressed(data: str) -> Input:
    """The command of a button. What no button of ours carries becomes empty text, so nothing is done."""
    found = _BUTTON.fullmatch(data)
    if found is None or found[1] not in list(Command):
        return Said("")
    return Asked(Command(found[1]), found[2] or "")


def button(command: Command, argument: str = "") -> str:
    """What a button carries: `command` or `command:argument`, at most 64 bytes."""
    return f"{command.value}:{argument}" if argument else command.value


def _split(text: str) -> tuple[str, str]:
    parts = _SPLIT.split(text, maxsplit=1)
    return parts[0], parts[1].strip() if len(parts) > 1 else ""
