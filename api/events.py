"""What happens to an installation as a whole."""

from __future__ import annotations

from typing import ClassVar

from credit.kernel.unit import Event


class DemoOpened(Event, frozen=True, kw_only=True):
    """This log holds invented samples and is for ever a demo's; stands among its first entries."""

    kind: ClassVar[str] = "demo_opened"


class DemoSeeded(Event, frozen=True, kw_only=True):
    """All sample data of one edition are in; `subject` is the edition's SHA-256."""

    kind: ClassVar[str] = "demo_seeded"
