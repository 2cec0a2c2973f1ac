"""An office of notices with stand-ins: records that are told, a renderer and a blob store that stop where asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from credit.accounts.model import Caller, Role
from credit.kernel.blobs import BlobStore
from credit.kernel.rulebook import Rulebook
from credit.kernel.tasks import Runner, Subscriber
from credit.kernel.unit import Event, unit
from credit.model import Severity, Stage, SubjectKind
from notices.cases import Case, RecordStatus
from notices.channels import Channel, InboxChannel
from notices.issuance import Occasion, Origin
from notices.model import Letter, LetterFacts, LetterKind
from notices.service import Notices, Office
from notices.tasks import subscribers
from sanctions.events import Origin as HowItCame
from sanctions.events import PenaltyRecorded, PenaltyServed, PenaltyWithdrawn
from tests.fakes import FakeClock
from tests.notices.letter_samples import GENERAL, ISSUER

CODE = "91370100MA3EXMPL1X"
ISSUER_CODE = "11370100MB2EXMPL3T"
LEASE = timedelta(seconds=60)
FACTS = msgspec.structs.replace(GENERAL, issuer=msgspec.structs.replace(ISSUER, code=ISSUER_CODE))
COMPANY = Caller(key_id="key_company", org_code=CODE, role=Role.ENTERPRISE)
OTHER_COMPANY = Caller(key_id="key_other", org_code="91370100MA3EXMPL2Y", role=Role.ENTERPRISE)
AUTHORITY = Caller(key_id="key_authority", org_code=ISSUER_CODE, role=Role.AUTHORITY)
OTHER_AUTHORITY = Caller(key_id="key_authority2", org_code="11370100MB2EXMPL4R", role=Role.AUTHORITY)
AUDITOR = Caller(key_id="key_auditor", org_code="11370100MB2EXMPL5P", role=Role.AUDITOR)
PLATFORM = Caller(key_id="key_platform", org_code="12370100MB2EXMPL6M", role=Role.PLATFORM)


class Killed(BaseException):
    """The process is gone: nothing catches this."""


class Faults:
    """Where the process dies, once: named places, each met in order of the work."""

    def __init__(self) -> None:
        self.at: str | None = None

    def pass_by(self, place: str) -> None:
        if self.at == place:
            self.at = None
            raise Killed(place)


class FakeRenderer:
    """Draws a letter as its own words."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.refuse: Exception | None = None
        self.refuse_drawing: Exception | None = None

    async def check(self, letter: Letter) -> None:
        if self.refuse:
            raise self.refuse
        self.faults.pass_by("checked")

    async def render(self, letter: Letter) -> bytes:
        self.faults.pass_by("reserved")
        if self.refuse_drawing:
            raise self.refuse_drawing
        drawn = b"%PDF-fake " + hashlib.sha256("\n".join(letter.words()).encode()).digest()
        self.faults.pass_by("drawn")
        return drawn


class FaultyBlobs(BlobStore):
    def __init__(self, folder: Path, faults: Faults) -> None:
        super().__init__(folder)
        self.faults = faults

    def put(self, content: bytes) -> str:
        digest = super().put(content)
        self.faults.pass_by("stored")
        return digest


class FaultyChannels(dict[str, Channel]):
    """Dies inside the unit that issues, when the channels are looked at."""

    def __init__(self, faults: Faults, channels: Mapping[str, Channel]) -> None:
        super().__init__(channels)
        self.faults = faults

    def values(self) -> Any:
        self.faults.pass_by("issuing")
        return super().values()


class Desk:
    """Notices at work: tell it of penalties, let it run, stop it anywhere, start it again."""

    def __init__(
        self, clock: FakeClock, rulebook: Rulebook, blobs: Path, *,
        renderer: type[FakeRenderer] = FakeRenderer, **channels: Channel,
    ) -> None:
        self.clock = clock
        self.faults = Faults()
        self.renderer = renderer(self.faults)
        self.cases: dict[str, Case] = {}
        self.standing: dict[str, RecordStatus] = {}
        self.office = Office(
            clock=clock, rulebook=rulebook, blobs=FaultyBlobs(blobs, self.faults), renderer=self.renderer,
            source=self.source, status=self.status, base_url="https://credit.example.cn",
            channels=FaultyChannels(self.faults, {"inbox": InboxChannel(), **channels}),
            local=frozenset({LetterKind.DISHONESTY_NOTICE}), sender="告知 <letters@credit.example.cn>",
        )
        self.notices = Notices(self.office)

    async def source(self, record_id: str, event: Mapping[str, Any], seq: int) -> Case | None:
        case = self.cases.get(record_id)
        if case is None:
            return None
        return msgspec.structs.replace(case, occasion=msgspec.structs.replace(case.occasion, event=event["kind"]))

    async def status(self, record_id: str) -> RecordStatus:
        return self.standing[record_id]

    async def penalty(
        self, record_id: str, *, minor: bool = False, draft: bool = False, letters: bool = True,
        facts: LetterFacts = FACTS, addresses: tuple[tuple[str, str], ...] = (), entity: str = "ent_1",
    ) -> int:
        """A penalty enters the log; minor ones have one letter, others two. Answers its seq."""
        case = self.know(record_id, minor=minor, draft=draft, facts=facts, addresses=addresses)
        return await self.act(
            PenaltyRecorded(subject=entity, record_id=record_id, code=CODE, decided_on=facts.decided_on,
                            stage=case.occasion.stage, origin=HowItCame.PUSH, letters=letters)
        )

    def know(
        self, record_id: str, *, minor: bool = False, draft: bool = False, facts: LetterFacts = FACTS,
        addresses: tuple[tuple[str, str], ...] = (),
    ) -> Case:
        """What the other side would tell of a penalty."""
        stage = Stage.DRAFT if draft else Stage.DECIDED
        severity = Severity.MINOR if minor else Severity.GENERAL
        facts = msgspec.structs.replace(facts, stage=stage, severity=severity)
        self.cases[record_id] = case = Case(
            record_id=record_id, code=facts.addressee.code, facts=facts, addresses=addresses,
            occasion=occasion(severity, stage, self.clock().date()),
        )
        self.standing[record_id] = RecordStatus.DRAFT if draft else RecordStatus.CURRENT
        return case

    async def served(self, record_id: str) -> int:
        self.standing[record_id] = RecordStatus.CURRENT
        return await self.act(
            PenaltyServed(subject="ent_1", record_id=record_id, revision=2, code=CODE,
                          served_on=date(2026, 11, 22), was_draft=True)
        )

    async def withdrawn(self, record_id: str) -> int:
        was_draft = self.standing[record_id] is RecordStatus.DRAFT
        self.standing[record_id] = RecordStatus.NEVER_SERVED if was_draft else RecordStatus.ENDED
        self.cases.pop(record_id)
        return await self.act(
            PenaltyWithdrawn(subject="ent_1", record_id=record_id, revision=2, code=CODE,
                             withdrawn_on=date(2026, 11, 22), due_on=date(2026, 11, 25))
        )

    async def act(self, event: Event) -> int:
        async with unit(by="key_authority", now=self.clock()) as u:
            return u.record(event)

    def runner(self) -> Runner:
        return Runner(subscribers(self.notices), self.clock, LEASE)

    async def run(self) -> int:
        """Everything due now, as a fresh process would do it."""
        return await self.runner().drain()

    async def run_and_die(self, place: str) -> None:
        """Runs until the process dies at `place`; the lease of what it held is over afterwards."""
        self.faults.at = place
        try:
            await Runner([self._dying(s) for s in subscribers(self.notices)], self.clock, LEASE).drain()
        except Killed:
            self.clock.advance(seconds=LEASE.total_seconds() + 1)
            return
        raise AssertionError(f"nothing passed by {place}")

    def _dying(self, subscriber: Subscriber) -> Subscriber:
        async def handle(task: Any) -> None:
            await subscriber.handle(task)
            self.faults.pass_by("issued")

        return Subscriber(subscriber.name, subscriber.kinds, handle, subscriber.max_attempts)


def occasion(severity: Severity, stage: Stage, today: date) -> Occasion:
    return Occasion(
        event="penalty_recorded", subject_kind=SubjectKind.LEGAL_PERSON, origin=Origin.PUSH, stage=stage,
        decided_on=date(2026, 5, 20), today=today, regime="ndrc36", severity=severity,
        severity_provisional=False, field_known=True, window_until=date(2027, 5, 20),
    )
