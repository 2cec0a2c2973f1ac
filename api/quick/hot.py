"""The hot path: one company, now, answered from memory in bytes; what was answered is kept while it holds.

`api.quick.front` sends it as plain ASGI; the framework's route shares `Hot.answer` and renders what is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from api.headers import DATA
from api.problems import Unavailable
from api.quick.whole import lines
from credit import uscc
from credit.accounts.model import Caller, Role
from credit.kernel.clock import SHANGHAI, Clock, business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from sanctions.linked import answering
from sanctions.lists import next_stale, unreliable
from sanctions.published import published_restrictions
from sanctions.service.answering.ask import Ask, Asking
from sanctions.service.answering.counting import Counting
from sanctions.service.answering.register import Register
from sanctions.verdicts import CAVEAT, PublicRestriction, Source, Subject, Tender, TenderRegime, TenderType

Message = dict[str, Any]
ASKERS = frozenset(
    (Role.PLATFORM, Role.AUTHORITY, Role.AUDITOR, Role.OPERATOR, Role.COORDINATOR, Role.REVIEWER))
NOBODY = ""
STALE_AFTER = 30  # seconds without a look at the log: then nothing is answered from memory
_MOST_KEPT = 8192
_MOST_QUERIES = 256
_LONGEST_KEPT = 200  # bytes of a query worth keeping an answer for
_AGE = b'"data_age_s":0'
_AS_OF = b',"as_of":'
_SEQ = re.compile("[0-9]{1,18}")
_CLEAR = "未查见公示中的限制情形"
_FOUND = "查见公示中的限制情形"


class PublicAsOf(msgspec.Struct, frozen=True, kw_only=True):
    log: str
    valid_at: date
    known_seq: int
    data_age_s: int
    sources: tuple[Source, ...]


class PublicAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody may know: the bars in force whose decision is public. No outcome, no ids."""

    code: str
    label: str
    published_restrictions: tuple[PublicRestriction, ...]
    as_of: PublicAsOf
    rules: str
    notice: str = CAVEAT


class Kept:
    """An answer of a code as it was last sent: `head` stays while the file does, the rest is of one log state."""

    __slots__ = ("body", "head", "lines", "start", "tail")

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.tail = b""
        self.start: Message = {}
        self.body: Message = {}
        self.lines = b""  # the headers of `start` as they go over the wire

    def end_with(self, tail: bytes) -> None:
        """Makes the messages anew."""
        body = self.head + tail
        self.tail = tail
        headers = [(b"content-length", b"%d" % len(body)), *DATA]
        self.start = {"type": "http.response.start", "status": 200, "headers": headers}
        self.lines = lines(headers)
        self.body = {"type": "http.response.body", "body": body, "more_body": False}


class Hot:
    """Answers about one company now, as bytes, with what was answered before kept in memory.

    An answer is a head, which depends on the file of the code, and a tail, which all answers of a log state share. The
    head of a code that nobody has named is that of any other such code.
    """

    def __init__(self, asking: Asking, register: Register, book: Rulebook, clock: Clock, counting: Counting) -> None:
        self.asking = asking
        self.register = register
        self.book = book
        self.clock = clock
        self.counting = counting
        self._kept: dict[str, dict[bytes | None, Kept]] = {}  # by code and query, None = the public answer
        self._count = 0
        self._leaning: set[str] = set()  # codes whose answers also rest on the files of others
        self._strangers: dict[bytes | None, tuple[bytes, bytes]] = {}  # a head before and after its code
        self._tails: dict[bool, bytes] = {}  # of the public answer, of the whole one
        self._askers: dict[str, tuple[Role, bool, list[str]]] = {}  # by key: role, whether about all, where it counts
        self._public_tally: list[str] = []
        self._rules: RuleSet | None = None
        self._since = self._until = datetime.min.replace(tzinfo=UTC)  # moments between which what is kept holds
        self._today = date.min
        self._version = self._age = -1
        register.on_change.append(self._changed)

    async def catch_up(self) -> None:
        """Follows the log where this process has written what the register has not seen."""
        if self.register.behind:
            await self.register.follow()

    async def reach(self, query: bytes) -> bytes:
        """The query without its `min_seq`, once the register has seen that position. Raises Invalid, NotYetKnown."""
        await self.catch_up()
        if b"min_seq" not in query:
            return query
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        wanted = [text for name, text in pairs if name == "min_seq"]
        if len(wanted) > 1 or not all(_SEQ.fullmatch(text) for text in wanted):
            raise Invalid("查询参数有误", errors=(FieldError("/min_seq", "not_allowed", "填写一个日志序号,如 1024"),))
        if wanted and int(wanted[0]) > self.register.seq:
            await self.register.follow(int(wanted[0]))
        return urlencode([pair for pair in pairs if pair[0] != "min_seq"], encoding="latin-1").encode()

    def answer(self, code: str, query: bytes, caller: Caller | None) -> bytes:
        """The answer as JSON. Raises BadCode, Invalid, Forbidden, TenderContradictory, Unavailable."""
        body: bytes = self.reply(code, query, caller, self.clock()).body["body"]
        return body

    def reply(self, code: str, query: bytes, caller: Caller | None, moment: datetime) -> Kept:
        """The answer at `moment`, which is now, as ASGI messages. Raises as `answer`."""
        register = self.register
        age = int(register.seconds() - register.checked_at)
        held = self._since <= moment <= self._until and register.version == self._version
        if not held or self.book.current is not self._rules:
            self._renew(moment)
        if age != self._age:
            self._grow_older(age)
        key = None if caller is None else query
        tally = self._asker(caller, code)
        of_code = self._kept.get(code)
        kept = of_code.get(key) if of_code is not None else None
        if kept is None:
            checked = uscc.check(code)
            kept = Kept(self._head(checked, key))
            if code == checked and (key is None or len(key) <= _LONGEST_KEPT):
                self._keep(code, key, kept)
        tail = self._tails.get(key is None) or self._tail(public=key is None)
        if kept.tail is not tail:
            kept.end_with(tail)
        tally.append(code)
        return kept

    def _asker(self, caller: Caller | None, code: str) -> list[str]:
        """Where the question of the caller is counted. Raises Forbidden for an enterprise that asks about another."""
        if caller is None:
            return self._public_tally
        who = self._askers.get(caller.key_id)
        if who is None or who[0] is not caller.role:
            if len(self._askers) >= _MOST_KEPT:
                self._askers.clear()
            who = (caller.role, caller.role in ASKERS, self.counting.tally(caller.role))
            self._askers[caller.key_id] = who
        if not who[1] and caller.org_code != code:
            raise Forbidden("企业只能查询本单位 an enterprise may ask about itself only")
        return who[2]

    def kept(self) -> int:
        """How many answers are kept in memory."""
        return self._count

    def _keep(self, code: str, key: bytes | None, made: Kept) -> None:
        if self._count >= _MOST_KEPT:
            self._forget()
        self._kept.setdefault(code, {})[key] = made
        self._count += 1
        if answering(self.register.get(code)):
            self._leaning.add(code)

    def _forget(self) -> None:
        self._kept.clear()
        self._strangers.clear()
        self._leaning.clear()
        self._count = 0

    def _changed(self, codes: Collection[str] | None) -> None:
        """Told by the register: what is kept about these codes, or about all, holds no longer."""
        if codes is None:
            self._forget()
            return
        for code in (*codes, *self._leaning):
            self._count -= len(self._kept.pop(code, ()))

    def _renew(self, moment: datetime) -> None:
        """What is kept is dropped when rules or day changed or a list went stale; tails also with every log state."""
        rules = self.book.current
        if rules is not self._rules or not self._since <= moment <= self._until:
            self._forget()
            self._askers.clear()
            self._public_tally = self.counting.tally("public")
        self._rules, self._version = rules, self.register.version
        self._today = business_day(moment)
        midnight = datetime.combine(self._today + timedelta(days=1), time.min, SHANGHAI)
        stale = next_stale(rules, self._today, self.register.sources, moment)
        until = min(stale or midnight, midnight - timedelta.resolution)
        self._since, self._until = moment.astimezone(UTC), until.astimezone(UTC)  # of one zone: compared fast
        self._tails.clear()

    def _grow_older(self, age: int) -> None:
        if age > STALE_AFTER:
            raise Unavailable("登记数据超过30秒未能核对日志,请稍后再问 the register is not current, ask again shortly")
        self._age = age
        self._tails.clear()

    def _head(self, code: str, key: bytes | None) -> bytes:
        """The part of an answer that speaks of the code."""
        if self.register.knows(code):
            return _parted(self._whole(code, key))[0]
        around = self._strangers.get(key)
        if around is None:
            before, _, after = _parted(self._whole(code, key))[0].partition(code.encode())
            around = (before, after)
            if key is None or (len(key) <= _LONGEST_KEPT and len(self._strangers) < _MOST_QUERIES):
                self._strangers[key] = around
        return b"%b%b%b" % (around[0], code.encode(), around[1])

    def _tail(self, *, public: bool) -> bytes:
        """The part that all answers share, with the age of what is known."""
        whole = self._public(NOBODY, ()) if public else self._answered(Ask(subjects=()))
        before, _, after = _parted(whole)[1].partition(_AGE)
        made = self._tails[public] = b"%b%d%b" % (before + _AGE[:-1], self._age, after)
        return made

    def _whole(self, code: str, key: bytes | None) -> bytes:
        if key is not None:
            return self._answered(Ask(subjects=(Subject(code=code),), tender=tender_of(key)))
        return self._public(code, published_restrictions(self.register.get(code), self._today, self.book.current))

    def _answered(self, question: Ask) -> bytes:
        found = self.asking.now(question)
        return msgspec.json.encode(
            msgspec.structs.replace(found, as_of=msgspec.structs.replace(found.as_of, data_age_s=0)))

    def _public(self, code: str, shown: tuple[PublicRestriction, ...]) -> bytes:
        register = self.register
        as_of = PublicAsOf(log=register.origin, valid_at=self._today, known_seq=register.seq, data_age_s=0,
                           sources=register.sources)
        return msgspec.json.encode(PublicAnswer(
            code=code, label=_FOUND if shown else _CLEAR, published_restrictions=shown, as_of=as_of,
            rules=self.book.current.digest, notice=_notice(unreliable(
                self.book.current, self._today, register.sources, self.clock()))))


def _notice(lists: Sequence[str]) -> str:
    """The caveat, and which lists the answer knows nothing current of."""
    named = "、".join(f"“{title}”" for title in lists)
    return f"{CAVEAT};{named}没有数据来源或者已超过时效,以上未包括其现状" if lists else CAVEAT


def _parted(answer: bytes) -> tuple[bytes, bytes]:
    """Head and tail: an unescaped quote cannot stand inside a string, so the first `"as_of"` is the field."""
    at = answer.index(_AS_OF)
    return answer[:at], answer[at:]


def tender_of(query: bytes) -> Tender:
    """The tender of `?type=&regimes=&mandatory=&region=`. Raises Invalid naming each argument and its values."""
    faults: list[FieldError] = []
    given: dict[str, Any] = {}
    for name, text in parse_qsl(query.decode("latin-1"), keep_blank_values=False):
        if name in given:
            faults.append(FieldError(f"/{name}", "repeated", "同一参数只填一次"))
        elif name == "type" and text in set(TenderType):
            given["type"] = TenderType(text)
        elif name == "regimes" and set(text.split(",")) <= set(TenderRegime):
            given["regimes"] = tuple(TenderRegime(t) for t in text.split(","))
        elif name == "mandatory" and text in ("true", "false"):
            given["mandatory"] = text == "true"
        elif name == "region" and text.isascii() and text.isdigit() and len(text) == 6:
            given["region"] = text
        else:
            faults.append(FieldError(f"/{name[:40]}", "not_allowed", _ALLOWED.get(name, "没有这个参数;请删除")))
    if faults:
        raise Invalid("查询参数有误", errors=tuple(faults))
    return Tender(**given)


_ALLOWED = {
    "type": "可填 " + "、".join(TenderType), "regimes": "可填 " + "、".join(TenderRegime) + ",以逗号分隔",
    "mandatory": "可填 true 或 false", "region": "填写六位行政区划代码",
}
