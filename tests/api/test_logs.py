"""No secret and no identity number leaves in a log line, not even in a traceback."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from api.logs import RedactingFormatter, redacted

KEY = "tc_" + "k" * 43
BOT = "123456789:" + "A" * 35
PERSON = "370102199003078515"  # the form of an identity number, invented
COMPANY = "91370100MA9A00010F"


@pytest.mark.parametrize(
    "text",
    [f"Authorization: Bearer {KEY}", f"key {KEY} used", f"https://api.example/bot{BOT}/send", f"人员 {PERSON} 登记",
     f"postgresql://user:{KEY}@host/db", f"/verify/1?t={KEY}"],
)
def test_secrets_are_blotted_out(text: str) -> None:
    said = redacted(text)
    assert KEY not in said
    assert BOT not in said
    assert PERSON not in said


def test_company_codes_stay_readable() -> None:
    assert redacted(f"penalty for {COMPANY}") == f"penalty for {COMPANY}"


def test_a_line_is_json_and_its_traceback_is_redacted() -> None:
    try:
        raise ValueError(f"cannot use {KEY} of {PERSON}")
    except ValueError:
        record = logging.LogRecord("t", logging.ERROR, __file__, 1, "failed for %s", (PERSON,), sys.exc_info())
    line = RedactingFormatter().format(record)
    assert json.loads(line)["level"] == "error"
    assert KEY not in line
    assert PERSON not in line
