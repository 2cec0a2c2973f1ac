"""Sample data brought in through the services, as departments would: again and again without doing anything twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from api.events import DemoOpened, DemoSeeded
from api.samples import Samples
from api.seed_repairs import seed_repair
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.kernel import ledger
from credit.kernel.clock import business_day
from credit.kernel.errors import Conflict
from credit.kernel.unit import unit
from credit.profiles import service as profiles
from credit.service import add_merit, register_entity
from sanctions import intake
from sanctions.lists import known_lists
from sanctions.service.deciding.files import ImportReport
from sanctions.service.listing.sources import SourceInput

BY = "demo"
PUSH_ANY = frozenset({"push:any"})
_FIRST_ENTRIES = 10  # the mark of a demo stands among these
_SYSTEM_KINDS = frozenset({"rules_activated", "log_restored", "demo_opened"})
Tell = Callable[[str], None]


class Seeded(msgspec.Struct, kw_only=True):
    """What one run of seeding found to do; `again` when all of it was in already."""

    again: bool = False
    organisations: int = 0
    sources: int = 0
    entities: int = 0
    merits: int = 0
    pushes: int = 0
    duplicates: int = 0
    listings: int = 0
    statements: int = 0
    conduct: int = 0
    repairs: int = 0
    file: ImportReport = msgspec.field(default_factory=ImportReport)


class NotADemo(Conflict):
    """The demo wants a database of its own: choose an empty folder or database."""

    code = "not_a_demo"
    title = "该数据库不是演示库 Not a demo's database"


class IsADemo(Conflict):
    """Sample data must never be served as real: choose another data folder or database."""

    code = "is_a_demo"
    title = "该数据库是演示库 This is a demo's database"


async def is_demo() -> bool:
    """Whether the log began as a demo's."""
    return bool(await ledger.of_kind(DemoOpened.kind, _FIRST_ENTRIES))


async def refuse_demo() -> None:
    """Raises IsADemo: `serve` never offers samples as real data."""
    if await is_demo():
        raise IsADemo("该数据库装有演示数据,不能作为正式服务;请另选 TENDERCREDIT_DATA 或数据库,或用 tendercredit demo")


async def seed(services: Services, samples: Samples, tell: Tell = lambda said: None) -> Seeded:
    """Brings every sample in. A run that was broken off is continued; a finished edition is left as people changed it.

    Raises NotADemo for a database that holds anything else.
    """
    await _open(services)
    edition = samples.edition
    if any(entry.subject == edition for entry in await ledger.of_kind(DemoSeeded.kind)):
        return Seeded(again=True)
    done = Seeded()
    await _accounts(services, samples, done)
    tell(f"机关 {done.organisations},名单来源 {done.sources}")
    await _companies(services, samples, done)
    tell(f"企业 {done.entities},良好行为 {done.merits}")
    await _pushes(services, samples, done)
    tell(f"单件推送 {done.pushes}")
    await _listings(services, samples, done)
    tell(f"列入名单 {done.listings}")
    await _statements(services, samples, done)
    tell(f"主体档案 {done.statements} 项")
    await _conduct(services, samples, done)
    tell(f"行为记录 {done.conduct}")
    for sample in samples.repairs():
        await seed_repair(services, sample)
        done.repairs += 1
    tell(f"信用修复申请 {done.repairs}")
    done.file = await _file(services, samples)
    tell(f"双公示文件 {done.file.rows} 行:登记 {done.file.accepted},待补正 {len(done.file.parked)},"
         f"退回 {len(done.file.rejected)}")
    async with unit(by=BY, now=services.clock()) as u:
        u.record(DemoSeeded(subject=edition))
    return done


async def _open(services: Services) -> None:
    if await is_demo():
        return
    head = await ledger.head()
    kinds = {(await ledger.entry(seq)).kind for seq in range(min(head.size, _FIRST_ENTRIES))}
    if head.size >= _FIRST_ENTRIES or not kinds <= _SYSTEM_KINDS:
        raise NotADemo("该数据库已有其他数据,演示不会写入;请用 --data 另选一个空目录,或另选数据库")
    async with unit(by=BY, now=services.clock()) as u:
        u.record(DemoOpened(subject=BY))


async def _accounts(services: Services, samples: Samples, done: Seeded) -> None:
    now = services.clock()
    for given in samples.organisations():
        facts = {name: getattr(given, name) for name in OrganisationInput.__struct_fields__}
        await accounts.register_organisation(OrganisationInput(**facts), by=BY, now=now)
        done.organisations += 1
    held = {source.list for source in await services.sources.all()}
    for known in known_lists(services.book.current, business_day(now)):
        if known.code not in held:
            await services.sources.declare(
                SourceInput(list=known.code, official_channel=known.official_channel, fetched_at=now, static=True),
                by=BY,
            )
        done.sources += 1


async def _companies(services: Services, samples: Samples, done: Seeded) -> None:
    for entity in samples.entities():
        await register_entity(entity, by=BY, now=services.clock(), salt=services.salt)
        done.entities += 1
    for merit in samples.merits():
        await add_merit(merit, services.schemes, by=BY, now=services.clock())
        done.merits += 1


async def _pushes(services: Services, samples: Samples, done: Seeded) -> None:
    for push in samples.pushes():
        caller = Caller(key_id=BY, org_code=push.org_code, role=Role.AUTHORITY)
        prepared = await services.receiving.prepare(push.penalty, caller, stage=push.stage)
        taken = await services.receiving.receive(prepared, by=BY)
        done.pushes += 1
        done.duplicates += taken.duplicate


async def _listings(services: Services, samples: Samples, done: Seeded) -> None:
    for sample in samples.listings():
        caller = Caller(key_id=BY, org_code=sample.org_code, role=Role.AUTHORITY)
        prepared = await services.listings.prepare(sample.listing, caller)
        await services.listings.receive(prepared, by=BY)
        done.listings += 1


async def _statements(services: Services, samples: Samples, done: Seeded) -> None:
    for sample in samples.statements():
        role = Role.ENTERPRISE if sample.org_code == sample.code else Role.AUTHORITY
        caller = Caller(key_id=BY, org_code=sample.org_code, role=role)
        await profiles.state(sample.code, sample.given, caller, now=services.clock(), salt=services.salt)
        done.statements += 1


async def _conduct(services: Services, samples: Samples, done: Seeded) -> None:
    """Each record as far as it went: the notice alone, a statement to it, the reply."""
    roles = {o.code: o.role for o in samples.organisations()}
    for sample in samples.conduct():
        caller = Caller(key_id=BY, org_code=sample.org_code, role=roles[sample.org_code])
        prepared = await services.conducting.prepare(sample.conduct, caller)
        record = (await services.conducting.receive(prepared, by=BY)).record_id
        now = (await services.hearings.view(record, caller)).facts
        if sample.statement and now.stated_on is None:
            await services.hearings.state(record, sample.statement, caller)
        if sample.reply and now.replied_on is None:
            await services.hearings.reply(record, sample.reply, caller)
        done.conduct += 1


async def _file(services: Services, samples: Samples) -> ImportReport:
    """The file, imported by the first department, whose key may push for all."""
    office = next(o for o in samples.organisations() if o.role is Role.AUTHORITY)
    caller = Caller(key_id=BY, org_code=office.code, role=Role.AUTHORITY, scopes=PUSH_ANY)
    outcomes = list(intake.read(Path(samples.file), today=business_day(services.clock())))
    return await services.importing.take(outcomes, caller)
