"""The verbs of repair, put together for whoever calls them: API, pages, bots."""

from __future__ import annotations

from credit.kernel.blobs import BlobStore
from credit.kernel.clock import Clock
from credit.kernel.rulebook import Rulebook
from repair.service.cases import Cases, OpenInput
from repair.service.deciding import Deciding
from repair.service.papers import FileInput, Papers
from repair.service.reading import CaseLine, DueLine, Reading
from sanctions.service.listing.removing import Removing
from sanctions.service.scoring.standing import Standing

__all__ = ["CaseLine", "Cases", "Deciding", "DueLine", "FileInput", "OpenInput", "Papers", "Reading", "Repairs"]


class Repairs:
    """Everything repair can do: `reading` plans and cases, `cases` their acts, `papers`, `deciding`."""

    def __init__(
        self, book: Rulebook, clock: Clock, standing: Standing, blobs: BlobStore, removing: Removing
    ) -> None:
        self.cases = Cases(book, clock, standing, blobs)
        self.papers = Papers(self.cases)
        self.deciding = Deciding(self.cases, removing)
        self.reading = Reading(self.cases)
