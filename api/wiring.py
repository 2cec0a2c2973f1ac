"""The composition root: every service built once from settings and a clock, and who reacts to which event.

A new service: a field of `Services`, a line in `build`. A new subscriber: its `Subscriber` in `subscribers_of`, its
name beside each event kind in `DECISIONS`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path

from piccolo.table import Table

from api.office import inbox_of, notices_of
from api.papers.letters import Letters
from api.papers.promises import promises
from api.quick.hot import Hot
from api.running.logbook import Logbook
from api.running.pool import Pool
from bots import tasks as bot_tasks
from bots.credit_desk import Reporter
from bots.service import Bots, Chats
from credit.accounts.certifying import Certifying
from credit.accounts.model import Caller
from credit.kernel.blobs import BlobStore
from credit.kernel.clock import Clock, system_clock
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet, load
from credit.kernel.settings import Settings
from credit.kernel.tasks import Runner, Subscriber
from credit.kernel.unit import Event, Request
from credit.scheme_files import as_rules, load_versions
from credit.schemes import Scheme
from notices import tasks as notice_tasks
from notices.register import Report
from notices.rendering import PoolRenderer
from notices.service import Notices
from repair import tasks as repair_tasks
from repair.service import Repairs
from sanctions import tasks as sanction_tasks
from sanctions.service.answering.ask import Asking
from sanctions.service.answering.counting import Counting
from sanctions.service.answering.naming import Naming
from sanctions.service.answering.receipts import Receipts
from sanctions.service.answering.register import Register
from sanctions.service.deciding.change import Changing
from sanctions.service.deciding.conduct import Conducting
from sanctions.service.deciding.files import Importing
from sanctions.service.deciding.hearings import Hearings
from sanctions.service.deciding.parked import Parking
from sanctions.service.deciding.receive import Receiving
from sanctions.service.exchange.exchanging import Exchanging
from sanctions.service.exchange.incoming import Incoming
from sanctions.service.exchange.outgoing import Outgoing
from sanctions.service.extracts.serving import Extracts
from sanctions.service.listing.list_files import ListFiles
from sanctions.service.listing.listings import Listings
from sanctions.service.listing.proposals import Proposals
from sanctions.service.listing.removing import Removing
from sanctions.service.listing.sources import Sources
from sanctions.service.scoring.recomputing import Recomputing
from sanctions.service.scoring.standing import Standing
from sanctions.service.screening.screenings import Screenings
from sanctions.service.supervising.draws import Draws
from sanctions.service.supervising.relapses import Relapses
from sanctions.service.supervising.talks import Talks
from sanctions.service.watching.pushing import Pushing
from sanctions.service.watching.sealing import Sealing
from sanctions.service.watching.sending import Sender
from sanctions.service.watching.watching import Watching
from sanctions.service.watching.webhooks import Webhooks

HOME = Path(__file__).parent.parent
PACKAGES = ("credit", "sanctions", "repair", "notices", "bots", "api")

MORE_FOR_SCREENINGS = 3  # times the upload limit: a million names and codes are some 70 MB
_KERNEL_EVENTS = ("credit.kernel.rulebook", "credit.kernel.custody", "credit.kernel.log_keys")

# Each event kind and the subscribers that react to it; () says that nobody does, and was decided.
_OWN: Mapping[str, tuple[str, ...]] = {
    "rules_activated": (),
    "demo_opened": (),
    "demo_seeded": (),
    "organisation_registered": (),
    "key_created": (),
    "key_revoked": (),
    "person_created": (),
    "password_set": (),
    "person_ended": (),
    "person_proved": (),
    "entity_registered": (),
    "merit_recorded": (),
    "merit_corrected": (),
    "entity_stated": (),
    "entity_statement_ended": (),
    "log_restored": (),
    "log_key_rotated": (),
    "row_parked": (),
    "parked_completed": (),
    "parked_rejected": (),
    "source_declared": (),
    "listing_performed": (),
    "listing_proposal_served": (),
    "listing_proposal_stated": (),
    "listing_proposal_replied": (),
    "listing_proposal_decided": (),
    "listing_proposal_dropped": (),
    "conduct_stated": (),
    "conduct_corrected": (),
    "conduct_withdrawn": (),
    "conduct_repaired": (),
    "past_asked": (),
    "receipts_issued": (),
    "receipt_opened": (),
    "file_exchanged": (),
    "draw_announced": (),
    "draw_done": (),
    "extract_made": (),
    "supervision_instructed": (),
    "supervision_answered": (),
    "inspection_recorded": (),
    "talk_proven": (),
    "talk_closed": (),
    "talk_answered": (),
    "number_reserved": (),
    "number_voided": (),
    "notice_issued": (),
    "notice_voided": (),
    "notice_acknowledged": (),
    "delivery_planned": (),
    "delivery_settled": (),
    "report_issued": (),
    "bot_code_issued": (),
    "chat_bound": (),
    "chat_unbound": (),
}
_ALL = (_OWN, repair_tasks.REACTIONS, sanction_tasks.REACTIONS, notice_tasks.REACTIONS, bot_tasks.REACTIONS)
DECISIONS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(chain.from_iterable(said.get(kind, ()) for said in _ALL)) for kind in dict.fromkeys(chain(*_ALL))
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
    proposals: Proposals
    removing: Removing
    conducting: Conducting
    hearings: Hearings
    parking: Parking
    importing: Importing
    sources: Sources
    list_files: ListFiles
    exchange: Exchanging
    standing: Standing
    relapses: Relapses
    repairs: Repairs
    register: Register
    naming: Naming
    asking: Asking
    receipts: Receipts
    counting: Counting
    hot: Hot
    screenings: Screenings
    draws: Draws
    extracts: Extracts
    talks: Talks
    webhooks: Webhooks
    watching: Watching
    pushing: Pushing
    recomputing: Recomputing
    notices: Notices
    bots: Bots
    salt: bytes  # of tokens that stand for persons' names
    pool: Pool
    certifying: Certifying
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
    return load(rule_folders())


def rules_with_schemes() -> RuleSet:
    """The dated rules and the schemes, as they are activated. Raises RuleFault, SchemeFault."""
    return rules().joined(as_rules(chain.from_iterable(scheme_versions().values())))


@cache
def scheme_versions() -> Mapping[str, tuple[Scheme, ...]]:
    """The versions of every scheme, oldest first, read once. Raises SchemeFault."""
    return load_versions(HOME / "credit" / "rules" / "schemes")


def rule_folders() -> tuple[Path, ...]:
    """Where the dated rules of every folder stand."""
    return tuple(HOME / package / "rules" for package in PACKAGES)


def build(settings: Settings, clock: Clock = system_clock) -> Services:
    """All services; `api.running.lifespan` opens the database later. Raises RuleFault, SchemeFault, Undecided."""
    schemes = {name: line[-1] for name, line in scheme_versions().items()}
    book = Rulebook(rules_with_schemes())
    salt = kept_secret(settings.data / "keys" / "person.salt")
    receiving = Receiving(book, clock, salt)
    register, naming, counting = Register(), Naming(), Counting(clock)
    asking, log = Asking(book, clock, register, naming), Logbook(settings, clock)
    listings = Listings(book, clock, salt)
    proposals, talks = Proposals(book, clock, listings), Talks(clock)
    removing = Removing(book, clock, listings)
    conducting = Conducting(book, clock, salt)
    parking, standing, blobs = Parking(clock, receiving, naming), Standing(book), BlobStore(settings.data / "blobs")
    importing, hearings = Importing(receiving, parking), Hearings(conducting, clock)
    outgoing = Outgoing(standing, clock)
    incoming = Incoming(importing, listings, removing, hearings, outgoing, schemes, clock)
    chats = Chats(settings.bots, clock, inbox_of(settings))
    letters = Letters(book, clock, standing, settings.letters.locality, proposals, talks, chats.links.addresses)
    notices = notices_of(settings, clock, book, blobs, letters, chats.channels)
    repairs = Repairs(book, clock, standing, blobs, removing)
    screenings = screenings_of(settings, clock, book, register, naming)
    hooks = webhooks_of(settings, clock, book)
    watching, pushing = Watching(book, clock, hooks), Pushing(clock, hooks)
    bots = Bots(chats, clock, book, blobs, repairs, standing, asking, notices, promises(letters.repairs), hearings,
                reporting(lambda: made), settings.web.base_url)
    subscribers = tuple(subscribers_of(notices, screenings, watching, pushing, bots))
    check_events(subscribers)
    made = Services(
        settings=settings, clock=clock, book=book, schemes=schemes, log=log, blobs=blobs,
        receiving=receiving, changing=Changing(book, clock, receiving), parking=parking,
        listings=listings, proposals=proposals, removing=removing, conducting=conducting, hearings=hearings,
        importing=importing, exchange=Exchanging(outgoing, incoming, clock, log), sources=Sources(book, clock),
        list_files=ListFiles(book, clock, listings, Sources(book, clock)),
        standing=standing, relapses=Relapses(book, standing), register=register, naming=naming, asking=asking,
        receipts=Receipts(asking, book, clock, log), counting=counting,
        repairs=repairs, screenings=screenings, draws=Draws(book, clock, standing, log), talks=talks,
        extracts=Extracts(book, clock, log, settings.data / "extracts"),
        webhooks=hooks, watching=watching, pushing=pushing,
        recomputing=Recomputing(book, clock, timedelta(seconds=settings.jobs.lease_seconds)),
        hot=Hot(asking, register, book, clock, counting),
        notices=notices, salt=salt, pool=Pool(),
        certifying=Certifying(settings.certificates, settings.web.base_url, clock),
        bots=bots, subscribers=subscribers,
    )
    return made


def reporting(services: Callable[[], Services]) -> Reporter:
    """How a chat gets the report on its company that the page and the call issue."""

    async def issue(caller: Caller, request: Request) -> Report:
        from api.papers.credit_reports import issue  # the pages' words, which import this module

        return await issue(services(), caller.org_code, caller, request=request)

    return issue


def kept_secret(path: Path) -> bytes:
    """A secret of this installation, 32 bytes: made once, mode 0600, kept with the keys."""
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


def screenings_of(
    settings: Settings, clock: Clock, book: Rulebook, register: Register, naming: Naming
) -> Screenings:
    """Screenings with a reading process of their own, in turns of a third of a lease."""
    turn = timedelta(seconds=settings.jobs.lease_seconds / 3)
    most = settings.web.max_upload_mb * MORE_FOR_SCREENINGS * 1_000_000
    return Screenings(book, clock, register, naming, settings.data / "screenings", Pool(), turn, max_bytes=most)


def webhooks_of(settings: Settings, clock: Clock, book: Rulebook) -> Webhooks:
    """Webhooks whose secrets are sealed under a key beside the others, and what calls them."""
    sealing = Sealing(kept_secret(settings.data / "keys" / "webhooks.key"))
    return Webhooks(book, clock, sealing, Sender(allow_private=settings.webhooks.allow_private))


def subscribers_of(
    notices: Notices, screenings: Screenings, watching: Watching, pushing: Pushing, bots: Bots
) -> Iterator[Subscriber]:
    """Who follows the log."""
    yield from notice_tasks.subscribers(notices)
    yield from sanction_tasks.subscribers(screenings)
    yield from sanction_tasks.telling(watching, pushing)
    yield from bot_tasks.subscribers(bots.telling)


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
