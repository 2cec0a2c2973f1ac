"""The rules as a page: every dated value with its citation, readable, and found by its heading."""

from __future__ import annotations

from datetime import date

import httpx

from api.web.rule_words import OTHER
from api.web.rulebook import fits, grouped
from api.wiring import Services
from credit.kernel.rules import Dated, Rule
from tests.api.web.reading import read


def rule(rule_id: str, *values: tuple[date, object]) -> Rule:
    dated = tuple(Dated(rule_id, day, value, "示例办法第一条", True) for day, value in values)
    return Rule(rule_id, "示例期限", "months", None, dated)


async def test_every_rule_is_there_with_citation_and_flag(services: Services, visitor: httpx.AsyncClient) -> None:
    page = read(await visitor.get("/rules"))
    rules = services.book.current.rules
    assert page.faults == []
    assert [r for r in rules if f"r-{r}" not in page.ids()] == []
    assert page.text.count("出处：") == sum(len(r.values) for r in rules.values())
    assert page.text.count("原文已核对") > page.text.count("尚未施行")
    assert services.book.current.digest in page.text


async def test_a_rule_is_found_by_heading_and_citation(visitor: httpx.AsyncClient) -> None:
    page = read(await visitor.get("/rules", params={"q": "一般 公示期"}))
    shown = [i for i in page.ids() if i.startswith("r-")]
    assert shown == ["r-publication.ndrc36.general", "r-publication.samr107.general"]
    assert "最短 3个月 最长 12个月" in page.text


async def test_nothing_found_is_said(visitor: httpx.AsyncClient) -> None:
    page = read(await visitor.get("/rules", params={"q": "<b>无此规则</b>"}))
    assert "没有找到" in page.text
    assert page.all("b") == []


def test_each_value_says_whether_it_is_in_force() -> None:
    made = rule("clock.sample", (date(2020, 1, 1), 1), (date(2025, 1, 1), 2), (date(2030, 1, 1), 3))
    (group,) = grouped([made], date(2026, 11, 22))
    assert [(v.dated.value, v.state) for v in group.entries[0].values] == [(3, "later"), (2, "now"), (1, "past")]


def test_a_rule_that_ended_shows_its_end_as_the_state_now() -> None:
    made = rule("regime.sample", (date(2023, 5, 1), {"fields": None}), (date(2026, 4, 1), None))
    (group,) = grouped([made], date(2026, 11, 22))
    assert [v.state for v in group.entries[0].values] == ["now", "past"]


def test_rules_of_no_known_kind_stand_at_the_end() -> None:
    groups = grouped([rule("zzz.sample", (date(2020, 1, 1), 1)), rule("list.sample", (date(2020, 1, 1), 1))],
                     date(2026, 11, 22))
    assert [g.name for g in groups] == ["list", OTHER]


def test_all_words_must_be_there() -> None:
    made = rule("clock.sample", (date(2020, 1, 1), 1))
    assert fits(made, "示例 第一条")
    assert fits(made, "CLOCK")
    assert not fits(made, "示例 第二条")
