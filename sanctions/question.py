"""A question made ready once for all its subjects: readings, lists, clauses, the answer to a clean file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

import msgspec

from credit.kernel.clock import business_day
from credit.kernel.rules import Dated, RuleSet
from sanctions.lists import by_list, known_lists, source_doubt
from sanctions.model import Scope
from sanctions.reasons import Finding, Weighed, doubt, note, weigh
from sanctions.tender import Reading, readings, unsaid
from sanctions.verdicts import Condition, Reason, ReasonSource, Source, Tender
from sanctions.wording import day_text

SHANGHAI = timezone(timedelta(hours=8))
COVERED = "lists.recorded"  # a rule that holds on every day for which the rules of lists stand here
UNSAID_TEXT = {"type": "项目类型(type)", "regimes": "适用制度(regimes)", "mandatory": "是否依法必须招标(mandatory)"}


class Clause(NamedTuple):
    """A known condition of the tender file, with the clause and the law it rests on."""

    condition: Condition
    kind: str
    title: str
    basis: str
    listed: str | None = None  # the list that a clause of kind `list` names


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """All that does not depend on the subject. Masks hold one bit per reading."""

    tender: Tender
    day: date
    rules: RuleSet
    sources: tuple[Source, ...]
    readings: tuple[Reading, ...]
    everywhere: int
    procurement: int
    clauses: tuple[Clause, ...]
    standing: tuple[Finding, ...]  # what holds whoever asks: lists not held, clauses not understood
    incomplete: Reason
    clean: Weighed  # a known subject without records
    unknown: Weighed  # a well-formed code never seen
    stranger: Weighed  # a person's reference never seen

    def in_scope(self, scope: Scope, regime: str | None = None) -> int:
        """The readings in which a bar of `scope` holds; bars on agents and evaluators only under their own law."""
        own = scope in (Scope.AGENCY_WORK, Scope.EVALUATION_WORK) and regime is not None
        return mask(scope in reading.scopes and (not own or regime in reading.regimes) for reading in self.readings)

    def under(self, regimes: Iterable[str]) -> int:
        """The readings that run under one of `regimes`; none named: all readings."""
        wanted = frozenset(regimes)
        return mask(bool(wanted & reading.regimes) for reading in self.readings) if wanted else self.everywhere

    def weigh(self, findings: Iterable[Finding]) -> Weighed:
        """The outcome of what stands for everybody together with `findings`."""
        return weigh((*self.standing, *findings), len(self.readings), self.incomplete)


ENTITY_UNKNOWN = Finding(
    note("entity_unknown", ReasonSource.DATA, "代码格式正确,本系统未见该主体的记录,按名单数据答复"), -1
)
PERSON_UNKNOWN = Finding(
    note("entity_unknown", ReasonSource.DATA, "本系统未见该人员编号的记录,请核对编号"), -1
)


def prepare(
    tender: Tender,
    day: date,
    rules: RuleSet,
    sources: Iterable[Source] = (),
    *,
    asked_at: datetime | None = None,
) -> Question:
    """The question about `tender` on `day`, to be answered for any number of subjects.

    `asked_at` is the moment against which lists must be fresh; without it, the beginning of `day` in Shanghai.
    Raises TenderContradictory.
    """
    held = tuple(sources)
    found = readings(tender)
    moment = asked_at or datetime.combine(day, time.min, tzinfo=SHANGHAI)
    clauses = tuple(_clauses(tender, day, rules))
    incomplete = _incomplete(tender)
    standing = (
        *_lists(tender, found, day, rules, held, moment), *_not_understood(tender, day, rules), *_to_come(day, moment),
        *_before_rules(day, rules))
    return Question(
        tender=tender,
        day=day,
        rules=rules,
        sources=held,
        readings=found,
        everywhere=(1 << len(found)) - 1,
        procurement=mask(reading.procurement for reading in found),
        clauses=clauses,
        standing=standing,
        incomplete=incomplete,
        clean=weigh(standing, len(found), incomplete),
        unknown=weigh((*standing, ENTITY_UNKNOWN), len(found), incomplete),
        stranger=weigh((*standing, PERSON_UNKNOWN), len(found), incomplete),
    )


def mask(bits: Iterable[bool]) -> int:
    """One bit per reading, the first lowest."""
    return sum(1 << i for i, bit in enumerate(bits) if bit)


def _clauses(tender: Tender, day: date, rules: RuleSet) -> Iterator[Clause]:
    for condition in tender.conditions:
        rule = _condition(condition, day, rules)
        if rule is not None:
            title = rules.rules[rule.rule_id].title
            basis = f"{clause_text(condition)};{rule.source}"
            yield Clause(condition, rule.value["kind"], title, basis, rule.value.get("list"))


def _condition(condition: Condition, day: date, rules: RuleSet) -> Dated | None:
    return rules.find(f"condition.{condition.code}", day)


def _lists(
    tender: Tender,
    found: tuple[Reading, ...],
    day: date,
    rules: RuleSet,
    sources: tuple[Source, ...],
    moment: datetime,
) -> Iterator[Finding]:
    held, everywhere = by_list(sources), (1 << len(found)) - 1
    rules_of_file = (_condition(condition, day, rules) for condition in tender.conditions)
    by_file = {rule.value["list"] for rule in rules_of_file if rule and rule.value["kind"] == "list"}
    for known in known_lists(rules, day):
        depends = mask(not reading.scopes.isdisjoint(known.depends) for reading in found)
        wanted = everywhere if known.code in by_file else depends
        reason = source_doubt(known, held, moment) if wanted else None
        if reason is not None:
            yield Finding(reason, wanted)


def _not_understood(tender: Tender, day: date, rules: RuleSet) -> Iterator[Finding]:
    for condition in tender.conditions:
        if _condition(condition, day, rules) is None:
            title = f"{clause_text(condition)}的信用条件“{condition.text or condition.code}”不在规则库,请人工核查"
            reason = doubt("condition_unknown", ReasonSource.TENDER_DOCUMENT, title, basis=clause_text(condition))
            yield Finding(reason, -1)


def _to_come(day: date, moment: datetime) -> Iterator[Finding]:
    """What is recorded by now says nothing of what may be decided until a day to come: said beside every answer."""
    if day > business_day(moment):
        title = f"核查日{day_text(day)}尚未到来:按现有记录推算,届时应当再次核查"
        yield Finding(note("day_to_come", ReasonSource.DATA, title), -1)


def _before_rules(day: date, rules: RuleSet) -> Iterator[Finding]:
    """Of a day before the rules of lists begin here, that nothing is found says nothing."""
    if rules.find(COVERED, day) is None:
        title = f"规则库未收录{day_text(day)}适用的名单规则,不能据此认为没有限制;请人工核查当时有效的规定"
        yield Finding(doubt("rules_not_recorded", ReasonSource.DATA, title), -1)


def clause_text(condition: Condition) -> str:
    """招标(采购)文件3.4, as a basis."""
    return f"招标(采购)文件{condition.clause}" if condition.clause else "招标(采购)文件(未注明条款)"


def _incomplete(tender: Tender) -> Reason:
    missing = "、".join(UNSAID_TEXT[name] for name in unsaid(tender))
    return doubt("tender_incomplete", ReasonSource.DATA, f"项目信息不全,不同情形结论不同;请补全{missing}后再查")
