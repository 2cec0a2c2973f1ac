"""One try of one message: the name resolved and checked, the connection made to the very address that was checked.

No redirect is followed, the whole try has a limit in time, and of an answer at most 64 KB are read.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from urllib.parse import urlsplit

import httpx
import msgspec

from sanctions.webhooks import TargetRefused, check_addresses, check_url, refused

MOST_READ = 64 * 1024  # bytes of an answer
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Sent(msgspec.Struct, frozen=True):
    """How a try ended: accepted (2xx) or the reason why not; `reason` of an accepted one is a remark."""

    accepted: bool
    status: int | None = None
    reason: str | None = None


async def resolved(host: str, port: int) -> Sequence[str]:
    """Every address of a host name. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Sender:
    """Calls webhooks. `seconds` is the limit of a whole try; `trust` is None for the usual authorities."""

    def __init__(self, *, allow_private: bool, seconds: float = 15.0, resolve: Resolve = resolved,
                 trust: ssl.SSLContext | None = None) -> None:
        self.allow_private = allow_private
        self.seconds = seconds
        self.resolve = resolve
        self._trust = trust

    @cached_property
    def trust(self) -> ssl.SSLContext:
        return self._trust or httpx.create_ssl_context(trust_env=False)

    async def check(self, url: str) -> str:
        """The address that `url` leads to now. Raises TargetRefused."""
        host = check_url(url, allow_private=self.allow_private)
        port = urlsplit(url).port or (443 if url.startswith("https") else 80)
        try:
            async with asyncio.timeout(self.seconds):
                found = await self.resolve(host, port)
        except (OSError, UnicodeError, TimeoutError):
            raise refused("域名不能解析,请核对", "name_unresolved") from None
        return check_addresses(url, found, allow_private=self.allow_private)

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> Sent:
        """One try; whatever happens is an outcome, nothing is raised but a cancellation."""
        status: list[int] = []
        try:
            async with asyncio.timeout(self.seconds):
                return await self._post(url, body, headers, status)
        except TargetRefused as exc:
            return Sent(False, None, str(exc.extra["reason"]))
        except TimeoutError:
            return _judged(status[0], "answer_unfinished") if status else Sent(False, None, "timed_out")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
            if status:
                return _judged(status[0], "answer_unfinished")
            return Sent(False, None, _named(exc))

    async def _post(self, url: str, body: str, headers: Mapping[str, str], status: list[int]) -> Sent:
        address = await self.check(url)
        target = httpx.URL(url)
        host = target.raw_host.decode("ascii")
        sent = {**headers, "host": target.netloc.decode("ascii"), "user-agent": "TenderCredit-Webhooks",
                "accept-encoding": "identity"}
        async with httpx.AsyncClient(
            verify=self.trust, trust_env=False, follow_redirects=False, timeout=self.seconds,
        ) as client:
            request = client.build_request("POST", target.copy_with(host=address), content=body.encode(), headers=sent,
                                           extensions={"sni_hostname": host})
            answer = await client.send(request, stream=True)
            try:
                status.append(answer.status_code)
                return _judged(answer.status_code, await _read(answer))
            finally:
                await answer.aclose()


async def _read(answer: httpx.Response) -> str | None:
    """Reads the answer so far as it is read; a remark where it was longer."""
    read = 0
    async for piece in answer.aiter_raw(8192):
        read += len(piece)
        if read > MOST_READ:
            return "answer_cut"
    return None


def _judged(status: int, remark: str | None) -> Sent:
    if 200 <= status < 300:
        return Sent(True, status, remark)
    if 300 <= status < 400:
        return Sent(False, status, "redirected")
    return Sent(False, status, "gone" if status == 410 else "status")


def _named(exc: Exception) -> str:
    """The reason without the words of the error, which may hold the address."""
    if isinstance(exc, httpx.ConnectError):
        return "tls_failed" if isinstance(_cause(exc), ssl.SSLError) else "connect_failed"
    return "timed_out" if isinstance(exc, httpx.TimeoutException) else "broken_off"


def _cause(exc: BaseException) -> BaseException:
    """The first error behind this one."""
    while (behind := exc.__cause__ or exc.__context__) is not None:
        if isinstance(behind, ssl.SSLError):
            return behind
        exc = behind
    return exc
