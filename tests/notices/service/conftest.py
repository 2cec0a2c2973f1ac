"""A desk with the inbox and a channel that remembers, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from credit.kernel.rulebook import Rulebook
from notices.channels import MemoryChannel
from tests.fakes import FakeClock
from tests.notices.offices import Desk


@pytest.fixture
def post() -> MemoryChannel:
    """A channel to the company that wants an address, as e-mail does."""
    return MemoryChannel("email", needs_address=True)


@pytest.fixture
def desk(clock: FakeClock, rulebook: Rulebook, data: Path, post: MemoryChannel) -> Desk:
    return Desk(clock, rulebook, data / "blobs", email=post)
