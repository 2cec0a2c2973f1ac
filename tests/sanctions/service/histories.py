"""Random histories of acts on a few companies, for tests that ask in between and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st

from credit.accounts.model import Caller, Role
from credit.kernel.errors import Refusal
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import unit
from credit.model import Authority, PenaltyKind, RemovalGround, Stage, SubjectKind
from credit.profiles import service as profiles
from credit.profiles.inputs import AnyInput, Ending, RelationInput, RepresentativeInput, StatusInput
from credit.profiles.model import RelationKind, Status
from credit.service import EntityInput, register_entity
from sanctions.intake.outcomes import Fault, Missing, Parked
from sanctions.model import (
    ListCode,
    ListingCommand,
    PenaltyCommand,
    RemovalInput,
    RestrictionInput,
    Scope,
    SubjectInput,
)
from sanctions.service.answering.ask import Ask
from sanctions.service.answering.naming import Naming
from sanctions.service.deciding.change import Changing, PerformanceInput, ServiceInput, StayInput, WithdrawalInput
from sanctions.service.deciding.lifting import lift_penalty
from sanctions.service.deciding.parked import Parking
from sanctions.service.deciding.receive import Receiving
from sanctions.service.listing.listings import Listings
from sanctions.service.listing.removing import Removing
from sanctions.service.listing.sources import SourceInput, Sources
from sanctions.verdicts import Condition, Subject, Tender, TenderRegime, TenderType
from tests.factories import uscc
from tests.fakes import FakeClock

OFFICE = "1137019900EX00014E"
CALLER = Caller(key_id="key_test", org_code=OFFICE, role=Role.AUTHORITY, scopes=frozenset({"push:any"}))
AUDITOR = Caller(key_id="key_audit", org_code="1137019900EX00137F", role=Role.AUDITOR, scopes=frozenset())
SALT = bytes(32)
TODAY = date(2026, 11, 22)
SOME_KINDS = ((PenaltyKind.FINE,), (PenaltyKind.ORDER_STOP,), (PenaltyKind.WARNING,), (PenaltyKind.REVOKE_LICENCE,))
LISTS = (ListCode.GOVERNMENT_PROCUREMENT, ListCode.JUDGMENT_DEFAULTER, ListCode.TAX, ListCode.WAGE_ARREARS)
BASES = {Scope.MANDATORY_TENDER: "招标投标法 第五十三条", Scope.GOVERNMENT_PROCUREMENT: "政府采购法 第七十七条"}
TENDERS = (
    Tender(type=TenderType.CONSTRUCTION, regimes=(TenderRegime.TENDERING,), mandatory=True,
           conditions=(Condition(code="no_serious_record"), Condition(code="no_judgment_defaulter", clause="3.4"))),
    Tender(type=TenderType.GOVERNMENT_PROCUREMENT),
    Tender(),
)
VERBS = ("push", "draft", "correct", "withdraw", "serve", "perform", "stay", "park", "complete", "reject", "list",
         "remove", "rename", "branch", "merge", "hold", "person", "later", "tie", "lead", "close", "untie", "repair")
acts = st.tuples(st.sampled_from(VERBS), st.integers(0, 3), st.integers(0, 40))
_firms, _serial = count(1), count(1)


@dataclass
class Decision:
    """What a decision of a history states now: kept beside the house, from what was done and by the plain text."""

    command: PenaltyCommand
    draft: bool = False
    withdrawn: bool = False
    stayed_from: date | None = None

    def bars(self, code: str, scope: Scope, day: date) -> bool:
        """Whether it bars this company on `day`: served, not withdrawn, not stayed, within the days it states."""
        stayed = self.stayed_from is not None and self.stayed_from <= day
        if self.draft or self.withdrawn or stayed or self.command.subject.code != code:
            return False
        return any(
            bar.scope is scope and bar.last_day is not None
            and max(bar.first_day, self.command.decided_on) <= day <= bar.last_day
            for bar in self.command.restrictions
        )


@dataclass
class World:
    """A few companies of one history, and what was done to them."""

    book: Rulebook
    clock: FakeClock
    codes: Sequence[str] = field(default_factory=lambda: [uscc(next(_firms)) for _ in range(4)])
    penalties: list[tuple[str, PenaltyCommand]] = field(default_factory=list)
    parked: list[tuple[str, str]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    stated: list[tuple[str, str]] = field(default_factory=list)
    decisions: dict[str, Decision] = field(default_factory=dict)
    removed: dict[str, RemovalGround] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.receiving = Receiving(self.book, self.clock, SALT)
        self.changing = Changing(self.book, self.clock, self.receiving)
        self.parking = Parking(self.clock, self.receiving, Naming())
        self.listings = Listings(self.book, self.clock, SALT)
        self.removing = Removing(self.book, self.clock, self.listings)
        self.person = f"示例库{next(_serial)}"

    async def act(self, verb: str, firm: int, n: int) -> None:
        """One act; what the house refuses has not happened."""
        try:
            await getattr(self, f"_{verb}")(self.codes[firm], n)
        except Refusal:
            return

    def _command(self, code: str, n: int) -> PenaltyCommand:
        kinds = SOME_KINDS[n % 4]
        decided = TODAY - timedelta(days=n * 30)
        bars = tuple(
            RestrictionInput(scope=s, first_day=decided, last_day=date(decided.year + 2, decided.month, 1), basis=b)
            for i, (s, b) in enumerate(BASES.items()) if n >> i & 4
        )
        return PenaltyCommand(
            subject=SubjectInput(name=f"示例公司{code[-4:]}", code=code, legal_representative="示例人"),
            document_no=f"示样罚〔2026〕{next(_serial)}号", kinds=kinds, decided_on=decided,
            fine_fen=(1 + n % 3) * 100_000_000 - 1 if PenaltyKind.FINE in kinds else None, restrictions=bars,
            content="示例:禁止参加政府采购活动。" if n % 5 == 0 else "",
            authority=Authority(name="示例机关", code=OFFICE),
        )

    async def _take(self, command: PenaltyCommand, stage: Stage = Stage.DECIDED) -> None:
        made = await self.receiving.receive(await self.receiving.prepare(command, CALLER, stage=stage), by="test")
        self.penalties.append((made.record_id, command))
        self.decisions[made.record_id] = Decision(command, draft=stage is Stage.DRAFT)

    async def _push(self, code: str, n: int) -> None:
        await self._take(self._command(code, n))

    async def _draft(self, code: str, n: int) -> None:
        await self._take(self._command(code, n), Stage.DRAFT)

    async def _person(self, code: str, n: int) -> None:
        command = self._command(code, n)
        who = SubjectInput(kind=SubjectKind.NATURAL_PERSON, name="示例人", person_ref=self.person)
        await self._take(PenaltyCommand(**{f: getattr(command, f) for f in command.__struct_fields__} | {
            "subject": who, "restrictions": ()}))

    def _one(self, n: int) -> tuple[str, PenaltyCommand]:
        return self.penalties[n % len(self.penalties)]

    async def _correct(self, code: str, n: int) -> None:
        record, old = self._one(n)
        new = self._command(code, n + 1)
        same = {"subject": old.subject, "document_no": old.document_no}
        fields = {f: getattr(new, f) for f in new.__struct_fields__}
        corrected = PenaltyCommand(**fields | same)
        await self.changing.correct(record, corrected, CALLER)
        self.decisions[record].command = corrected

    async def _withdraw(self, code: str, n: int) -> None:
        given = WithdrawalInput(document_no="示撤1号", withdrawn_on=TODAY)
        await self.changing.withdraw(self._one(n)[0], given, CALLER)
        self.decisions[self._one(n)[0]].withdrawn = True

    async def _repair(self, code: str, n: int) -> None:
        async with unit(by="test", now=self.clock()) as u:
            await lift_penalty(u, self._one(n)[0], repaired_on=TODAY)

    async def _serve(self, code: str, n: int) -> None:
        record, command = self._one(n)
        await self.changing.serve(record, ServiceInput(served_on=command.decided_on, method="direct"), CALLER)
        self.decisions[record].draft = False

    async def _perform(self, code: str, n: int) -> None:
        record, command = self._one(n)
        await self.changing.perform(record, PerformanceInput(corrected_on=command.decided_on), CALLER)

    async def _stay(self, code: str, n: int) -> None:
        await self.changing.stay(self._one(n)[0], StayInput(first_day=TODAY, document=f"示停{n}号"), CALLER)
        self.decisions[self._one(n)[0]].stayed_from = TODAY

    async def _park(self, code: str, n: int) -> None:
        fault = Fault(column="处罚类别", code="missing", detail="示例")
        row = Parked(row=n, missing=(Missing.KINDS,), faults=(fault,), raw={"示例": f"{next(_serial)}"}, code=code,
                     name="示例公司", touches=(Scope.MANDATORY_TENDER,) if n % 2 else ())
        self.parked += [(parked_id, code) for parked_id, _ in await self.parking.park([row], CALLER)]

    async def _complete(self, code: str, n: int) -> None:
        if self.parked:
            parked_id, of = self.parked[n % len(self.parked)]
            await self.parking.complete(parked_id, self._command(of, n), CALLER)

    async def _reject(self, code: str, n: int) -> None:
        if self.parked:
            await self.parking.reject(self.parked[n % len(self.parked)][0], "not_ours", CALLER)

    async def _list(self, code: str, n: int) -> None:
        command = ListingCommand(
            subject=SubjectInput(name=f"示例公司{code[-4:]}", code=code), list=LISTS[n % 4],
            document_no=f"示列{next(_serial)}号", basis="示例依据", decided_on=TODAY - timedelta(days=n),
            authority=Authority(name="示例机关", code=OFFICE))
        prepared = await self.listings.prepare(command, CALLER)
        self.entries.append((await self.listings.receive(prepared, by="test")).record_id)

    async def _remove(self, code: str, n: int) -> None:
        if self.entries:
            ground = RemovalGround.REVOKED if n % 2 else RemovalGround.REPAIR
            given = RemovalInput(document_no="示移1号", decided_on=TODAY, ground=ground, basis="示例依据")
            entry = self.entries[n % len(self.entries)]
            await self.removing.remove(entry, given, CALLER)
            self.removed[entry] = ground

    async def _entity(self, code: str, **facts: Any) -> None:
        await register_entity(EntityInput(code=code, **facts), by="test", now=self.clock(), salt=SALT)

    async def _rename(self, code: str, n: int) -> None:
        await self._entity(code, name=f"示例更名公司{n % 3}", legal_representative=f"示例人{n % 2}")

    async def _branch(self, code: str, n: int) -> None:
        await self._entity(code, name=f"示例公司{code[-4:]}分公司", branch_of=self.codes[n % 4])

    async def _merge(self, code: str, n: int) -> None:
        await self._entity(code, name=f"示例公司{code[-4:]}", merged_into=self.codes[n % 4])

    async def _state(self, code: str, given: AnyInput) -> None:
        made = await profiles.state(code, given, CALLER, now=self.clock(), salt=SALT)
        self.stated.append((made.statement.statement_id, code))

    async def _tie(self, code: str, n: int) -> None:
        relation = list(RelationKind)[n % len(RelationKind)]
        await self._state(code, RelationInput(
            relation=relation, other_code=self.codes[n % 4], share=60 if relation is RelationKind.HOLDS else None,
            first_day=TODAY - timedelta(days=n), source="示例登记" if n % 3 else ""))

    async def _lead(self, code: str, n: int) -> None:
        await self._state(code, RepresentativeInput(name=f"示例人{n % 2}", last_day=TODAY if n % 3 == 0 else None))

    async def _close(self, code: str, n: int) -> None:
        await self._state(code, StatusInput(status=list(Status)[n % 3], first_day=TODAY + timedelta(days=n - 20)))

    async def _untie(self, code: str, n: int) -> None:
        if self.stated:
            statement_id, of = self.stated[n % len(self.stated)]
            ending = Ending(mistaken=True) if n % 2 else Ending(on=TODAY + timedelta(days=n))
            await profiles.end(statement_id, of, ending, CALLER, now=self.clock())

    async def _hold(self, code: str, n: int) -> None:
        held = SourceInput(list=LISTS[n % 4], official_channel="示例渠道", static=n % 2 == 0,
                           fetched_at=self.clock() - timedelta(hours=n))
        await Sources(self.book, self.clock).declare(held, by="test")

    async def _later(self, code: str, n: int) -> None:
        self.clock.set(self.clock() + timedelta(minutes=n))
        await self._entity(code, name=f"示例后来公司{n}")

    def question(self, tender: Tender, on: date) -> Ask:
        """All companies, each in a bid with its neighbour; by name as well; a person; a stranger."""
        firms = tuple(Subject(code=c, bid=f"B{i // 2}") for i, c in enumerate(self.codes))
        named = tuple(Subject(name=f"示例更名公司{n}") for n in range(3))
        others = (Subject(person_ref=self.person), Subject(code=uscc(29_000)))
        return Ask(subjects=(*firms, *named, *others), tender=tender, on=on)


def told(answer: Any) -> tuple[Any, ...]:
    """What of an answer is kept for ever."""
    return answer.answers, answer.bids, answer.rules, answer.as_of.known_seq, answer.as_of.sources
