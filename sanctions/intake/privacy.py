"""Citizen numbers that slip into prose are blanked before anything is kept."""

from __future__ import annotations

import re
import unicodedata

from credit.uscc import BadCode, IdCardNumber, check

_LONG = re.compile(r"(?<![0-9A-Za-z])[0-9０-９]{17}[0-9０-９XxＸｘ](?![0-9A-Za-z])")
BLANKED = "[证件号码未保留]"


def without_id_numbers(text: str) -> str:
    """The text with every valid 18-digit citizen number replaced; other numbers stay as written."""
    return _LONG.sub(lambda m: BLANKED if _is_id(m[0]) else m[0], text) if len(text) >= 18 else text


def _is_id(number: str) -> bool:
    try:
        check(unicodedata.normalize("NFKC", number).upper())
    except IdCardNumber:
        return True
    except BadCode:
        return False
    return False
