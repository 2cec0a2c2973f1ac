"""Chinese sentences of an answer: verbs of the trade and days as 限制至2027年5月19日(含当日)."""

from __future__ import annotations

from datetime import date

from sanctions.model import Scope

VERBS = {
    Scope.MANDATORY_TENDER: "参加依法必须进行招标的项目的投标",
    Scope.GOVERNMENT_PROCUREMENT: "参加政府采购活动",
    Scope.AGENCY_WORK: "从事招标、采购代理业务",
    Scope.EVALUATION_WORK: "参加评标、评审",
    Scope.LAND_TRANSACTION: "参加土地使用权、矿业权竞买",
    Scope.PROPERTY_TRANSACTION: "受让国有产权",
    Scope.ALL_PUBLIC_RESOURCES: "参加公共资源交易活动",
}


def scope_title(scope: Scope) -> str:
    """What a bar of this scope forbids, as a letter says it."""
    return VERBS[scope]


def day_text(day: date) -> str:
    """2027年5月19日, without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def until_text(until: date | None) -> str:
    """限制至2027年5月19日(含当日), or that there is no end."""
    return f"限制至{day_text(until)}(含当日)" if until else "没有截止日期"


def ban_title(scope: Scope, until: date | None) -> str:
    return f"禁止{VERBS[scope]},{until_text(until)}"


def look_back_title(trigger: str, decided_on: date, until: date) -> str:
    return f"三年内有重大违法记录({day_text(decided_on)}{trigger}),{until_text(until)}"
