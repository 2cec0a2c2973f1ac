"""The register in memory: following the log gives the same files as reading everything, and as the database holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from credit import lookup
from credit.accounts.model import Caller, Role
from credit.kernel.database import Engine
from credit.kernel.rulebook import Rulebook
from sanctions import intake, store
from sanctions.service.answering.dossiers import dossier, dossiers
from sanctions.service.answering.naming import Naming
from sanctions.service.answering.register import Register
from sanctions.service.deciding.files import Importing
from sanctions.service.deciding.parked import Parking
from sanctions.service.deciding.receive import Receiving
from tests.fakes import FakeClock

SAMPLE = Path(__file__).parent.parent.parent.parent.parent / "examples" / "penalties.csv"
CALLER = Caller(key_id="key_test", org_code="1137019900EX00014E", role=Role.AUTHORITY, scopes=frozenset({"push:any"}))


async def take_sample(book: Rulebook, clock: FakeClock) -> None:
    receiving = Receiving(book, clock, bytes(32))
    outcomes = list(intake.read(SAMPLE, today=date(2026, 11, 22)))
    await Importing(receiving, Parking(clock, receiving, Naming())).take(outcomes, CALLER)


async def codes() -> list[str]:
    return [e.code for e in await lookup.all_entities("", 1000) if e.code]


async def test_following_gives_what_loading_gives(engine: Engine, rulebook: Rulebook, clock: FakeClock) -> None:
    followed, loaded = Register(), Register()
    await followed.load()
    await take_sample(rulebook, clock)
    await followed.follow()
    await loaded.load()
    assert len(followed) == len(loaded) > 20
    assert followed.seq == loaded.seq
    for code in await codes():
        assert followed.get(code) == loaded.get(code) == await dossier(code)


async def test_files_read_together_are_those_read_one_by_one(
    engine: Engine, rulebook: Rulebook, clock: FakeClock
) -> None:
    await take_sample(rulebook, clock)
    entities = await lookup.all_entities("", 1000)
    stranger = "91370199MAEX99999X"
    half = max(e.seq for e in entities) // 2
    for seq in (half, 2**62):
        together = await dossiers([e.entity_id for e in entities if not e.code], [*await codes(), stranger], seq)
        for file in together:
            if file.code:
                assert file == await dossier(file.code, seq)
        assert {f.code for f in together if f.code} == {*await codes(), stranger}


async def test_a_parked_row_of_a_company_without_penalties_is_known(
    engine: Engine, rulebook: Rulebook, clock: FakeClock
) -> None:
    register = Register()
    await register.load()
    await take_sample(rulebook, clock)
    await register.follow()
    fresh = Register()
    await fresh.load()
    named = {code for code in await store.codes_parked(-1, store.FOREVER) if not fresh.get(code).entity}
    assert named
    for code in named:
        assert register.get(code) == fresh.get(code)
        assert register.get(code).known
