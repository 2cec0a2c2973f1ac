"""Document numbers (文号): as an office writes them, folded for comparison, and whether one is whole."""

from __future__ import annotations

import re
import unicodedata

_OPEN = dict.fromkeys("[(﹝【〖{⟨<《「『", "〔")
_CLOSE = dict.fromkeys("])﹞】〗}⟩>》」』", "〕")
_BRACKETS = str.maketrans(_OPEN | _CLOSE)
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_BREAKS = re.compile(r"[\r\n\t\u200b-\u200f\u2060\ufeff]+")
_YEAR = re.compile(r"〔(?:\d{4}|[〇零○一二三四五六七八九]{4})年?〕")
_DIGIT = re.compile(r"[0-9一二三四五六七八九十]")
_MASK = re.compile(r"[*×●]|[Xx]{2,}")
_BETWEEN = re.compile(r"[;,、/]")


def fold_document_no(text: str) -> str:
    """The form in which two numbers are compared: width and brackets made one, blanks dropped (contract, HTTP)."""
    without_blanks = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", without_blanks).translate(_BRACKETS)


def tidy_document_no(text: str) -> str:
    """The number as written, without line breaks and outer blanks: what letters and pages print."""
    return _BREAKS.sub("", text).strip()


def document_no_fault(text: str) -> tuple[str, str] | None:
    """Why a number cannot identify a document (code, sentence with the cure); None when it is whole."""
    folded = fold_document_no(text)
    if _MASK.search(folded):
        return "document_no_masked", "文号已被遮盖:请填写决定书上的完整文号"
    if not _balanced(folded):
        return "document_no_broken", "文号括号残缺:请按决定书原文补全,如“〔2026〕5号”"
    years = list(_YEAR.finditer(folded))
    if len(years) > 1 and _BETWEEN.search(folded):
        return "document_no_several", "一格内有多个文号:每份决定书请单独成行"
    if not _DIGIT.search(folded[years[-1].end() :] if years else folded):
        return "document_no_no_serial", "文号缺少序号:请按决定书原文补全“〔年份〕序号”"
    return None


def _balanced(folded: str) -> bool:
    depth = 0
    for char in folded:
        depth += (char == "〔") - (char == "〕")
        if depth not in (0, 1):
            return False
    return depth == 0
