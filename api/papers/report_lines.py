"""The rows of a 信用核查报告: each thing a service knows as a label and a Chinese sentence. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from api.web import words
from api.web.chart import HEIGHT, WIDTH
from api.web.chart import chart as drawn
from api.web.company import Holding, ListState
from api.web.words import zh
from credit.explain import notes, points_text, sentence
from credit.model import MeritFacts, Record
from credit.ratings import Rating
from credit.schemes import Scheme
from credit.scores import Score, only_shown
from notices.model import Chart
from notices.reports import Line
from repair.model import STATE_TITLES
from repair.plans import RepairPlan
from sanctions.findings import counts, stayed
from sanctions.service.scoring.standing import ListingView, PenaltyView
from sanctions.verdicts import PublicRestriction
from sanctions.wording import day_text, scope_title

_CHART = 1000  # a chart's own coordinates


class Bar(NamedTuple):
    """Something in force that restricts, and the record it comes from."""

    basis: str
    first_day: date
    until: date | None
    record_id: str
    line: Line


def span(first: date | None, last: date | None) -> str:
    """Inclusive days: 自2026年5月20日至2027年5月19日（含当日）."""
    start = f"自{day_text(first)}" if first else ""
    return f"{start}至{day_text(last)}（含当日）" if last else f"{start}起，没有截止日期"


def bars(penalties: Iterable[PenaltyView], listings: Iterable[ListingView], day: date) -> Iterator[Bar]:
    """Everything recorded that restricts on `day`, by law or as a condition of procurement."""
    for view in penalties:
        record = view.record
        if not counts(record) or stayed(record.penalty, day):
            continue
        for r in view.restrictions:
            text = f"不得{scope_title(r.scope)}，{span(r.first_day, r.last_day)}。依据：{r.basis}"
            yield Bar(r.basis, r.first_day, r.last_day, record.record_id, Line("法定限制", text))
        past = view.look_back
        if past is not None and past.certain and past.verified:
            days = span(past.first_day, past.until)
            text = f"参加政府采购活动前三年内有重大违法记录（{past.trigger}），{days}。依据：{past.basis}"
            yield Bar(past.basis, past.first_day, past.until, record.record_id, Line("重大违法记录", text))
    for entry in listings:
        facts, record = entry.record.listing, entry.record
        if entry.bars and entry.effect_verified and not record.withdrawn and facts.removed_on is None:
            barred = "、".join(scope_title(s) for s in entry.bars)
            text = f"列入{entry.title}，不得{barred}，{span(facts.decided_on, entry.term.until)}。依据：{entry.basis}"
            yield Bar(f"{entry.title}({entry.basis})", facts.decided_on, entry.term.until, record.record_id,
                      Line("名单限制", text))


def running(found: Iterable[Bar], day: date) -> list[Bar]:
    """Those in force on `day`."""
    return [b for b in found if b.first_day <= day and (b.until is None or day <= b.until)]


def published(found: Iterable[Bar], public: Iterable[PublicRestriction]) -> list[Bar]:
    """The public ones, each with its words where it has some."""
    known = {(b.basis, b.first_day, b.until): b for b in found}
    made = []
    for p in public:
        plain = Line("限制情形", f"{span(p.first_day, p.until)}。依据：{p.basis}")
        made.append(known.get((p.basis, p.first_day, p.until)) or Bar(p.basis, p.first_day, p.until, "", plain))
    return made


def outcome(count: int, day: date, parked: int, *, whole: bool) -> str:
    """Whether something restricts on the day, in a sentence."""
    kind = "限制情形" if whole else "公示中的限制情形"
    found = f"查见{kind}{count}项" if count else f"未查见{kind}"
    waiting = f"另有{parked}条来源数据不完整、待核实的信息。" if parked else ""
    return f"{day_text(day)}，本系统{found}。能否参加某一次投标、采购，要看项目类型和招标文件。{waiting}"


def penalty_line(found: PenaltyView, *, whole: bool) -> Line:
    """A penalty: who, when, what, how serious, how long shown."""
    facts, of, shown = found.record.penalty, found.classification, found.window
    sums = (("罚款", facts.fine_fen), ("没收", facts.confiscated_fen))
    amounts = [f"{label}{words.money(fen)}" for label, fen in sums if fen]
    parts = [f"{facts.document_no}，{facts.authority.name}{day_text(facts.decided_on)}作出", words.kinds(facts.kinds),
             *amounts]
    if of.severity and (whole or not of.severity_provisional):
        parts.append(f"{words.severity(of.severity)}失信{'（类别待认定机关确认）' if of.severity_provisional else ''}")
    if shown is not None and (found.published or not whole):
        parts.append(f"公示{span(shown.first_day, shown.max_until)}")
    if whole and facts.repaired_on:
        parts.append(f"{day_text(facts.repaired_on)}已修复")
    elif whole and not found.published:
        parts.append("现不公示")
    return Line("行政处罚", "；".join(parts))


def listing_line(found: ListingView, *, whole: bool) -> Line:
    """An entry on a list."""
    facts = found.record.listing
    endless = "名单载明无截止日" if found.term.open_end else "没有列明期限"
    until = f"列入期限至{day_text(found.term.until)}（含当日）" if found.term.until else endless
    doubt = "" if found.term.verified else "（期限未核实，以列入机关确认为准）"
    entered = f"{facts.document_no}，{facts.authority.name}{day_text(facts.decided_on)}列入"
    parts = [f"{found.title}，{entered}", until + doubt]
    if not found.effect_verified:
        parts.append("对投标、采购的效果未核实，请向列入机关核实")
    if whole and facts.removed_on:
        parts.append(f"{day_text(facts.removed_on)}已移出")
    return Line("名单信息", "；".join(parts))


def merit_line(record: Record, schemes: Mapping[str, Scheme], day: date) -> Line | None:
    """Good conduct that is valid on `day`."""
    facts = record.facts
    if not isinstance(facts, MeritFacts) or record.withdrawn or facts.granted_on > day:
        return None
    if facts.valid_until is not None and facts.valid_until < day:
        return None
    scheme = schemes.get(facts.scheme)
    title = next((m.title for m in scheme.merits if m.item == facts.item), facts.item) if scheme else facts.item
    until = f"，有效期至{day_text(facts.valid_until)}（含当日）" if facts.valid_until else ""
    granted = f"{facts.document_no}，{facts.authority.name}{day_text(facts.granted_on)}授予"
    return Line("守信信息", f"{title}；{granted}{until}")


def score_text(found: Rating) -> str:
    """The value that counts."""
    return f"{points_text(found.value)}分，{found.grade}级"


def score_notes(found: Rating) -> Iterator[str]:
    """What is to be known of the value."""
    return map(zh, notes(found))


def score_lines(found: Score, shown: Collection[str] | None) -> Iterator[Line]:
    """The lines of a score; with `shown`, those of other records are added up into one that names none."""
    for line in found.lines if shown is None else only_shown(found.lines, shown):
        yield Line(f"{points_text(line.points)}分", zh(sentence(line)))


def chart_of(changes: Sequence[Score], first: date, last: date) -> Chart | None:
    """The score over time, drawn between two days."""
    made = drawn(changes, max(first, changes[0].on), last) if changes else None
    if made is None:
        return None
    pairs = [point.split(",") for point in made.path.split()]
    steps = tuple((int(x) * _CHART // WIDTH, int(y) * _CHART // HEIGHT) for x, y in pairs)
    return Chart(steps=steps, top=f"{made.top}分", bottom=f"{made.bottom}分", first=day_text(made.first),
                 last=day_text(made.last), caption=made.alternative + "核查日以后，按现有记录推算。")


def public_repair(found: PenaltyView) -> Line | None:
    """From when a shown penalty may be repaired, as anybody may know it."""
    if found.window is None:
        return None
    least = found.window.min_until
    from_then = f"最短公示期至{day_text(least)}（含当日），" if least else ""
    until = day_text(found.window.max_until)
    number = found.record.penalty.document_no
    return Line("信用修复", f"{number}：{from_then}履行义务后可以申请修复；至{until}（含当日）自动停止公示")


def plan_line(found: RepairPlan) -> Line | None:
    """Where the repair of a record stands, for the company itself."""
    if found.case_state is not None:
        return Line("修复申请", f"{found.document_no}：{zh(STATE_TITLES[found.case_state])}")
    if found.repairable and found.earliest is not None:
        return Line("可以申请", f"{found.document_no}：最早{day_text(found.earliest)}起，由{found.decider.name}认定")
    why = zh(found.why_not_title).replace("(", "（").replace(")", "）")
    return Line("尚不能申请", f"{found.document_no}：{why}") if why else None


def source_lines(states: Iterable[ListState]) -> Iterator[Line]:
    """Each list that is held here with its age; those that are not held, together."""
    missing = []
    for state in states:
        if state.holding is Holding.MISSING:
            missing.append(state.title)
            continue
        age = {Holding.STATIC: "固定副本，不更新", Holding.FRESH: "持续更新",
               Holding.STALE: f"超过{state.fresh_hours}小时未更新"}[state.holding]
        taken = f"，取于{words.moment(state.fetched_at)}" if state.fetched_at else ""
        yield Line("名单数据", f"{state.title}：{age}{taken}。官方渠道：{state.channel}")
    if missing:
        yield Line("未接入", f"{'、'.join(missing)}。请到官方渠道查询")
