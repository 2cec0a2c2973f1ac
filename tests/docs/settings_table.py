"""The table of settings in docs/operator.md, made from the code: `python -m tests.docs.settings_table` renews it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from credit.kernel import settings
from tests.docs.guides import ROOT

PAGE = ROOT / "docs" / "operator.md"
_TABLE = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)
_SAID = {
    "MAX_UPLOAD_MB": "largest file taken in, in MB", "SMTP_HOST": "mail server; without it no e-mail is sent",
    "SMTP_PORT": "its port", "SMTP_SENDER": "sender of letters; its domain names the Message-IDs",
    "SMTP_USER": "its login", "SMTP_PASSWORD": "its password", "SMTP_STARTTLS": "1: TLS before the login",
    "DATA": "folder of SQLite, blobs, keys and checkpoints",
    "DEMO": "1: serve samples; set by `tendercredit demo`", "FONT_CACHE": "folder of the converted fonts",
    "TELEGRAM_BASE_URL": "where Telegram is called",
}


def table() -> str:
    """A line per setting: name, default, and what the code says of it."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {value} | {said} |" for name, value, said in _rows())]) + "\n"


def shown() -> str | None:
    """The table as the page has it; None where the page has none."""
    found = _TABLE.search(PAGE.read_text(encoding="utf-8"))
    return found[0] if found else None


def _rows() -> Iterator[tuple[str, str, str]]:
    for name, (group, attribute) in settings._NAMES.items():
        owner: Any = settings._GROUPS.get(group, settings.Settings)
        default = next(f.default for f in fields(owner) if f.name == attribute)
        value = "" if default in (None, "") else f"`{int(default) if isinstance(default, bool) else default}`"
        line = re.search(rf"^    {attribute}: .*?(?:  # (.*))?$", inspect.getsource(owner), re.MULTILINE)
        said = _SAID.get(name) or (line and line[1]) or ""
        yield settings.PREFIX + name, value, said


if __name__ == "__main__":
    PAGE.write_text(_TABLE.sub(lambda _: table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
