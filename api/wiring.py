"""The composition root: every service built once from settings and a clock, and who reacts to which event.

A new service: a field of `Services`, a line in `build`. A new subscriber: its `Subscriber` in `subscribers_of`, its
name beside each event kind in `DECISIONS`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path

from piccolo.table import Table

from api.hot import Hot
from api.letters import Letters
from api.logbook import Logbook
from api.office import inbox_of, notices_of
from api.pool import Pool
from api.promises import promises
from bots.service import Bots, Chats
from credit.kernel.blobs import BlobStore
from credit.kernel.clock import Clock, system_clock
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet, load
from credit.kernel.settings import Settings
from credit.kernel.tasks import Runner, Subscriber
from credit.kernel.unit import Event
from credit.scheme_files import as_rules, load_schemes
from credit.schemes import Scheme
from notices import tasks as notice_tasks
from notices.rendering import PoolRenderer
from notices.service import Notices
from repair import tasks as repair_tasks
from repair.service import Repairs
from sanctions.service.ask import Asking
from sanctions.service.change import Changing
from sanctions.service.counting import Counting
from sanctions.service.files import Importing
from sanctions.service.listings import Listings
from sanctions.service.parked import Parking
from sanctions.service.receive import Receiving
from sanctions.service.register import Register
from sanctions.service.removing import Removing
from sanctions.service.sources import Sources
from sanctions.service.standing import Standing

HOME = Path(__file__).parent.parent
PACKAGES = ("credit", "sanctions", "repair", "notices", "bots", "api")

_KERNEL_EVENTS = ("credit.kernel.rulebook", "credit.kernel.custody")

# Each event kind and the subscribers that react to it; () says that nobody does, and was decided.
DECISIONS: Mapping[str, tuple[str, ...]] = {
    "rules_activated": (),
    "demo_opened": (),
    "demo_seeded": (),
    "organisation_registered": (),
    "key_created": (),
    "key_revoked": (),
    "person_created": (),
    "password_set": (),
    "person_ended": (),
    "entity_registered": (),
    "merit_recorded": (),
    "log_restored": (),
    "row_parked": (),
    "parked_completed": (),
    "parked_rejected": (),
    "source_declared": (),
    "listing_recorded": (),
    "listing_corrected": (),
    "listing_performed": (),
    "past_asked": (),
    "number_reserved": (),
    "number_voided": (),
    "notice_issued": (),
    "notice_voided": (),
    "notice_acknowledged": (),
    "delivery_planned": (),
    "delivery_settled": (),
    "bot_code_issued": (),
    "chat_bound": (),
    "chat_unbound": (),
    **repair_tasks.REACTIONS,
    **notice_tasks.REACTIONS,
}


@dataclass(frozen=True)
class Services:
    """Everything a route, page, command or task may call."""

    settings: Settings
    clock: Clock
    book: Rulebook
    schemes: Mapping[str, Scheme]
    log: Logbook
    blobs: BlobStore
    receiving: Receiving
    changing: Changing
    listings: Listings
    removing: Removing
    parking: Parking
    importing: Importing
    sources: Sources
    standing: Standing
    repairs: Repairs
    register: Register
    asking: Asking
    counting: Counting
    hot: Hot
    notices: Notices
    bots: Bots
    salt: bytes  # of tokens that stand for persons' names
    pool: Pool
    subscribers: tuple[Subscriber, ...] = ()

    @property
    def renderer(self) -> PoolRenderer:
        """What draws the letters."""
        drawing = self.notices.office.renderer
        assert isinstance(drawing, PoolRenderer)
        return drawing

    def runner(self) -> Runner:
        """What works the tasks of all subscribers, in this process or in a worker."""
        return Runner(self.subscribers, self.clock, timedelta(seconds=self.settings.jobs.lease_seconds))


class Undecided(Exception):
    """Events and subscribers do not fit together; the message names each kind and the cure."""


@cache
def rules() -> RuleSet:
    """The dated rules of every folder, read once. Raises RuleFault."""
    return load(HOME / package / "rules" for package in PACKAGES)


def build(settings: Settings, clock: Clock = system_clock) -> Services:
    """All services; the database is opened later, by `api.lifespan`. Raises RuleFault, SchemeFault, Undecided."""
    schemes = load_schemes(HOME / "credit" / "rules" / "schemes")
    book = Rulebook(rules().joined(as_rules(schemes.values())))
    salt = person_salt(settings.data / "keys" / "person.salt")
    receiving = Receiving(book, clock, salt)
    register, counting = Register(), Counting(clock)
    asking = Asking(book, clock, register)
    listings = Listings(book, clock, salt)
    removing = Removing(book, clock, listings)
    parking, standing, blobs = Parking(clock, receiving), Standing(book), BlobStore(settings.data / "blobs")
    chats = Chats(settings.bots, clock, inbox_of(settings))
    letters = Letters(book, clock, standing, settings.letters.locality, chats.links.addresses)
    notices = notices_of(settings, clock, book, blobs, letters, chats.channels)
    repairs = Repairs(book, clock, standing, blobs, removing)
    subscribers = tuple(subscribers_of(notices))
    check_events(subscribers)
    return Services(
        settings=settings, clock=clock, book=book, schemes=schemes,
        log=Logbook(settings, clock), blobs=blobs,
        receiving=receiving, changing=Changing(book, clock, receiving), parking=parking,
        listings=listings, removing=removing,
        importing=Importing(receiving, parking), sources=Sources(book, clock),
        standing=standing, register=register, asking=asking, counting=counting,
        repairs=repairs,
        hot=Hot(asking, register, book, clock, counting),
        notices=notices, salt=salt, pool=Pool(),
        bots=Bots(chats, clock, book, blobs, repairs, standing, asking, notices, promises(letters.repairs)),
        subscribers=subscribers,
    )


def person_salt(path: Path) -> bytes:
    """The secret under which persons' names become tokens: made once, mode 0600, kept with the keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as target:
            target.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(draft, path)  # whole or not at all: another process may be reading
        draft.unlink()
    return path.read_bytes()


def subscribers_of(notices: Notices) -> Iterator[Subscriber]:
    """Who follows the log."""
    yield from notice_tasks.subscribers(notices)


def witnessed() -> list[type[Table]]:
    """Every table whose rows the log remembers, of every app: what `verify` recomputes."""
    from credit import piccolo_conf as conf

    names = dict.fromkeys(t.__module__ for app in conf.apps() for t in app.table_classes)
    return [table for name in names for table in getattr(import_module(name), "WITNESSED", [])]


def event_kinds() -> dict[str, type[Event]]:
    """Every event that can happen: those of the kernel and of each folder's `events.py`."""
    for name in _KERNEL_EVENTS:
        import_module(name)
    for path in sorted(p for package in PACKAGES for p in (HOME / package).rglob("events.py")):
        import_module(".".join(path.relative_to(HOME).with_suffix("").parts))
    found: dict[str, type[Event]] = {}
    waiting: list[type[Event]] = [Event]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "kind" in kind.__dict__ and kind.kind and kind.__module__.split(".")[0] in PACKAGES:
            found[kind.kind] = kind
    return found


def check_events(subscribers: Iterable[Subscriber], decisions: Mapping[str, tuple[str, ...]] = DECISIONS) -> None:
    """Raises Undecided unless every event kind says who reacts, and every subscriber is said."""
    kinds, given = set(event_kinds()), {s.name: s.kinds for s in subscribers}
    faults = [f"{k}: no decision; name its subscribers in DECISIONS, or ()" for k in sorted(kinds - set(decisions))]
    faults += [f"{k}: no such event; take it out of DECISIONS" for k in sorted(set(decisions) - kinds)]
    for name in sorted({n for names in decisions.values() for n in names} | set(given)):
        decided = {k for k, names in decisions.items() if name in names}
        differing = decided ^ given.get(name, frozenset())
        faults += [f"{name}: DECISIONS and the subscriber differ on {k}" for k in sorted(differing)]
    if faults:
        raise Undecided("; ".join(faults))
