"""The facts of a 信用核查报告: what the services say of a company on a day, in the words that notices print."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

from api import profiles
from api.papers import report_lines
from api.papers.report_lines import Bar
from api.v1.views import told
from api.web.company import list_states
from api.web.words import moment, subject, zh
from api.wiring import Services
from credit import lookup, uscc
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.checkpoints import parse_checkpoint
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid
from credit.kernel.unit import Request
from credit.model import Entity, SubjectKind
from credit.profiles.model import StatementKind
from credit.ratings import Rating
from credit.scheme_rules import first_choice, for_companies, schemes_on
from notices.register import Report
from notices.reports import Line, ReportFacts
from sanctions.published import published_restrictions
from sanctions.service.answering.dossiers import dossier, sources
from sanctions.service.scoring.standing import ListingView, PenaltyView
from sanctions.verdicts import CAVEAT, Dossier
from sanctions.wording import day_text

ASKERS = (Role.ENTERPRISE, Role.PLATFORM, Role.AUTHORITY)
_YEAR = timedelta(days=365)
_PAST = timedelta(days=3660)
_STATED = ((StatementKind.REPRESENTATIVE, "法定代表人"), (StatementKind.ROLE, "主体角色"),
           (StatementKind.QUALIFICATION, "资质证书"))


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is made from: the company, the day, as of which log position, and whether it is its own."""

    code: str
    day: date
    today: date
    seq: int
    scheme: str
    caller: Caller

    @property
    def whole(self) -> bool:
        return self.caller.role is Role.ENTERPRISE


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the report shows: records, bars, and the ids of the records behind them."""

    penalties: tuple[PenaltyView, ...]
    listings: tuple[ListingView, ...]
    bars: tuple[Bar, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        ids = [v.record.record_id for v in self.penalties] + [v.record.record_id for v in self.listings]
        ids += [b.record_id for b in self.bars]
        return tuple(dict.fromkeys(i for i in ids if i))


async def issue(
    services: Services, code: str, caller: Caller, *, scheme: str | None = None, on: date | None = None,
    request: Request | None = None,
) -> Report:
    """Issues a report on `code` as the caller may see it: a company on itself with private records, others public.

    Raises BadCode, Forbidden, Invalid for a day out of range, UnknownScheme, SchemeNotForSubject, SchemeNotInForce,
    GlyphMissing.
    """
    code, today = uscc.check(code), business_day(services.clock())
    require_right(code, caller)
    day = on or today
    if not today - _PAST <= day <= today + _YEAR:
        raise Invalid("核查日超出范围", errors=(
            FieldError("/on", "out_of_range", "填写过去十年到今后一年之间的日期 ten years back, one ahead"),))
    chosen = scheme or first_choice(for_companies(schemes_on(services.book.current, day)).values())
    if chosen is None:
        raise Invalid("没有适用的计分方案", errors=(
            FieldError("/scheme", "missing", "填写计分方案,可用方案见 GET /v1/rules name a scheme in force"),))
    seq = (await ledger.head()).size - 1
    asked = Asked(code=code, day=day, today=today, seq=seq, scheme=chosen, caller=caller)
    return await services.notices.reporting.issue(await facts_of(services, asked), chosen, caller, request)


def require_right(code: str, caller: Caller) -> None:
    """Raises Forbidden for a company that asks about another."""
    if caller.role is Role.ENTERPRISE and caller.org_code != code:
        raise Forbidden("企业只能出具本单位的报告 an enterprise gets reports on itself only")


async def facts_of(services: Services, asked: Asked) -> ReportFacts:
    """Everything the report states. Raises UnknownScheme, SchemeNotInForce, Forbidden for a natural person."""
    code, day, seq, whole = asked.code, asked.day, asked.seq, asked.whole
    file, rules = await dossier(code, seq), await services.book.at(seq)
    if file.entity is not None and file.entity.kind is SubjectKind.NATURAL_PERSON:
        raise Forbidden("自然人不出具核查报告 no reports on natural persons")
    seen, now = await _seen(services, file, asked), services.clock()
    asker = await accounts.find_organisation(asked.caller.org_code)
    return ReportFacts(
        code=code, name=file.entity.name if file.entity else "本系统未登记名称", whole=whole,
        asked_by=asker.name if asker else asked.caller.org_code, on=day, made_at=moment(now),
        identity=tuple([line async for line in _identity(file.entity, asked)]),
        outcome=report_lines.outcome(len(seen.bars), day, len(file.parked) if whole else 0, whole=whole),
        restrictions=tuple(b.line for b in seen.bars),
        penalties=tuple(report_lines.penalty_line(v, whole=whole) for v in sorted(seen.penalties, key=_decided)),
        listings=tuple(report_lines.listing_line(v, whole=whole) for v in sorted(seen.listings, key=_decided)),
        merits=tuple(filter(None, (report_lines.merit_line(r, services.schemes, day) for r in file.merits))),
        repairs=tuple(await _repairs(services, seen, asked)),
        sources=tuple(report_lines.source_lines(list_states(rules, await sources(seq), now))),
        caveat=zh(CAVEAT), rules=rules.digest, record_ids=seen.ids,
        **await _scored(services, file, seen, asked), **await _position(services, seq),
    )


async def _seen(services: Services, file: Dossier, asked: Asked) -> Seen:
    """A company's own report shows every record served on it; others show what is shown on the day and today."""
    code, day, seq, standing = asked.code, asked.day, asked.seq, services.standing
    penalties, listings = await standing.penalties(code, day, seq), await standing.listings(code, day, seq)
    bars = report_lines.running(report_lines.bars(penalties, listings, day), day)
    if asked.whole:
        return Seen(
            penalties=tuple(v for v in penalties if told(v, asked.caller) and not v.record.withdrawn),
            listings=tuple(v for v in listings if not v.record.withdrawn), bars=tuple(bars))
    today, rules = asked.today, await services.book.at(seq)
    still = {v.record.record_id for v in await standing.penalties(code, today, seq) if v.published}
    still |= {v.record.record_id for v in await standing.listings(code, today, seq) if v.published}
    now = published_restrictions(file, today, rules)
    public = [r for r in published_restrictions(file, day, rules) if day >= today or r in now]
    return Seen(
        penalties=tuple(v for v in penalties if v.published and v.record.record_id in still),
        listings=tuple(v for v in listings if v.published and v.record.record_id in still),
        bars=tuple(report_lines.published(bars, public)))


def _decided(view: PenaltyView | ListingView) -> date:
    facts = view.record.penalty if isinstance(view, PenaltyView) else view.record.listing
    return facts.decided_on


async def _identity(entity: Entity | None, asked: Asked) -> AsyncIterator[Line]:
    code, day = asked.code, asked.day
    if entity is None:
        yield Line("登记情况", "本系统尚未登记该主体，以下各项按没有记录列示")
        return
    yield Line("主体类型", subject(entity.kind))
    former = (await lookup.names_of(code, asked.seq))[1:]
    if former:
        yield Line("曾用名", "、".join(former))
    status = await profiles.lines(code, StatementKind.STATUS, day, whole=False, ended=False)
    states = "；".join(f"{s.title}{_days(s)}（{s.label}）" for s in status)
    yield Line("存续状态", states or "未登记注销、吊销或者合并")
    for label, other in (("隶属于", entity.branch_of), ("已合并入", entity.merged_into)):
        if other:
            yield Line(label, other)
    for kind, label in _STATED:
        found = await profiles.lines(code, kind, day, whole=False, ended=False)
        for line in found:
            named = line.name if kind is StatementKind.REPRESENTATIVE else f"{line.title}{_certificate(line)}"
            yield Line(label, f"{named}{_days(line)}（{line.label}）")


def _certificate(line: profiles.StatementLine) -> str:
    return f"，证书编号{line.number}，{line.issuer}" if line.number else ""


def _days(line: profiles.StatementLine) -> str:
    start = f"，{day_text(line.first_day)}起" if line.first_day else ""
    return f"{start}，至{day_text(line.last_day)}（含当日）" if line.last_day else start


async def _scored(services: Services, file: Dossier, seen: Seen, asked: Asked) -> dict[str, Any]:
    """The score on the day. What is not public is added up in a line; the past only in a company's own report."""
    rating: Rating = await services.standing.rating(asked.code, asked.scheme, asked.day, asked.seq)
    shown = None if asked.whole else {*seen.ids, *(r.record_id for r in file.merits)}
    first, last = asked.day - (_YEAR if asked.whole else timedelta()), asked.day + _YEAR
    changes = await services.standing.history(asked.code, asked.scheme, first, last)
    return {
        "scheme": zh(rating.scheme.title), "score": report_lines.score_text(rating),
        "score_notes": tuple(report_lines.score_notes(rating)),
        "score_lines": tuple(report_lines.score_lines(rating.score, shown)),
        "chart": report_lines.chart_of(changes, first, last),
    }


async def _repairs(services: Services, seen: Seen, asked: Asked) -> Iterator[Line]:
    """The company's plans, or what anybody may know of repairing what is shown."""
    if not asked.whole:
        return filter(None, (report_lines.public_repair(v) for v in seen.penalties))
    shown = set(seen.ids)
    plans = (await services.repairs.reading.plan(asked.code, asked.caller)).records
    return filter(None, (report_lines.plan_line(p) for p in plans if p.record_id in shown))


async def _position(services: Services, seq: int) -> dict[str, Any]:
    """The log as the report knows it, and its signed root."""
    note = await services.log.checkpoint()
    signed, entry = parse_checkpoint(note.partition("\n\n")[0] + "\n"), await ledger.entry(seq)
    return {
        "known_seq": seq, "known_at": moment(entry.recorded_at), "origin": signed.origin,
        "root": f"前{signed.size}条：{signed.root.hex()}",
    }
