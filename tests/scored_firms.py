"""Firms with a penalty each, to be scored all at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec

from api.wiring import Services
from benchmarks.house import CALLER, commands
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput
from sanctions.events import Origin
from sanctions.service.scoring.recomputing import Recomputing
from tests.fakes import FakeClock

FIRMS = 45
LEASE = timedelta(minutes=1)
_EXAMPLES = Path(__file__).parents[1] / "examples"


async def filled(services: Services, clock: FakeClock) -> Recomputing:
    """Forty-five firms with a penalty each, decided on the 45 days up to 2026-11-20, scored ten at a time."""
    await services.book.activate(by="test", now=clock())
    for given in msgspec.json.decode((_EXAMPLES / "organisations.json").read_bytes(), type=list[OrganisationInput]):
        await accounts.register_organisation(given, by="test", now=clock())
    listed = [await services.receiving.prepare(c, CALLER) for c in commands(services.settings.data, FIRMS)]
    await services.receiving.receive_many(listed, by="test", origin=Origin.IMPORT, letters=False)
    return Recomputing(services.book, clock, LEASE, chunk=10)
