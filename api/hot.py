"""The hot path: one company, now, answered from memory as plain ASGI, before the framework is asked.

Only a clean success is answered here; whatever else (a refusal, an unknown key) is left to the framework's route,
which shares the same `Hot.answer` and renders the problem. Answers are kept until the register moves or the day ends.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Litestar

from api import headers
from api.auth import KeyRing
from api.limits import RateLimiter
from api.meter import Meter
from api.problems import Unavailable
from credit import uscc
from credit.accounts.model import Caller, Role
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid
from credit.kernel.rulebook import Rulebook
from sanctions.lists import next_stale
from sanctions.published import published_restrictions
from sanctions.service.ask import Ask, Asking
from sanctions.service.counting import Counting
from sanctions.service.register import Register
from sanctions.verdicts import CAVEAT, PublicRestriction, Source, Subject, Tender, TenderRegime, TenderType

PREFIX = "/v1/eligibility/"
ASKERS = (Role.PLATFORM, Role.AUTHORITY, Role.AUDITOR, Role.OPERATOR, Role.COORDINATOR, Role.REVIEWER)
_STALE_AFTER = 30  # seconds without a look at the log: then nothing is answered from memory
_MOST_KEPT = 50_000
_LONGEST_KEPT = 200  # bytes of a query worth keeping an answer for
_AGE = b'"data_age_s":0'
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


class Hot:
    """Answers about one company now, encoded, with what was answered before kept in memory."""

    def __init__(self, asking: Asking, register: Register, book: Rulebook, clock: Clock, counting: Counting) -> None:
        self.asking = asking
        self.register = register
        self.book = book
        self.clock = clock
        self.counting = counting
        self._kept: dict[tuple[str, bytes, bool], tuple[bytes, bytes]] = {}
        self._stamp: tuple[int, date, str] | None = None
        self._fresh_until: datetime | None = None  # what is kept holds no longer: a list goes stale

    async def catch_up(self) -> None:
        """Follows the log where this process has written what the register has not seen."""
        if self.register.behind:
            await self.register.follow()

    def answer(self, code: str, query: bytes, caller: Caller | None) -> bytes:
        """The answer as JSON. Raises BadCode, Invalid, Forbidden, TenderContradictory, Unavailable."""
        age = self.register.age()
        if age > _STALE_AFTER:
            raise Unavailable("登记数据超过30秒未能核对日志,请稍后再问 the register is not current, ask again shortly")
        if caller is not None and not caller.may(*ASKERS) and caller.org_code != code:
            raise Forbidden("企业只能查询本单位 an enterprise may ask about itself only")
        moment = self.clock()
        today = self._renewed(moment)
        key = (code, b"" if caller is None else query, caller is None)
        parts = self._kept.get(key)
        if parts is None:
            body = self._public(code, today) if caller is None else self._full(code, query)
            before, _, after = body.partition(_AGE)
            parts = (before + _AGE[:-1], after)
            if len(key[1]) <= _LONGEST_KEPT:
                self._kept[key] = parts
        self.counting.add(caller.role if caller else "public", (code,))
        return b"%s%d%s" % (parts[0], age, parts[1])

    def kept(self) -> int:
        """How many answers are kept in memory."""
        return len(self._kept)

    def _renewed(self, moment: datetime) -> date:
        """The business day; what was kept is dropped when register, rules or day changed or a list went stale."""
        today, rules = business_day(moment), self.book.current
        stamp = (self.register.version, today, rules.digest)
        stale = self._fresh_until is not None and moment > self._fresh_until
        if stamp != self._stamp or stale or len(self._kept) > _MOST_KEPT:
            self._kept.clear()
            self._stamp = stamp
            self._fresh_until = next_stale(rules, today, self.register.sources, moment)
        return today

    def _full(self, code: str, query: bytes) -> bytes:
        question = Ask(subjects=(Subject(code=uscc.check(code)),), tender=tender_of(query))
        found = self.asking.now(question)
        fresh = msgspec.structs.replace(found, as_of=msgspec.structs.replace(found.as_of, data_age_s=0))
        return msgspec.json.encode(fresh)

    def _public(self, code: str, today: date) -> bytes:
        file = self.register.get(uscc.check(code))
        shown = published_restrictions(file, today, self.book.current)
        register = self.register
        as_of = PublicAsOf(log=register.origin, valid_at=today, known_seq=register.seq, data_age_s=0,
                           sources=register.sources)
        return msgspec.json.encode(PublicAnswer(
            code=code, label=_FOUND if shown else _CLEAR, published_restrictions=shown, as_of=as_of,
            rules=self.book.current.digest))


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


class Front:
    """The ASGI application in front of the framework: the hot path, then everything else."""

    def __init__(self, app: Litestar, hot: Hot) -> None:
        self.app = app
        self.hot = hot
        self.ring: KeyRing = app.state.keyring
        self.limiter: RateLimiter = app.state.limiter
        self.meter: Meter = app.state.meter

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(PREFIX):
            body = await self._quick(scope)
            if body is not None:
                self.meter.answered(200)
                length = (b"content-length", b"%d" % len(body))
                await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, length]})
                await send({"type": "http.response.body", "body": body, "more_body": False})
                return
        await self.app(scope, receive, send)

    async def _quick(self, scope: Any) -> bytes | None:
        """The answer where nothing stands against it: limits off or not reached, the key known in memory."""
        if self.limiter.per_minute:
            return None
        caller = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                caller = self.ring.remembered(value)
                if caller is None:
                    return None
        try:
            await self.hot.catch_up()
            return self.hot.answer(scope["path"][len(PREFIX) :], scope["query_string"], caller)
        except Exception:  # noqa: BLE001 - the framework's route answers the same question and renders the problem
            return None


_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *headers.ALWAYS]
