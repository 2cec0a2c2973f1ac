"""The 公共资源交易信用核查报告: how a company stands, as a document that proves itself. Pure."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import msgspec

from credit.kernel.ids import derived_id
from notices import wording
from notices.letters import blocks_of, current_version
from notices.model import Chart, Letter, LetterKind, Stamp

TITLE = "公共资源交易信用核查报告"


class Line(msgspec.Struct, frozen=True):
    """A row: what it is about, and what is said of it."""

    label: str
    text: str


class ReportFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The plain facts of a report in the words to print; `whole` = the company's own, private records included.

    `record_ids` are the records that it shows: when one of them changes, the report is to be asked for anew.
    """

    code: str
    name: str
    whole: bool
    asked_by: str
    on: date
    made_at: str
    identity: tuple[Line, ...]
    outcome: str
    restrictions: tuple[Line, ...]
    penalties: tuple[Line, ...]
    listings: tuple[Line, ...]
    merits: tuple[Line, ...]
    scheme: str
    score: str
    score_notes: tuple[str, ...]
    score_lines: tuple[Line, ...]
    chart: Chart | None
    repairs: tuple[Line, ...]
    sources: tuple[Line, ...]
    caveat: str
    known_seq: int
    known_at: str
    origin: str
    root: str
    rules: str
    record_ids: tuple[str, ...] = ()


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What tells one report from another."""

    report_id: str
    url: str

    @property
    def number(self) -> str:
        return number_of(self.report_id)


def number_of(report_id: str) -> str:
    """The number printed on the report and named in the log: derived from the id, which it does not give away."""
    return derived_id("XC", report_id).upper()[:19].replace("_", "-")


def page_of(base_url: str, report_id: str) -> str:
    """The address behind a report's QR code."""
    return f"{base_url.rstrip('/')}/report/{quote(report_id, safe='')}"


def compose(facts: ReportFacts, mark: Mark, version: str | None = None) -> Letter:
    """The report. Same arguments, same report."""
    version = version or current_version(LetterKind.CREDIT_REPORT)
    lines = wording.render(LetterKind.CREDIT_REPORT, version, {"f": facts, "mark": mark})
    stamp = Stamp(number=mark.number, issued_on=None, verify_url=mark.url)
    blocks = tuple(blocks_of(lines, facts.asked_by, stamp, facts.chart))
    return Letter(kind=LetterKind.CREDIT_REPORT, version=version, title=TITLE, blocks=blocks)
