"""Reading what a form brought: texts, days, numbers, files; and faults that lead to their fields."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State, UploadFile

from api.web.session import FIELD
from credit.kernel.errors import Refusal
from credit.kernel.unit import Request as Once

_LONGEST = 4000
_HIDDEN = frozenset({FIELD, "version", "once"})


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a field, by the field's id; an empty id means the form as a whole."""

    field: str
    detail: str


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it came. Texts keep what was typed, so that the page can show it again."""

    texts: dict[str, list[str]]
    files: dict[str, list[UploadFile]]

    def text(self, name: str, longest: int = _LONGEST) -> str:
        """The field without blanks around it, empty where it is absent."""
        found = self.texts.get(name) or [""]
        return "".join(c for c in found[0] if c.isprintable() or c in "\n\t").strip()[:longest]

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.texts.get(name, ())))

    def ticked(self, name: str) -> bool:
        return bool(self.texts.get(name))

    def number(self, name: str) -> int:
        """A whole number; -1 for anything else, which no version is."""
        found = self.text(name)
        return int(found) if found.isascii() and found.isdigit() and len(found) < 10 else -1

    def day(self, name: str) -> date | None:
        """A day as browsers send it (2026-05-20) or as people type it (2026/5/20, 2026年5月20日); None else."""
        plain = self.text(name).replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
        parts = [p.strip() for p in plain.replace(".", "-").split("-")]
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) <= 4 for p in parts):
            return None
        try:
            return date(*map(int, parts))
        except ValueError:
            return None

    def once(self, *parts: str) -> Once:
        """What makes the same form sent twice one act: the page's own number (`once`) with what was typed."""
        typed = [f"{name}={value}" for name in sorted(self.texts) if name != FIELD for value in self.texts[name]]
        digest = hashlib.sha256("\x1f".join([*parts, *typed]).encode(errors="surrogatepass")).hexdigest()
        return Once(f"form-{digest}", digest)

    def kept(self) -> defaultdict[str, str]:
        """What was typed, by field; empty for every other field."""
        return defaultdict(str, {name: self.text(name) for name in self.texts if name not in _HIDDEN})


NOTHING = Sent(texts={}, files={})


async def provide_sent(request: Request[Any, Any, State]) -> Sent:
    """Dependency `sent`: the form of a POST."""
    form = await request.form()
    texts: dict[str, list[str]] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(value)
        elif isinstance(value, str):
            texts.setdefault(name, []).append(value)
    return Sent(texts=texts, files=files)


def faults_of(refusal: Refusal, fields: dict[str, str]) -> tuple[Fault, ...]:
    """The faults of a refusal, each at the field that `fields` names for its pointer; else at the form."""
    found = [Fault(fields.get(e.pointer, ""), e.detail) for e in refusal.errors if e.pointer in fields]
    if found:
        return tuple(found)
    return (Fault(next(iter(fields.values()), ""), refusal.detail),)
