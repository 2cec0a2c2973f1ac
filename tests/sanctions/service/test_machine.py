"""Acts and questions in any order, by a state machine: what an answer may never be, and what it is for ever.

TENDERCREDIT_TEST_PROFILE=slow looks for longer: some minutes, other histories in every run.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from credit.kernel.database import Engine
from credit.kernel.rulebook import Rulebook
from credit.model import RemovalGround
from sanctions.model import Scope
from sanctions.service.answering.ask import Answer, Ask, Asking
from sanctions.service.answering.naming import Naming
from sanctions.service.answering.register import Register
from tests.fakes import FakeClock
from tests.sanctions.service.histories import TENDERS, TODAY, VERBS, World, told

WORKS, PURCHASE, UNSAID = range(3)  # places in TENDERS
TOUCHED = {
    WORKS: (Scope.MANDATORY_TENDER,),
    PURCHASE: (Scope.GOVERNMENT_PROCUREMENT,),
    UNSAID: (Scope.MANDATORY_TENDER, Scope.GOVERNMENT_PROCUREMENT),
}
QUICK = settings(max_examples=5, stateful_step_count=24, derandomize=True)
SLOW = settings(max_examples=300, stateful_step_count=40)

days = st.integers(-400, 1100).map(lambda n: TODAY + timedelta(days=n))
tenders = st.integers(WORKS, UNSAID)
any_number = st.integers(0, 40)


class History(RuleBasedStateMachine):
    """Histories in one database, reached through the loop of the test."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    book: ClassVar[Rulebook]
    clock: ClassVar[FakeClock]

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.book, self.clock)
        self.asking = Asking(self.book, self.clock, Register(), Naming())
        self.run(self.asking.register.load())
        self.begun = self.asking.register.seq
        self.kept: list[tuple[Ask, int, datetime, tuple[Any, ...]]] = []
        self.happens("push", 0, 12)  # bars of both scopes

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result()

    @rule(firm=st.integers(0, 3), n=any_number)
    def is_pushed(self, firm: int, n: int) -> None:
        self.happens("push", firm, n)

    @rule(n=any_number)
    def is_withdrawn(self, n: int) -> None:
        self.happens("withdraw", 0, n)

    @rule(firm=st.integers(0, 3), n=any_number)
    def is_listed(self, firm: int, n: int) -> None:
        self.happens("list", firm, n)

    @rule(n=any_number)
    def is_removed(self, n: int) -> None:
        self.happens("remove", 0, n)

    @rule(verb=st.sampled_from(VERBS), firm=st.integers(0, 3), n=any_number)
    def happens(self, verb: str, firm: int, n: int) -> None:
        if self.world.penalties or verb in ("push", "draft"):
            self.run(self.world.act(verb, firm, n))

    @rule(asked=tenders, on=days)
    def asks_now(self, asked: int, on: date) -> None:
        self.run(self.asking.register.follow())
        question, moment = self.world.question(TENDERS[asked], on), self.clock()
        answer = self.asking.now(question, moment)
        self._is_lawful(answer, asked, on)
        again = self.run(self.asking.again(question, answer.as_of.known_seq, moment))
        assert told(again) == told(answer)  # the database says what the register says
        self.kept.append((question, answer.as_of.known_seq, moment, told(answer)))

    @rule(asked=tenders, on=days, back=any_number)
    def asks_at_any_pair(self, asked: int, on: date, back: int) -> None:
        self.run(self.asking.register.follow())
        seq = max(self.begun, self.asking.register.seq - back)
        question, moment = self.world.question(TENDERS[asked], on), self.clock()
        self.kept.append((question, seq, moment, told(self.run(self.asking.again(question, seq, moment)))))

    @invariant()
    def is_lawful(self) -> None:
        self.run(self.asking.register.follow())
        for asked, tender in enumerate(TENDERS):
            for on in (TODAY - timedelta(days=90), TODAY, TODAY + timedelta(days=90)):
                self._is_lawful(self.asking.now(self.world.question(tender, on), self.clock()), asked, on)

    @precondition(lambda self: self.kept)
    @rule(which=any_number)
    def asks_once_more(self, which: int) -> None:
        question, seq, moment, answer = self.kept[which % len(self.kept)]
        assert told(self.run(self.asking.again(question, seq, moment))) == answer

    def teardown(self) -> None:
        for which in range(len(self.kept)):
            self.asks_once_more(which)

    def _is_lawful(self, answer: Answer, asked: int, on: date) -> None:
        world = self.world
        for found in answer.answers:
            barring = {reason.record_id for reason in found.reasons if reason.bars}
            assert not any(world.decisions[r].withdrawn for r in barring if r in world.decisions)
            assert not any(
                on >= TODAY or world.removed[r] is RemovalGround.REVOKED for r in barring if r in world.removed)
            if any(d.bars(found.code or "", s, on) for d in world.decisions.values() for s in TOUCHED[asked]):
                assert found.outcome != "eligible"
                assert asked == UNSAID or found.outcome == "ineligible"


async def test_no_history_of_acts_and_questions_makes_an_answer_wrong(
    engine: Engine, rulebook: Rulebook, clock: FakeClock
) -> None:
    profile = SLOW if os.environ.get("TENDERCREDIT_TEST_PROFILE") == "slow" else QUICK
    chosen = settings(profile, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    bound = type("Bound", (History,), {"loop": asyncio.get_running_loop(), "book": rulebook, "clock": clock})
    await asyncio.to_thread(run_state_machine_as_test, bound, settings=chosen)
