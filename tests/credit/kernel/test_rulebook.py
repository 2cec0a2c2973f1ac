"""Which rules were in use when: activation is an act, and a past question gets the rules of its time."""

from __future__ import annotations

import asyncio
from datetime import date

from credit.kernel import ledger
from credit.kernel.database import Engine
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import Dated, Rule, RuleSet
from credit.kernel.verify import verify
from tests.credit.kernel.acts import WITNESSED, act
from tests.fakes import FakeClock


def rules(value: int) -> RuleSet:
    return RuleSet({"r": Rule("r", "示例", None, None, (Dated("r", date(2020, 1, 1), value, "示例", True),))})


async def test_a_set_is_activated_once(engine: Engine, clock: FakeClock) -> None:
    book = Rulebook(rules(1))
    assert await book.activate(by="operator", now=clock())
    assert not await book.activate(by="operator", now=clock())
    assert not await Rulebook(rules(1)).activate(by="operator", now=clock())
    entry = await ledger.entry(0)
    assert (entry.kind, entry.subject) == ("rules_activated", book.current.digest)
    assert (await ledger.head()).size == 1


async def test_processes_that_start_together_activate_once(engine: Engine, clock: FakeClock) -> None:
    books = [Rulebook(rules(1)) for _ in range(5)]
    assert sum(await asyncio.gather(*(b.activate(by="operator", now=clock()) for b in books))) == 1
    assert (await ledger.head()).size == 1


async def test_every_position_keeps_its_rules(engine: Engine, clock: FakeClock) -> None:
    await act(clock())  # seq 0
    await Rulebook(rules(1)).activate(by="operator", now=clock())  # seq 1
    await act(clock())  # seq 2
    await Rulebook(rules(2)).activate(by="operator", now=clock())  # seq 3
    book = Rulebook(rules(1))
    assert await book.activate(by="operator", now=clock())  # seq 4: back to the first set, which is news again
    day = date(2026, 1, 1)
    assert [(await Rulebook(rules(9)).at(seq)).at("r", day).value for seq in range(6)] == [9, 1, 1, 2, 1, 1]
    assert (await verify(WITNESSED)).ok


async def test_the_rules_of_this_house_can_be_activated(rulebook: Rulebook, engine: Engine) -> None:
    assert (await Rulebook(rules(1)).at(0)).digest == rulebook.current.digest
