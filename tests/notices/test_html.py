"""The HTML twin: escaped, script-free, with language, headings and row headers."""

from __future__ import annotations

import re

import msgspec

from notices import html, letters
from notices.model import Addressee, LetterKind
from tests.notices import letter_samples as samples


def test_every_word_is_escaped() -> None:
    addressee = Addressee(kind=samples.GENERAL.addressee.kind, name="<script>alert('示例')</script>&\"")
    facts = msgspec.structs.replace(samples.GENERAL, addressee=addressee, act_type="<b>&")
    shown = html.page(letters.compose(LetterKind.REPAIR_NOTICE, facts, samples.STAMP))
    assert "<script" not in shown
    assert "&lt;script&gt;alert(&#x27;示例&#x27;)&lt;/script&gt;&amp;&quot;" in shown
    assert "<td>&lt;b&gt;&amp;</td>" in re.sub(r' colspan="\d"', "", shown)


def test_the_page_says_its_language_and_has_one_title_and_row_headers() -> None:
    shown = html.page(letters.compose(LetterKind.REPAIR_NOTICE, samples.GENERAL, samples.STAMP))
    assert '<html lang="zh-CN">' in shown
    assert shown.count("<h1>") == 1
    assert '<th scope="row">决定书文号</th>' in shown
    assert "<title>行政处罚信息信用修复告知书</title>" in shown
    assert not re.search(r"\son\w+=|javascript:|<link|src=", shown)


def test_rows_of_one_and_two_pairs_fill_the_table() -> None:
    shown = html.fragment(letters.compose(LetterKind.REPAIR_NOTICE, samples.GENERAL, samples.STAMP))
    for row in re.findall(r"<tr>(.*?)</tr>", shown.split("公示期限")[0]):
        spans = sum(int(n) - 1 for n in re.findall(r'colspan="(\d)"', row))
        assert row.count("<th") + row.count("<td") + spans == 4


def test_only_web_addresses_become_links() -> None:
    stamp = msgspec.structs.replace(samples.STAMP, verify_url="javascript:alert(1)")
    shown = html.fragment(letters.compose(LetterKind.REPAIR_NOTICE, samples.GENERAL, stamp))
    assert "<a " not in shown
