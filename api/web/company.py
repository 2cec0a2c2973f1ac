"""The card of a company: what is published about it now, with its days, its sources and its limits."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from litestar import Controller, get
from litestar.response import Template

from api.auth import anyone
from api.v1.views import RecordLine, public_record
from api.web.pages import page
from api.web.query import is_public, refused
from api.web.timeline import Timeline, timeline
from api.wiring import Services
from credit import lookup, uscc
from credit.kernel import ledger
from credit.kernel.clock import business_day
from credit.kernel.rules import RuleSet
from credit.model import Entity
from sanctions.model import SourceState
from sanctions.published import published_restrictions
from sanctions.service.dossiers import dossier
from sanctions.verdicts import PublicRestriction

_LIST = "list."


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A published penalty as anybody may see it, and its window drawn."""

    record: RecordLine
    timeline: Timeline | None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the log that a page was made from."""

    origin: str
    seq: int
    recorded_at: datetime


class ListState(msgspec.Struct, frozen=True, kw_only=True):
    """A list that bids may depend on; `source` null where its data is not held here."""

    title: str
    channel: str
    source: SourceState | None


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the card shows, from one position of the log."""

    code: str
    entity: Entity | None
    relatives: dict[str, str | None]  # names by code, of head office and successor; null where not known here
    penalties: tuple[Shown, ...]
    restrictions: tuple[PublicRestriction, ...]
    lists: tuple[ListState, ...]
    position: Position
    today: date


class Companies(Controller):
    """One company by its code."""

    path = "/companies"
    guards = [anyone]
    include_in_schema = False

    @get("/{code:str}")
    async def show(self, code: str, services: Services) -> Template:
        """The card; a well-formed code never seen is said to be that, and a malformed one is refused with its cure."""
        try:
            right = uscc.check(code)
        except uscc.BadCode as refusal:
            return page("home", status=422, field=refused(code, refusal))
        found = await card(right, services)
        services.counting.add("public", (right,))
        return page("company" if found.entity else "unseen", card=found)


async def card(code: str, services: Services) -> Card:
    """What is public about `code` now, all of it as of the newest log entry."""
    head = await ledger.head()
    seq, today = head.size - 1, business_day(services.clock())
    file, rules = await dossier(code, seq), await services.book.at(seq)
    entity = file.entity if file.entity is not None and is_public(file.entity) else None
    views = await services.standing.penalties(code, today, seq) if entity else ()
    lines = [public_record(v) for v in views if v.published]
    return Card(
        code=code, entity=entity, relatives=await _relatives(entity, seq) if entity else {},
        penalties=tuple(_shown(line, today) for line in reversed(lines)),
        restrictions=published_restrictions(file, today, rules) if entity else (),
        lists=list_states(rules, await services.sources.all(seq), today),
        position=Position(origin=head.origin, seq=seq, recorded_at=head.recorded_at), today=today,
    )


def _shown(line: RecordLine, today: date) -> Shown:
    return Shown(record=line, timeline=timeline(line.publication, today) if line.publication else None)


async def _relatives(entity: Entity, seq: int) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for code in (entity.branch_of, entity.merged_into):
        if code is not None:
            other = await lookup.entity_by_code(code, seq)
            found[code] = other.name if other else None
    return found


def list_states(rules: RuleSet, sources: tuple[SourceState, ...], today: date) -> tuple[ListState, ...]:
    """Every list in the rules of `today`, those whose data is held first."""
    held = {source.list: source for source in sources}
    found = [
        ListState(title=rules.rules[rule_id].title, channel=rule.value["official_channel"],
                  source=held.get(rule_id.removeprefix(_LIST)))
        for rule_id, rule in rules.under(_LIST, today).items()
    ]
    return tuple(sorted(found, key=lambda state: (state.source is None, state.title)))
