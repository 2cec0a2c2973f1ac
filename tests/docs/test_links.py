"""The documents lead somewhere: every link and every file they name exists, and they speak of the product only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.guides import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "examples" / "README.md"])
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_QUOTED = re.compile(r"`([^`\n]+)`")
_TREES = ("api", "bots", "credit", "docs", "examples", "notices", "repair", "sanctions", "tests", "benchmarks")
_NAMED = re.compile(rf"(?:{'|'.join(_TREES)})/[\w./-]*")
_FOREIGN = re.compile(r"(?<!\w)/(?:home|root|work)/\w|https?://[^\s)]*(?:pypi|mirror)")


def prose(page: Path) -> str:
    """A page without its examples."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def headings(page: Path) -> set[str]:
    """The anchors of a page, as the usual renderers make them."""
    found = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in found}


def dead(page: Path) -> Iterator[str]:
    for link in _LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        lost = anchor and target.suffix == ".md" and target.exists() and anchor not in headings(target)
        if lost or not target.exists():
            yield link


def named(page: Path) -> set[str]:
    """Files and folders of this repository that a page names in backticks; patterns and `<…>` left out."""
    quoted = (text.partition(":")[0].strip() for text in _QUOTED.findall(prose(page)))
    return {text for text in quoted if _NAMED.fullmatch(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert list(dead(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_named_files_exist(page: Path) -> None:
    assert {name for name in named(page) if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_pages_name_no_place_of_one_machine_and_no_package_host(page: Path) -> None:
    assert _FOREIGN.findall(page.read_text(encoding="utf-8")) == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    """A new page is linked from README.md or from a page that is."""
    seen, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        links = [(page.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(prose(page))]
        waiting += [p for p in links if p.suffix == ".md" and p.exists() and p not in seen]
    assert {p.name for p in PAGES if p not in seen} == set()
