"""The words of the bots, read once from `texts/`: commands and both languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from bots.commands import Vocabulary, folded
from bots.model import Command, Language
from bots.replies import Texts

_FOLDER = Path(__file__).parent / "texts"


@cache
def vocabulary() -> Vocabulary:
    """Every word that means a command, folded."""
    found = yaml.safe_load((_FOLDER / "commands.yaml").read_text(encoding="utf-8"))
    return {folded(str(word)): Command(name) for name, words in found.items() for word in words}


@cache
def texts() -> Texts:
    """Every text by language and key."""
    return {language: yaml.safe_load((_FOLDER / f"{language.value}.yaml").read_text(encoding="utf-8"))
            for language in Language}
