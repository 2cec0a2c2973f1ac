"""What was answered now is what is answered of the same log position ever after, whatever happened in between.

Random histories of acts on a few companies; after each act the register answers, and so does a register that has just
read everything. At the end the database is asked about every one of those positions: rules, answers and bids are equal.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit.kernel.database import Engine
from credit.kernel.rulebook import Rulebook
from sanctions.service.answering.ask import Ask, Asking
from sanctions.service.answering.naming import Naming
from sanctions.service.answering.register import Register
from tests.fakes import FakeClock
from tests.sanctions.service.histories import AUDITOR, TENDERS, TODAY, World, acts, told


@settings(max_examples=25, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=st.lists(acts, min_size=6, max_size=16), days=st.integers(-200, 400))
async def test_an_answer_stays_the_answer_of_its_position(
    engine: Engine, rulebook: Rulebook, clock: FakeClock, history: list[tuple[str, int, int]], days: int
) -> None:
    world = World(rulebook, clock)
    await world.act("push", 0, 6)
    await world.act("list", 1, 3)
    following = Asking(rulebook, clock, Register(), Naming())
    await following.register.load()
    asked = []
    for step, (verb, firm, n) in enumerate(history):
        await world.act(verb, firm, n)
        await following.register.follow()
        question = world.question(TENDERS[step % 3], TODAY + timedelta(days=days))
        answer = following.now(question)
        loaded = Asking(rulebook, clock, Register(), Naming())
        await loaded.register.load()
        assert told(loaded.now(question)) == told(answer), verb
        asked.append((question, answer))
    await world.act("later", 0, 1)  # so that every position asked about is past
    for question, answer in asked:
        past = Ask(subjects=question.subjects, tender=question.tender, on=question.on, known_at=answer.as_of.known_seq)
        assert told(await following.ask(past, AUDITOR)) == told(answer)
