"""A 双公示 file taken in by the command line: through the process that serves the folder, else into the database."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec

from api import demo
from api.console import Advance
from api.occupancy import served_at
from api.running import lifespan
from api.v1.imports import ImportAnswer
from api.wiring import Services, build
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel import database
from credit.kernel.clock import business_day, system_clock
from credit.kernel.errors import Forbidden, Refusal, Unauthenticated
from credit.kernel.settings import Settings
from sanctions import intake
from sanctions.intake.outcomes import Limits, Outcome, Parked
from sanctions.intake.privacy import without_id_numbers
from sanctions.intake.table import Table
from sanctions.service.deciding.files import ImportReport

BY = "command"  # who acts in the log when the operator imports on the machine itself
ADDED = ("原文件行号", "导入结果", "问题所在列", "问题代码", "问题说明")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done: which file, for which organisation."""

    path: Path
    org_code: str | None = None
    dry_run: bool = False
    letters: bool = False


class Returned(msgspec.Struct, frozen=True):
    """A row that goes back to the office: `parked` or `rejected`, with what must be mended."""

    row: int
    outcome: str
    column: str
    code: str
    detail: str


class OtherOrganisation(Forbidden):
    """The key belongs to another organisation than `--as` says."""

    code = "other_organisation"
    title = "密钥属于另一机关 The key is another organisation's"


def needs_organisation(settings: Settings, job: Job) -> bool:
    """Whether `--as` must say for whom: a dry run needs nobody, and a key says it itself."""
    return not job.dry_run and bool(settings.database.url or not served_at(settings.data))


def limits_of(settings: Settings) -> Limits:
    """What a file may cost, as for an upload."""
    return Limits(max_bytes=settings.web.max_upload_mb * 1_000_000)


def read(settings: Settings, path: Path, show: Advance) -> list[Outcome]:
    """Every row of the file, read and judged by itself. Raises a FileRefused."""
    found: list[Outcome] = []
    for outcome in intake.read(path, today=business_day(system_clock()), limits=limits_of(settings)):
        found.append(outcome)
        if len(found) % 100 == 0:
            show(len(found))
    return found


async def take(settings: Settings, job: Job, outcomes: Sequence[Outcome], show: Advance) -> ImportAnswer:
    """Takes the rows in, or with `dry_run` says what would become of them. Raises Refusal."""
    url = None if settings.database.url else served_at(settings.data)
    if url and not job.dry_run:
        return await _over_http(settings, job, url)
    async with _opened(settings, dry_run=job.dry_run) as services:
        caller = await _caller(job.org_code or "")
        report = await services.importing.take(
            outcomes, caller, letters=job.letters, dry_run=job.dry_run,
            progress=lambda done: show(done, len(outcomes)),
        )
    return _answer(report, dry_run=job.dry_run)


def returned(answer: ImportAnswer, outcomes: Sequence[Outcome]) -> list[Returned]:
    """The parked and rejected rows in order, each with the sentence that says what to mend."""
    parked = {o.row: o for o in outcomes if isinstance(o, Parked)}
    lines = [Returned(r.row, "rejected", r.column, r.code, r.detail) for r in answer.rejected]
    for line in answer.parked:
        faults = parked[line.row].faults if line.row in parked else ()
        column, detail = "、".join(f.column for f in faults), ";".join(f.detail for f in faults)
        lines.append(Returned(line.row, "parked", column, " ".join(line.missing), detail))
    return sorted(lines, key=lambda line: line.row)


def given_back(settings: Settings, path: Path, lines: Sequence[Returned]) -> tuple[list[str], Iterator[list[str]]]:
    """Header and rows of the file for the office: what is wrong, then the row as it was, without ID numbers."""
    table, wanted = Table(path, limits_of(settings)), {line.row: line for line in lines}
    columns = table.header.columns

    def rows() -> Iterator[list[str]]:
        for raw in table.rows():
            line = wanted.get(raw.number)
            if line is not None:
                cells = [without_id_numbers(raw.cells[c.place]) if c.place < len(raw.cells) else "" for c in columns]
                yield [str(line.row), line.outcome, line.column, line.code, line.detail, *cells]

    kept = [i for i, c in enumerate(columns) if c.header not in ADDED]  # of a file that was given back before
    return [*ADDED, *(columns[i].header for i in kept)], (
        [*row[: len(ADDED)], *(row[len(ADDED) + i] for i in kept)] for row in rows()
    )


@asynccontextmanager
async def _opened(settings: Settings, *, dry_run: bool) -> AsyncIterator[Services]:
    """The services with their database; a dry run changes nothing, and where there is no data yet it needs none."""
    if not dry_run:
        services = build(settings)
        async with lifespan.opened(services):
            yield services
    elif settings.database.url or (settings.data / "tendercredit.sqlite").exists():
        services = build(settings)
        async with database.opened(database.make_engine(settings.database.url, settings.data)):
            yield services
    else:
        with tempfile.TemporaryDirectory() as folder:
            services = build(replace(settings, data=Path(folder)))
            async with lifespan.opened(services):
                yield services


def not_served(settings: Settings, call: str) -> None:
    """Raises Forbidden where another process serves the folder: then the file goes through its interface."""
    url = None if settings.database.url else served_at(settings.data)
    if url:
        raise Forbidden(f"{settings.data} 正由 {url} 服务:请经其接口 {call} 导入")


@asynccontextmanager
async def opened_for(settings: Settings, org_code: str) -> AsyncIterator[tuple[Services, Caller]]:
    """The services with their database, and the organisation for which something is brought in."""
    async with _opened(settings, dry_run=False) as services:
        yield services, await _caller(org_code)


async def _caller(code: str) -> Caller:
    """The importing organisation. The operator of the machine may bring in what any authority decided."""
    if code:
        await accounts.organisation(code)
    return Caller(key_id=BY, org_code=code, role=Role.AUTHORITY, scopes=frozenset({"push:any"}))


async def _over_http(settings: Settings, job: Job, url: str) -> ImportAnswer:
    key = settings.key or ((demo.read(settings.data) or {}).get("keys") or {}).get("authority")
    if not key:
        raise Unauthenticated(f"{settings.data} 正由 {url} 服务,须经其接口导入:请在 TENDERCREDIT_KEY 中给出机关密钥")
    if job.org_code:
        await _same_organisation(settings, key, job.org_code)
    query = {"letters": str(job.letters).lower()}
    async with httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(30, read=None), trust_env=False) as client:
        with job.path.open("rb") as source:
            answer = await client.post(
                "/v1/penalties/import", params=query, files={"file": (job.path.name, source)},
                headers={"Authorization": f"Bearer {key}"},
            )
    if answer.status_code != 200:
        raise _refused(answer)
    return msgspec.json.decode(answer.content, type=ImportAnswer)


async def _same_organisation(settings: Settings, key: str, org_code: str) -> None:
    async with database.opened(database.make_engine(None, settings.data)):
        caller = await accounts.recognise(key, business_day(system_clock()))
    if caller.org_code != org_code:
        raise OtherOrganisation(f"密钥属于 {caller.org_code},不能以 {org_code} 导入;请换用该机关的密钥")


def _refused(answer: httpx.Response) -> Refusal:
    """The service's refusal, as it said it."""
    try:
        problem = answer.json()
        detail = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"服务答复 {answer.status_code},请稍后重试"
    return Forbidden(detail)


def _answer(report: ImportReport, *, dry_run: bool) -> ImportAnswer:
    return ImportAnswer(
        accepted=report.accepted, duplicates=report.duplicates, parked=tuple(report.parked),
        rejected=tuple(report.rejected), warnings=tuple(report.warnings), class_unknown=report.class_unknown,
        name_differs=tuple(report.name_differs), dry_run=dry_run,
    )
