"""Logging: one JSON object a line on standard error, with secrets and identity numbers blotted out."""

from __future__ import annotations

import json
import logging
import logging.config
import re
from datetime import UTC, datetime

_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+"), r"\1 ***"),
    (re.compile(r"(?i)(authorization\W{1,4})[^\s\"',;*][^\s\"',;]{5,}"), r"\1***"),
    (re.compile(r"\btc_[A-Za-z0-9_-]{16,}"), "tc_***"),
    (re.compile(r"(?i)(?<!\d)\d{6,12}(?::|%3a)[a-z0-9_-]{30,}"), "***"),  # bot tokens, in an address too
    (re.compile(r"(?i)([?&](?:t|token|key|secret|signature)=)[^&\s\"']+"), r"\1***"),
    (re.compile(r"(://[^\s:/@]*:)[^\s@/]+@"), r"\1***@"),  # passwords in addresses
    (re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"),
     "***"),  # 居民身份证号
)

_QUIET = ("httpx", "httpcore", "telegram", "arq", "asyncio", "fontTools", "piccolo")


def redacted(text: str) -> str:
    """The text without keys, tokens, passwords in addresses and identity numbers."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class RedactingFormatter(logging.Formatter):
    """A line of JSON; redaction is last, so that a traceback cannot carry a secret out either."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return redacted(json.dumps(line, ensure_ascii=False))


def configure(level: str = "INFO") -> None:
    """Sets up logging of this process; libraries that log request addresses speak from WARNING on."""
    quiet = {name: {"level": "WARNING"} for name in _QUIET}
    logging.config.dictConfig({
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": RedactingFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": quiet,
    })
