"""Who a row punishes: name, code, sort of subject. A firm is never guessed from a name or a neighbouring column."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from credit.model import SubjectKind
from credit.uscc import BadCode, check, is_valid
from sanctions.intake.cells import Cells
from sanctions.intake.outcomes import Fault, Missing

_EXPONENT = re.compile(r"[0-9]+(?:\.[0-9]+)?[Ee]\+?[0-9]+")
_MASK = re.compile(r"[*＊×●□]|[XxＸｘ]{2,}|某")
_BROKEN = re.compile(r"(?:有限|有限公|有限责任|有限责任公|责任公|股份公|股份有限|股份有限公|集团公)$")
_SOLE_TRADER = "92"  # GB 32100-2015: 工商 9, 个体工商户 2
_OTHERS = ("org_code", "tax_no", "registration_no")


class SubjectRead(NamedTuple):
    """What the row says of its subject; `shown` is a valid code that a person must confirm where `code` is missing."""

    kind: SubjectKind
    name: str
    code: str | None
    shown: str | None
    faults: tuple[tuple[Missing, Fault], ...]


def read_subject(cells: Cells) -> SubjectRead:
    """The subject with all that it lacks. A natural person always lacks a reference and never keeps a number."""
    name, name_fault = _name(cells)
    faults = [(Missing.NAME, name_fault)] if name_fault else []
    if "自然人" in unicodedata.normalize("NFKC", cells.text("category")):
        person = cells.fault("category", "natural_person", "自然人:请以主体库编号登记,本库不保存证件号码")
        faults.append((Missing.PERSON_REF, person))
        return SubjectRead(SubjectKind.NATURAL_PERSON, name, None, None, tuple(faults))
    code, shown, code_fault = _code(cells)
    if code_fault:
        faults.append((Missing.CODE, code_fault))
    return SubjectRead(_kind(cells.text("category"), code), name, code, shown, tuple(faults))


def _kind(category: str, code: str | None) -> SubjectKind:
    if "个体" in category or (not category and (code or "").startswith(_SOLE_TRADER)):
        return SubjectKind.SOLE_TRADER
    return SubjectKind.LEGAL_PERSON


def _name(cells: Cells) -> tuple[str, Fault | None]:
    first, second = (re.sub(r"[\r\n\t]+", "", cells.prose(m)) for m in ("name", "name_2"))
    name = first or second
    if not name:
        return "", cells.fault("name", "empty", "行政相对人名称为空:请填写")
    if first and second and first != second:
        return name, cells.fault("name", "name_contradicted", "两列名称不同:请写明受处罚的是谁")
    if _MASK.search(name):
        return name, cells.fault("name", "name_masked", "名称已被遮盖:请填写全称")
    if _BROKEN.search(name):
        return name, cells.fault("name", "name_broken", "名称在“公司”处断开:请按营业执照补全")
    return name, None


def _code(cells: Cells) -> tuple[str | None, str | None, Fault | None]:
    text = cells.text("code").lstrip("'’")
    if _EXPONENT.fullmatch(text):
        lost = "代码被表格软件存成了数字,末位已丢失:请把该列设为文本格式后重新填写18位代码"
        return None, None, cells.fault("code", "code_number_lost", lost)
    if not text:
        shown, fault = _elsewhere(cells)
        return None, shown, fault
    try:
        code = check(text)
    except BadCode as exc:
        return None, _canonical(text), cells.fault("code", exc.code, exc.detail)
    return code, code, None


def _canonical(text: str) -> str | None:
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    return folded if is_valid(folded) else None


def _elsewhere(cells: Cells) -> tuple[str | None, Fault]:
    """A valid code under another heading is shown to a person, not used."""
    for meaning in _OTHERS:
        if found := _canonical(cells.text(meaning)):
            said = f"“{cells.header(meaning)}”列里有一个18位代码:请核对后填入统一社会信用代码列"
            return found, cells.fault("code", "code_in_other_column", said)
    return None, cells.fault("code", "code_empty", "未填写统一社会信用代码:请填写营业执照或登记证书上的18位代码")
