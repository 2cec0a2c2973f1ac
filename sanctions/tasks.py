"""What sanctions do when something happens: screenings are worked, watched answers looked at, messages sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from credit import lookup
from credit.kernel.tasks import Given, Later, Subscriber
from sanctions.service.screening.screenings import Screenings, Unfinished
from sanctions.service.watching.pushing import Pushing
from sanctions.service.watching.watching import Watching
from sanctions.webhooks import SCHEDULE

SCREEN = "sanctions.screen"
_TURNS = 10_000  # a large file takes many; those without progress are counted by the screening itself

_PUSHES = len(SCHEDULE) + 6  # the schedule, and some more for tries that a killed process began
_AT_ONCE = 10  # messages on their way in a process: targets that hang must not keep letters waiting
WATCH = "sanctions.watch"
PUSH = "sanctions.push"
_OF_ENTITY = (
    "penalty_recorded", "penalty_corrected", "penalty_withdrawn", "penalty_served", "penalty_performed",
    "penalty_stayed", "penalty_repaired", "listing_recorded", "listing_corrected", "listing_performed",
    "listing_removed", "entity_registered",
)
_OF_CODE = ("entity_stated", "entity_statement_ended")  # the subject is a code
_OF_ROW = ("row_parked", "parked_completed", "parked_rejected")  # the event has the code, where there is one
_OF_ALL = ("source_declared", "rules_activated")

REACTIONS: Mapping[str, tuple[str, ...]] = {
    "screening_requested": (SCREEN,),
    "screening_finished": (),
    "screening_refused": (),
    "screening_removed": (),
    "list_imported": (),
    **dict.fromkeys((*_OF_ENTITY, *_OF_CODE, *_OF_ROW, *_OF_ALL, "watch_opened"), (WATCH,)),
    **dict.fromkeys(("watch_changed", "watch_ended", "webhook_tested", "push_repeated"), (PUSH,)),
    "webhook_registered": (),
    "webhook_switched": (),
    "webhook_secret_changed": (),
    "webhook_removed": (),
}
"""Event kind → subscribers of sanctions; `()` is the decision that nobody of sanctions reacts."""


def subscribers(screenings: Screenings) -> list[Subscriber]:
    """Who works screenings; the handler may be run again for the same entry without harm."""

    async def screen(task: Given) -> None:
        try:
            await screenings.work(task.subject)
        except Unfinished:
            raise Later("未完,接着核查 more rows to come", timedelta(0)) from None

    return [Subscriber(SCREEN, _kinds(SCREEN), screen, _TURNS)]


def telling(watching: Watching, pushing: Pushing) -> list[Subscriber]:
    """Who looks at watched answers and sends messages; each handler may be run again without harm."""

    async def watch(task: Given) -> None:
        if task.kind in _OF_ALL:
            await watching.all_due()
        elif task.kind == "watch_opened":
            await watching.look(task.subject)
        elif codes := await _codes(task):
            await watching.heard(codes)

    async def push(task: Given) -> None:
        if task.event["delivery_id"] is None:
            return
        later = await pushing.deliver(task.event["delivery_id"], task.attempts)
        if later is not None:
            raise Later(later[1], later[0])

    return [Subscriber(WATCH, _kinds(WATCH), watch), Subscriber(PUSH, _kinds(PUSH), push, _PUSHES, _AT_ONCE)]


async def _codes(task: Given) -> list[str]:
    """The companies that an event is about; none where it is about a person."""
    if task.kind in _OF_CODE:
        return [task.subject]
    if task.kind in _OF_ROW:
        return [task.event["code"]] if task.event["code"] else []
    return [e.code for e in await lookup.entities_by("entity_id", [task.subject]) if e.code]


def _kinds(subscriber: str) -> frozenset[str]:
    return frozenset(kind for kind, reacting in REACTIONS.items() if subscriber in reacting)
