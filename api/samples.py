"""The sample files: where they are in a checkout and in an installed package, and what they hold."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from credit.accounts.model import OrganisationInput, Role
from credit.model import Authority, Stage
from credit.profiles.inputs import INPUTS, AnyInput
from credit.profiles.model import StatementKind
from credit.service import EntityInput, MeritInput
from repair.model import CaseState
from sanctions.conduct import ConductCommand, ReplyInput, StatementInput
from sanctions.model import ListingCommand, PenaltyCommand

T = TypeVar("T")
_HERE = Path(__file__).parent
FILES = (
    "organisations.json", "entities.json", "merits.json", "penalties_push.json", "penalties.csv", "opening.json",
    "repairs.json", "listings.json", "statements.json", "conduct.json",
)


class SampleOrganisation(OrganisationInput, frozen=True, kw_only=True):
    """An organisation and the role its demo key has."""

    role: Role


class Push(msgspec.Struct, frozen=True, kw_only=True, rename={"org_code": "as"}):
    """A single push: who pushes what, at which stage."""

    org_code: str
    penalty: PenaltyCommand
    stage: Stage = Stage.DECIDED


class ListingSample(msgspec.Struct, frozen=True, kw_only=True, rename={"org_code": "as"}):
    """An entry on a list, by the office `as`."""

    org_code: str
    listing: ListingCommand


class StatementSample(msgspec.Struct, frozen=True, kw_only=True, rename={"org_code": "as"}):
    """Something stated about the company `code`, by the office `as` or by itself."""

    org_code: str
    code: str
    what: StatementKind
    statement: dict[str, str]

    @property
    def given(self) -> AnyInput:
        return msgspec.convert(self.statement, INPUTS[self.what])


class ConductSample(msgspec.Struct, frozen=True, kw_only=True, rename={"org_code": "as"}):
    """Conduct that is no penalty, recorded by `as`, and what was said to it; without statement it counts by silence."""

    org_code: str
    conduct: ConductCommand
    statement: StatementInput | None = None
    reply: ReplyInput | None = None


class RepairSample(msgspec.Struct, frozen=True, kw_only=True, rename={"org_code": "as"}):
    """A penalty of the office `as`, and how far the application for its repair is."""

    org_code: str
    penalty: PenaltyCommand
    state: CaseState


class _Repairs(msgspec.Struct, frozen=True):
    cases: tuple[RepairSample, ...]


class _MeritSubject(msgspec.Struct, frozen=True):
    name: str
    code: str


class _Merit(msgspec.Struct, frozen=True, kw_only=True):
    subject: _MeritSubject
    scheme: str
    item: str
    document_no: str
    granted_on: date
    authority: Authority
    valid_until: date | None = None


class _Entities(msgspec.Struct, frozen=True):
    samples: dict[str, str]
    entities: tuple[EntityInput, ...]


def folder() -> Path:
    """The folder of sample files: beside the packages in a checkout, inside `api` once installed."""
    installed = _HERE / "examples"
    return installed if installed.is_dir() else _HERE.parent / "examples"


class Samples:
    """The sample files of one folder, read when asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def edition(self) -> str:
        """SHA-256 over the files: other samples, another edition."""
        found = hashlib.sha256()
        for name in FILES:
            found.update(hashlib.sha256((self.path / name).read_bytes()).digest())
        return found.hexdigest()

    @property
    def file(self) -> Path:
        """The 双公示 file."""
        return self.path / "penalties.csv"

    def organisations(self) -> list[SampleOrganisation]:
        return self._read("organisations.json", list[SampleOrganisation])

    def entities(self) -> tuple[EntityInput, ...]:
        return self._read("entities.json", _Entities).entities

    def named(self) -> dict[str, str]:
        """The companies that `demo.json` points to: clean, barred, repairable, enterprise."""
        return self._read("entities.json", _Entities).samples

    def pushes(self) -> list[Push]:
        return self._read("penalties_push.json", list[Push])

    def merits(self) -> list[MeritInput]:
        given = self._read("merits.json", list[_Merit])
        return [
            MeritInput(code=m.subject.code, name=m.subject.name, scheme=m.scheme, item=m.item,
                       document_no=m.document_no, granted_on=m.granted_on, valid_until=m.valid_until,
                       authority=m.authority)
            for m in given
        ]

    def listings(self) -> list[ListingSample]:
        return self._read("listings.json", list[ListingSample])

    def statements(self) -> list[StatementSample]:
        return self._read("statements.json", list[StatementSample])

    def conduct(self) -> list[ConductSample]:
        return self._read("conduct.json", list[ConductSample])

    def repairs(self) -> tuple[RepairSample, ...]:
        return self._read("repairs.json", _Repairs).cases

    def _read(self, name: str, kind: type[T]) -> T:
        return msgspec.json.decode((self.path / name).read_bytes(), type=kind)
