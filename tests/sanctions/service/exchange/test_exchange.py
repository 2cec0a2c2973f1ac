"""Files between two installations: what one sends, the other holds; sent again it is recognised; every file is proven.

On both engines. Each installation has its own database, keys and log; only bytes go from one to the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from api.running import lifespan
from api.wiring import Services, build
from credit import lookup
from credit.accounts import service as accounts
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.kernel import ledger
from credit.kernel.clock import business_day
from credit.kernel.settings import Database, Settings, Web
from credit.kernel.signing import VerifierKey
from credit.model import Authority, RemovalGround
from credit.service import MeritInput, add_merit
from sanctions.conduct import ConductCommand, ReplyInput, StatementInput
from sanctions.exchange.carriers import form_of
from sanctions.exchange.fields import Form, exchange_set
from sanctions.exchange.reading import read_file
from sanctions.exchange.receipts import check
from sanctions.intake.outcomes import Limits
from sanctions.model import ListCode, ListingCommand, PenaltyCommand, RemovalInput, SubjectInput
from sanctions.service.deciding.change import WithdrawalInput
from sanctions.service.exchange.exchanging import Came, Sent, Taken, Wanted
from tests import engines
from tests.fakes import FakeClock
from tests.walks.cases import collusion, firm, penalty
from tests.walks.house import CENTRE, EXAMPLES, HOUSING

LABOUR = "1137019900EX00081C"
OFFICE = Caller(key_id="key_office", org_code=HOUSING, role=Role.AUTHORITY)
WAGES = Caller(key_id="key_wages", org_code=LABOUR, role=Role.AUTHORITY)
PLATFORM = Caller(key_id="key_centre", org_code=CENTRE, role=Role.PLATFORM)
TRAP = "=HYPERLINK(\"http://x\")\n第二行,“引号\"”'撇号"


@asynccontextmanager
async def installation(
    kind: str, databases: engines.Databases, data: Path, clock: FakeClock
) -> AsyncIterator[Services]:
    """A house of its own with the sample organisations."""
    async with databases.fresh(kind, data) as url:
        services = build(Settings(data=data, database=Database(url=url), web=Web(rate_limit=0)), clock)
        async with lifespan.opened(services, migrate=False):
            for given in json.loads((EXAMPLES / "organisations.json").read_text(encoding="utf-8")):
                given.pop("role")
                made = msgspec.convert(given, OrganisationInput)
                await accounts.register_organisation(made, by="test", now=clock())
            yield services


def folder(tmp_path: Path, name: str) -> Path:
    made = tmp_path / name
    made.mkdir()
    return made


async def push(services: Services, body: dict[str, Any]) -> str:
    prepared = await services.receiving.prepare(msgspec.convert(body, PenaltyCommand), OFFICE)
    return (await services.receiving.receive(prepared, by=OFFICE.key_id)).record_id


async def send(services: Services, name: str, caller: Caller, form: Form | None = None, since: int = -1) -> Sent:
    made = exchange_set(name)
    return await services.exchange.send(made, Wanted(form=form or made.formats[0], since=since), caller)


async def take(services: Services, name: str, content: bytes, caller: Caller, *, dry_run: bool = False) -> Taken:
    made = exchange_set(name)
    rows = list(read_file(made, content, today=business_day(services.clock()), limits=Limits()))
    came = Came(sha256=hashlib.sha256(content).hexdigest(), size=len(content), form=form_of(content))
    return await services.exchange.take(made, rows, came, caller, dry_run=dry_run)


def kept(content: bytes, name: str) -> list[dict[str, str]]:
    """The rows of a file, without what only tells."""
    made = exchange_set(name)
    told = {f.name for f in made.fields if f.told}
    rows = read_file(made, content, today=date(2026, 11, 22), limits=Limits())
    found = [{k: v for k, v in read.cells.items() if k not in told} for read in rows]
    return sorted(found, key=lambda row: json.dumps(row, sort_keys=True))


def trusted(services: Services) -> tuple[VerifierKey, ...]:
    return services.log.verifiers()


async def furnish(services: Services) -> dict[str, str]:
    """Penalties with bars and traps in the prose, an expert's, an entry, good conduct, conduct stated and answered."""
    ids = {"collusion": await push(services, collusion(firm(), facts=TRAP))}
    ids["plain"] = await push(services, penalty(firm(), kinds=["warning", "fine"], fine_fen=1_234_567, note="示例备注",
                                                confiscated_fen=None, content="警告,并罚款人民币12345.67元。"))
    ids["stays"] = await push(services, penalty(firm()))
    person = {"kind": "natural_person", "name": "张三丰", "person_ref": "experts_sample:E9001"}
    ids["person"] = await push(services, penalty("0000", subject=person, facts="张三丰违反评标纪律。"))
    listed = ListingCommand(
        subject=SubjectInput(name="示例市欠薪有限公司", code=firm()), list=ListCode.WAGE_ARREARS, facts="示例拖欠",
        document_no="示人社列〔2026〕77号", basis="保障农民工工资支付条例第四十八条", decided_on=date(2026, 3, 2),
        authority=Authority(name="示例市人力资源和社会保障局", code=LABOUR))
    prepared = await services.listings.prepare(listed, WAGES)
    ids["entry"] = (await services.listings.receive(prepared, by=WAGES.key_id)).record_id
    merit = MeritInput(code=firm(), name="示例市优质工程有限公司", scheme="sample_construction", item="quality_award",
                       document_no="示住建奖〔2026〕77号", granted_on=date(2026, 3, 18),
                       authority=Authority(name="示例市住房和城乡建设局", code=HOUSING))
    await add_merit(merit, services.schemes, by=OFFICE.key_id, now=services.clock())
    conduct = msgspec.convert({
        "subject": {"name": "示例市履约有限公司", "code": firm()}, "scheme": "sample_construction",
        "item": "contract_performance", "happened_on": "2026-11-02", "notice_served_on": "2026-11-06",
        "document_no": "示样告〔2026〕77号", "evidence": "示例履约评价表"}, ConductCommand)
    done = await services.conducting.receive(await services.conducting.prepare(conduct, OFFICE), by=OFFICE.key_id)
    await services.hearings.state(done.record_id, StatementInput(text="示例申辩", stated_on=date(2026, 11, 9)), OFFICE)
    reply = ReplyInput(replied_on=date(2026, 11, 12), upheld=True, reason="示例维持")
    await services.hearings.reply(done.record_id, reply, OFFICE)
    return ids



OURS = [("17.1", OFFICE), ("17.2", WAGES), ("17.4", OFFICE), ("17.5", OFFICE)]


async def test_what_one_house_sends_the_other_holds(
    engine_kind: str, databases: engines.Databases, tmp_path: Path, clock: FakeClock
) -> None:
    files: dict[tuple[str, Form], Sent] = {}
    async with installation(engine_kind, databases, folder(tmp_path, "a"), clock) as a:
        ids = await furnish(a)
        for name, caller in OURS:
            for form in exchange_set(name).formats:
                files[name, form] = await send(a, name, caller, form)
            # its own file says nothing new to the house that wrote it
            mine = await take(a, name, files[name, Form.JSONL].content, caller)
            assert (mine.tally.duplicates, mine.tally.rows) == (len(mine.lines), mine.tally.rows), mine.lines
        files["double_publicity", Form.CSV] = await send(a, "double_publicity", OFFICE, Form.CSV)
        ours, cursor = trusted(a), (await ledger.head()).size - 1
        await a.removing.remove(ids["entry"], RemovalInput(
            document_no="示人社移〔2026〕77号", decided_on=date(2026, 11, 20), ground=RemovalGround.REPAIR,
            basis="示例依据"), WAGES)
        revoked = WithdrawalInput(document_no="示住建撤〔2026〕77号", withdrawn_on=date(2026, 11, 20), reason="示例")
        await a.changing.withdraw(ids["stays"], revoked, OFFICE)
        later = {name: await send(a, name, caller, since=cursor) for name, caller in
                 [("17.1", OFFICE), ("17.2", WAGES), ("17.3", WAGES), ("17.4", OFFICE)]}
    assert [len(kept(files[name, Form.JSONL].content, name)) for name, _ in OURS] == [4, 1, 1, 1]
    assert {name: sent.receipt.statement.tally.rows for name, sent in later.items()} == {
        "17.1": 1, "17.2": 0, "17.3": 1, "17.4": 0}  # only what changed
    async with installation(engine_kind, databases, folder(tmp_path, "b"), clock) as b:
        for name, caller in OURS:
            first, *others = [files[name, form] for form in exchange_set(name).formats]
            assert check(msgspec.json.encode(first.receipt), ours,
                         file_sha256=hashlib.sha256(first.content).hexdigest()).valid
            size = (await ledger.head()).size
            foreseen = await take(b, name, first.content, caller, dry_run=True)
            assert ((await ledger.head()).size, foreseen.receipt) == (size, None)
            got = await take(b, name, first.content, caller)
            assert [x.outcome for x in got.lines] == [x.outcome for x in foreseen.lines]
            parked = 1 if name == "17.1" else 0  # the expert: a hidden name is nobody's
            assert (got.tally.accepted, got.tally.parked) == (got.tally.rows - parked, parked), got.lines
            for again in (first, *others):
                twice = await take(b, name, again.content, caller)
                assert (twice.tally.duplicates, twice.tally.rows) == (got.tally.rows, got.tally.rows), twice.lines
            back = await send(b, name, caller)
            theirs = [row for row in kept(first.content, name) if row.get("person_ref") is None]
            assert kept(back.content, name) == theirs
        await _later(b, later)
        await _told(b, files, ids)


async def _later(b: Services, later: dict[str, Sent]) -> None:
    """The delta: a removal is made here too; a decision withdrawn elsewhere is told to a person, and stays."""
    removed = await take(b, "17.3", later["17.3"].content, WAGES)
    assert removed.tally.accepted == 1
    entry = await lookup.record(removed.lines[0].id)
    assert entry is not None
    assert (await take(b, "17.3", later["17.3"].content, WAGES)).tally.duplicates == 1
    assert kept((await send(b, "17.2", WAGES)).content, "17.2") == []
    told = (await take(b, "17.1", later["17.1"].content, OFFICE)).lines[0]
    assert (told.outcome, told.code) == ("rejected", "ended_elsewhere")
    held = await lookup.record(told.id)
    assert held is not None
    assert not held.withdrawn


async def _told(b: Services, files: dict[tuple[str, Form], Sent], ids: dict[str, str]) -> None:
    """The 双公示 file of the other house, where its penalties are in already: the same, in the words of that file."""
    taken = await take(b, "double_publicity", files["double_publicity", Form.CSV].content, OFFICE)
    outcomes = sorted(line.outcome for line in taken.lines)
    assert outcomes == ["duplicate", "duplicate", "duplicate", "parked"], taken.lines
    receipt = taken.receipt
    assert receipt is not None
    body = msgspec.json.encode(receipt)
    found = check(body, trusted(b), file_sha256=taken.file_sha256)
    assert (found.valid, found.file_compared) == (True, True)
    assert check(body, trusted(b), file_sha256="0" * 64).failed == "file"
    changed = replace_tally(body)
    assert check(changed, trusted(b)).failed == "signature"
    stored = await b.exchange.kept(receipt.statement.id, OFFICE)
    assert [line.row for line in stored.lines] == [line.row for line in taken.lines]
    assert (await ledger.entry(receipt.entry.seq)).kind == "file_exchanged"


def replace_tally(body: bytes) -> bytes:
    return body.replace(b'"parked":1', b'"parked":0')
