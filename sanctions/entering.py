"""May this entry be made at all: has the list a national basis, does the stated end fit, is the body competent?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from credit.kernel.errors import Refusal
from credit.kernel.periods import add_months
from credit.kernel.rules import RuleSet
from credit.model import Field
from sanctions.bans import LengthNotAllowed, NotCompetent
from sanctions.lists import KnownList, known_list
from sanctions.model import ListCode, ListingCommand
from sanctions.relapse import longer_by


class ListWithoutBasis(Refusal):
    code = "list_without_basis"
    title = "名单没有全国性依据 List without national basis"


_BY_DECISION = {
    ListCode.AGENCY: "招标、采购代理机构的限制由处罚决定作出,请以 POST /v1/penalties 的 restrictions(agency_work)推送",
    ListCode.EXPERT: "评标、评审专家的限制由处罚决定作出,请以 POST /v1/penalties 的 restrictions(evaluation_work)推送",
}
_OWN = "地方或者交易中心自行设立的名单不予接收;可以约谈,或者移送行政监督部门依法处理"


def check_entry(command: ListingCommand, rules: RuleSet, *, again: bool = False) -> KnownList:
    """The list as known on the decision day.

    `again`: the company was on this list before, so that a rule of relapse may allow a longer entry.

    Raises ListWithoutBasis, or LengthNotAllowed for a stated end later than a verified term (one day tolerance).
    """
    known = check_list(command.list, command.decided_on, rules)
    months = rules.find(f"list_months.{command.list}", command.decided_on)
    if command.until is not None and months is not None and months.verified:
        more = longer_by(command.list, command.decided_on, rules) if again else None
        longest = add_months(command.decided_on, months.value + (more.value["longer"]["max"] if more else 0))
        tolerance = timedelta(days=rules.at("list_length.tolerance", command.decided_on).value)
        if command.until > longest + tolerance:
            extended = f",再次列入至多延长{more.value['longer']['max']}个月" if more else ""
            raise LengthNotAllowed(
                f"{months.source}规定列入{months.value}个月{extended},自{command.decided_on}至{longest};"
                f"所填{command.until}更晚,请核对决定书或将 until 留空"
            )
    return known


def check_list(code: ListCode, day: date, rules: RuleSet) -> KnownList:
    """The list as known on `day`. Raises ListWithoutBasis where no national text knows it then."""
    known = known_list(code, day, rules)
    if known is None:
        ever = rules.rules.get(f"list.{code}")
        told = f"“{ever.title}”自{ever.values[0].since}起有依据,决定日期{day}在其之前" if ever else None
        raise ListWithoutBasis(told or _BY_DECISION.get(code, _OWN))
    return known


def check_entry_competence(known: KnownList, field: Field | None, competences: Collection[str]) -> None:
    """Passes for the department of the list's field, or one with the competence `list:<code>`; else NotCompetent."""
    need = f"list:{known.code}"
    if (known.field is None or field is not known.field) and need not in competences:
        raise NotCompetent(
            f"列入“{known.title}”须由其主管部门或有权限 {need} 的机关作出;"
            "请由有权机关推送,或由运营方登记该机关的权限"
        )
