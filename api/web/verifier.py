"""The offline verifier: one HTML file in which a browser checks a receipt, without network, keys inside.

Its parts stand in `api/web/offline/`. The page may run its own script and nothing else, and may connect to nothing.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
from litestar import Controller, Response, get

from api.auth import anyone
from api.trusted import Trusted
from api.wiring import Services
from credit.kernel import canonical
from sanctions.receipt_words import FAILED, PASSED
from sanctions.receipts import ENTRY_KIND, MOST, PROVES, TYPE

_PARTS = Path(__file__).parent / "offline"
_SCRIPTS = ("reading.js", "checking.js", "showing.js")


class Verifier(Controller):
    """离线核验页。"""

    path = "/verifier.html"
    include_in_schema = False

    @get("/", guards=[anyone], sync_to_thread=False)
    def page(self, services: Services) -> Response[str]:
        """The page with this log's keys, to be used here or saved."""
        trusted = Trusted(services.log.verifiers(), services.log.witnesses())
        return Response(page_of(trusted, services.clock()), media_type="text/html", headers={
            "Cache-Control": "no-cache", "Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"})


def page_of(trusted: Trusted, made_at: datetime) -> str:
    """The page that trusts these keys. The same keys and moment give the same bytes."""
    facts = msgspec.json.encode({
        "keys": [*(k.vkey for k in trusted.keys), *(w.vkey for w in trusted.witnesses)],
        "made_at": canonical.moment(made_at),
        "type": TYPE, "entry_kind": ENTRY_KIND, "most": MOST, "passed": PASSED, "failed": FAILED, "proves": PROVES,
    }).decode().replace("<", "\\u003c")
    filled = {"policy": policy(), "style": _style(), "facts": facts, "script": _script()}
    page = (_PARTS / "page.html").read_text(encoding="utf-8")
    for name, text in filled.items():
        page = page.replace(f"{{{name}}}", text, 1)
    return page


@cache
def policy() -> str:
    """What a browser lets the page do: run this script, show this style; no connection, frame, form or picture."""
    return (f"default-src 'none'; script-src '{_hashed(_script())}'; style-src '{_hashed(_style())}'; "
            "base-uri 'none'; form-action 'none'")


@cache
def _script() -> str:
    return "".join((_PARTS / name).read_text(encoding="utf-8") for name in _SCRIPTS)


@cache
def _style() -> str:
    return (_PARTS / "style.css").read_text(encoding="utf-8")


def _hashed(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
