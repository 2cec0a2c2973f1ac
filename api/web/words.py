"""Chinese words and forms of the pages: days, amounts, kinds, and full-width marks in sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from credit.accounts.model import Role
from credit.kernel.clock import SHANGHAI
from credit.model import PenaltyKind, Severity, SubjectKind
from notices.letters import KIND_WORDS, SEVERITY_WORDS
from notices.wording import yuan
from sanctions.wording import day_text

SUBJECT_WORDS = {
    SubjectKind.LEGAL_PERSON: "法人或非法人组织", SubjectKind.SOLE_TRADER: "个体工商户",
    SubjectKind.NATURAL_PERSON: "自然人",
}
ROLE_WORDS = {
    Role.ENTERPRISE: "企业", Role.AUTHORITY: "行政机关", Role.REVIEWER: "认定单位信用修复经办",
    Role.COORDINATOR: "信用牵头部门",
    Role.PLATFORM: "交易平台", Role.AUDITOR: "审计机关", Role.OPERATOR: "运营方",
}
_CJK = "\u4e00-\u9fff〔〕“”《》（）"
_FULL = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}
_MARK = re.compile(rf"(?<=[{_CJK}])[,:;?!](?!//)|[,:;?!](?=[{_CJK}])")
_BRACKETS = re.compile(rf"(?<=[{_CJK}])\(([^()]*)\)|\(([^()]*)\)(?=[{_CJK}])|\(([{_CJK}][^()]*)\)")


def zh(sentence: str) -> str:
    """A sentence of the service with full-width marks and brackets beside Chinese words. Not for names or numbers."""
    text = _BRACKETS.sub(lambda found: f"（{found[1] or found[2] or found[3] or ''}）", sentence)
    return _MARK.sub(lambda found: _FULL[found[0]], text)


def moment(value: datetime) -> str:
    """A moment as Beijing time to the minute: 2026年11月22日 09:00."""
    local = value.astimezone(SHANGHAI)
    return f"{day_text(local.date())} {local:%H:%M}"


def kinds(found: Iterable[PenaltyKind]) -> str:
    return "、".join(KIND_WORDS[kind] for kind in found)


def severity(found: Severity | None) -> str:
    return SEVERITY_WORDS[found] if found else ""


def subject(kind: SubjectKind) -> str:
    return SUBJECT_WORDS[kind]


def role(found: Role) -> str:
    return ROLE_WORDS[found]


def money(fen: int) -> str:
    """Fen as yuan with thousands apart: 2,334,000.50元."""
    whole, dot, rest = yuan(fen).removesuffix("元").partition(".")
    return f"{int(whole):,}{dot}{rest}元"


def grouped(code: str) -> str:
    """An 18-character code in groups of 2, 6, 9 and 1, easier to compare by eye."""
    return f"{code[:2]} {code[2:8]} {code[8:17]} {code[17:]}"


def iso(value: date) -> str:
    return value.isoformat()


FILTERS = {
    "zh": zh, "day": day_text, "moment": moment, "kinds": kinds, "severity": severity, "subject": subject,
    "money": money, "role": role, "grouped": grouped, "iso": iso,
}
