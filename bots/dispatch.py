"""Runs the pure conversation against the services: one thing that came, the acts that follow, the words to send."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import assert_never

import msgspec

from bots import acts, commands
from bots.acts import Act
from bots.credit_desk import CreditDesk
from bots.desk import Desk
from bots.dialogue import Given, advance
from bots.facts import Facts
from bots.incoming import FileRef, Incoming, NoFile, Platform
from bots.links import Links, caller_of, company_of
from bots.model import (
    Acknowledged,
    Bound,
    CaseView,
    Handed,
    Input,
    Kept,
    Led,
    Plans,
    Records,
    Refused,
    Repairable,
    Result,
    Scene,
    Standing,
    State,
    Stated,
    Unbound,
    Unfit,
)
from bots.replies import Message, Reply, render
from bots.store import Link, Upload
from bots.uploads import Uploads
from bots.wording import texts, vocabulary
from credit.accounts.model import Caller
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Forbidden, NotFound, Refusal
from credit.kernel.unit import Replayed, Request
from repair.refusals import UploadRefused

_MOST_ACTS = 4  # of one message; a conversation that wants more goes in circles
_NO_FILE = Handed("", "")


class Dispatch:
    """What answers a message. Handling the same update again does nothing twice: each act carries its number."""

    def __init__(
        self, links: Links, uploads: Uploads, desk: Desk, credit: CreditDesk, facts: Facts, clock: Clock
    ) -> None:
        self.links = links
        self.uploads = uploads
        self.desk = desk
        self.credit = credit
        self.facts = facts
        self.clock = clock

    async def answer(
        self, incoming: Incoming, update_id: str, state: State, platform: Platform
    ) -> tuple[State, tuple[Reply, ...]]:
        """Where the conversation is afterwards, and what is to be sent. Raises Wait where a file cannot be had yet."""
        link = await self.links.of_chat(incoming.platform, incoming.chat)
        given: Given = await self._read(incoming, update_id, link, platform)
        said: list[Message] = []
        for number in range(_MOST_ACTS + 1):
            turn = advance(state, await self._scene(incoming, link), given)
            state = turn.state
            said += turn.messages
            if turn.act is None or number == _MOST_ACTS:
                break
            given = await self._done(turn.act, incoming, _Doing(link, update_id, number))
            link = await self.links.of_chat(incoming.platform, incoming.chat)
        return state, render(said, state.language, texts())

    async def _scene(self, incoming: Incoming, link: Link | None) -> Scene:
        company = await company_of(link) if link is not None and incoming.private else None
        return Scene(company=company, today=business_day(self.clock()), private=incoming.private)

    async def _read(self, incoming: Incoming, update_id: str, link: Link | None, platform: Platform) -> Input:
        if incoming.pressed is not None:
            return commands.pressed(incoming.pressed)
        if incoming.file is None:
            return commands.read(incoming.text, vocabulary())
        if link is None or not incoming.private:
            return _NO_FILE
        return await self._file(incoming.file, update_id, link, platform)

    async def _file(self, file: FileRef, update_id: str, link: Link, platform: Platform) -> Input:
        """The file, kept before anything else is done with it; nothing is fetched that is too large."""
        most = int(self.uploads.limits().value["bytes"])
        if file.size > most:
            return Unfit("too_large", most // 1_000_000)
        try:
            kept = await self.uploads.kept(update_id)
            if kept is None:
                content = await platform.fetch(file)
                kept = await self.uploads.keep(update_id, link, file.name, content)
        except NoFile:
            return Unfit("unavailable")
        except UploadRefused as exc:
            large = exc.extra.get("reason") == "too_large"
            return Unfit("too_large" if large else "type", most // 1_000_000)
        return Handed(kept.upload_id, kept.name, file.album)

    async def _done(self, act: Act, incoming: Incoming, doing: _Doing) -> Result:
        try:
            if isinstance(act, acts.Bind):
                return await self._bind(act, incoming, doing)
            if doing.link is None:
                return Refused("not_found", "")
            return await self._act(act, doing.link, doing)
        except (NotFound, Forbidden):
            return Refused("not_found", "")
        except Refusal as exc:
            early = exc.extra.get("earliest")
            return Refused(exc.code, exc.detail, date.fromisoformat(early) if isinstance(early, str) else None)

    async def _bind(self, act: acts.Bind, incoming: Incoming, doing: _Doing) -> Result:
        link = await self.links.bind(incoming.platform, incoming.chat, act.code, request=doing.request(act))
        return Bound(await company_of(link), len(await self.facts.unread(caller_of(link))))

    async def _act(self, act: Act, link: Link, doing: _Doing) -> Result:
        caller = caller_of(link)
        match act:
            case acts.Unbind():
                await self.links.unbind(link)
                return Unbound()
            case acts.Look(what=what):
                return await self._look(what, caller)
            case acts.Acknowledge(notice_id=notice_id):
                return Acknowledged(await self.facts.acknowledge(notice_id, caller))
            case acts.LookAtPlan(record_id=record_id):
                found = await self.desk.plans(caller)
                return Plans(tuple(p for p in found if record_id in ("", p.record.record_id)))
            case acts.LookForRepair():
                case = await self.desk.current(caller)
                return Repairable(() if case else await self.desk.plans(caller), case)
            case acts.Bind():
                raise AssertionError("bound before")
            case acts.LookAtScore() | acts.MakeReport() | acts.LookAtConduct() | acts.StateConduct():
                return await self._credit(act, caller, doing.request(act))
            case _:
                return await self._repair(act, link, caller, doing)

    async def _credit(self, act: _OfCredit, caller: Caller, request: Request) -> Result:
        match act:
            case acts.LookAtScore():
                return await self.credit.score(caller)
            case acts.MakeReport():
                return await self.credit.report(caller, request)
            case acts.LookAtConduct(record_id=record_id):
                return await self.credit.conduct(caller, record_id)
            case acts.StateConduct(record_id=record_id, text=text):
                return await self._stated(record_id, text, caller, request)
            case _:
                assert_never(act)

    async def _stated(self, record_id: str, text: str, caller: Caller, request: Request) -> Result:
        """A statement, or the one that this very message made before."""
        try:
            return await self.credit.state(record_id, text, caller, request)
        except Replayed:
            return Stated((await self.credit.conduct(caller, record_id)).records[0])

    async def _look(self, what: str, caller: Caller) -> Result:
        records = tuple(p.record for p in await self.desk.plans(caller))
        if what == "dates":
            return Records(records)
        verdicts = await self.facts.verdicts(caller, reasons=what == "why")
        unread = len(await self.facts.unread(caller))
        return Standing(verdicts=verdicts, records=records, unread=unread, case=await self.desk.current(caller),
                        explained=what == "why",
                        score=await self.desk.why_score(caller) if what == "why" else None)

    async def _repair(self, act: _OfCase, link: Link, caller: Caller, doing: _Doing) -> Result:
        request = doing.request(act)
        match act:
            case acts.OpenCase(record_id=record_id):
                case, new = await self.desk.open_case(record_id, caller, request)
                return await self._led(case, "opened" if new else "continued", link)
            case acts.Continue(case_id=case_id):
                return await self._led(await self.desk.case(case_id, caller), "continued", link)
            case acts.Submit(case_id=case_id):
                return await self._led(await self.desk.submit(case_id, caller, request), "submitted", link)
            case acts.Commit():
                return await self._commit(act, link, caller, request)
            case acts.Attach():
                return await self._attach(act, link, caller, request)
            case _:
                assert_never(act)

    async def _commit(self, act: acts.Commit, link: Link, caller: Caller, request: Request) -> Result:
        if not act.upload_id:
            return await self._led(await self.desk.sign(act.case_id, act.signed_by, caller, request), "committed", link)
        file = await self.uploads.get(act.upload_id, link.entity_code)
        content = await self.uploads.content(file)
        case = await self.desk.sign_by_file(act.case_id, file.name, content, caller, request)
        await self.uploads.filed(file, case.case_id)
        return await self._led(case, "committed", link)

    async def _attach(self, act: acts.Attach, link: Link, caller: Caller, request: Request) -> Result:
        """A kept file into the case it is meant for; where there is none it stays kept."""
        file = await self._meant(act, link)
        case = await self.desk.case(act.case_id, caller) if act.case_id else None
        if case is None or not case.open:
            case = await self.desk.current(caller)
        if file is None:
            return await self._led(case, "continued", link) if case else Refused("not_found", "")
        paper = _paper(case, act.paper) if case is not None and case.open else None
        if case is None or paper is None:
            return Kept(file.upload_id)
        content = await self.uploads.content(file)
        made = await self.desk.attach(case.case_id, paper, file.name, content, caller, request)
        await self.uploads.filed(file, made.case_id)
        return await self._led(made, "attached", link, receipt=file.upload_id)

    async def _meant(self, act: acts.Attach, link: Link) -> Upload | None:
        if act.upload_id:
            return await self.uploads.get(act.upload_id, link.entity_code)
        waiting = await self.uploads.waiting(link.entity_code)
        return waiting[0] if waiting else None

    async def _led(self, case: CaseView, did: str, link: Link, *, receipt: str = "") -> Led:
        return Led(case, did, receipt, len(await self.uploads.waiting(link.entity_code)))


def _paper(case: CaseView, wanted: str | None) -> str | None:
    """The paper that a file is: the one asked for, else the first missing; None where nothing is missing."""
    if wanted is not None and any(p.code == wanted for p in case.papers):
        return wanted
    missing = case.missing()
    return missing[0].code if missing else None


_OfCredit = acts.LookAtScore | acts.MakeReport | acts.LookAtConduct | acts.StateConduct
_OfCase = acts.OpenCase | acts.Continue | acts.Submit | acts.Commit | acts.Attach


class _Doing(msgspec.Struct, frozen=True):
    """The n-th act of an update: its request key makes a repeat find the first answer."""

    link: Link | None
    update_id: str
    number: int

    def request(self, act: Act) -> Request:
        body = hashlib.sha256(msgspec.json.encode([type(act).__name__, act])).hexdigest()
        return Request(f"{self.update_id}:{self.number}", body)
