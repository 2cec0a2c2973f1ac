"""A file is told by its content: what is not what it says, or nothing we take, is refused with the reason."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from credit.kernel.rules import RuleSet
from repair.refusals import UploadRefused
from repair.uploads import inspect
from tests.repair.records import DAY

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(25)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9"


def pdf(pages: int = 1) -> bytes:
    made, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page(100, 100)
    made.write(out)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


def looked(content: bytes, name: str, rules: RuleSet) -> tuple[str, int | None]:
    return tuple(inspect(content, name, rules.at("repair.paper_limits", DAY)))  # type: ignore[return-value]


def why(content: bytes, name: str, rules: RuleSet) -> str:
    with pytest.raises(UploadRefused) as refused:
        looked(content, name, rules)
    return refused.value.errors[0].code


def test_each_kind_is_told_with_its_pages(ruleset: RuleSet) -> None:
    ofd = archive("OFD.xml", "Doc_0/Pages/Page_0/Content.xml", "Doc_0/Pages/Page_1/Content.xml")
    assert looked(pdf(3), "示例.PDF", ruleset) == ("application/pdf", 3)
    assert looked(PNG, "a.png", ruleset) == ("image/png", 1)
    assert looked(JPEG, "a.jpeg", ruleset) == ("image/jpeg", 1)
    assert looked(ofd, "a.ofd", ruleset) == ("application/ofd", 2)
    assert looked(PNG, "", ruleset) == ("image/png", 1)  # from a chat there may be no name


def test_what_is_not_what_it_says_is_refused(ruleset: RuleSet) -> None:
    assert why(PNG, "a.pdf", ruleset) == "not_what_it_says"
    assert why(pdf(), "a.html", ruleset) == "not_what_it_says"
    assert why(pdf(), "a.pdf.exe", ruleset) == "not_what_it_says"


@pytest.mark.parametrize("content", [
    b"<html><script>alert(1)</script></html>", b"%PDF-1.7 cut off", b"GIF89a", archive("word/document.xml"),
    b"PK\x03\x04 broken", b"\x89PNG\r\n\x1a\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
])
def test_what_is_none_of_the_four_is_refused(content: bytes, ruleset: RuleSet) -> None:
    assert why(content, "a.pdf", ruleset) == "type_not_allowed"


def test_empty_large_and_long_files_are_refused(ruleset: RuleSet) -> None:
    assert why(b"", "a.pdf", ruleset) == "empty"
    assert why(PNG + bytes(10_000_001), "a.png", ruleset) == "too_large"
    assert why(pdf(51), "a.pdf", ruleset) == "too_many_pages"


@given(content=st.binary(max_size=300), name=st.text(max_size=20))
def test_nothing_else_ever_happens(content: bytes, name: str, ruleset: RuleSet) -> None:
    try:
        kind, _ = looked(content, name, ruleset)
    except UploadRefused as exc:
        assert exc.errors
    else:
        assert kind in ("application/pdf", "image/png", "image/jpeg", "application/ofd")
