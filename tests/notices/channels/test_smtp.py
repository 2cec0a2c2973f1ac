"""E-mail against a real server: accepted, refused for good, refused for now, dropped, silent after acceptance."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP

from credit.kernel.settings import Mail
from notices.channels import SmtpChannel
from notices.deliveries import Later, Message, Never, Sent
from tests.notices.test_mail import MESSAGE, SENDER


class Postman:
    """A server's handler that keeps what it takes and answers as told."""

    def __init__(self, at_recipient: str = "250 OK", at_data: str = "250 OK", silent: bool = False) -> None:
        self.at_recipient = at_recipient
        self.at_data = at_data
        self.silent = silent
        self.taken: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.taken.append(envelope.content)
        if self.silent:
            await asyncio.Event().wait()
        if not self.at_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.at_data


@asynccontextmanager
async def server(postman: Postman, patience: float = 10.0) -> AsyncIterator[SmtpChannel]:
    """A channel to a server of its own on a free port."""
    loop = asyncio.get_running_loop()
    running = await loop.create_server(lambda: SMTP(postman, loop=loop), "127.0.0.1", 0)
    port = running.sockets[0].getsockname()[1]
    try:
        yield SmtpChannel(Mail(host="127.0.0.1", port=port, sender=SENDER), timeout=patience)
    finally:
        running.close()
        await running.wait_closed()


async def test_an_accepted_mail_is_sent_with_the_hash_of_its_bytes() -> None:
    postman = Postman()
    async with server(postman) as channel:
        answer = await channel.send(MESSAGE)
    assert isinstance(answer, Sent)
    assert answer.sha256 == hashlib.sha256(postman.taken[0]).hexdigest()
    assert not answer.arrived


async def test_550_is_final_and_names_no_address() -> None:
    async with server(Postman(at_recipient="550 5.1.1 <someone@company.example> unknown")) as channel:
        assert await channel.send(MESSAGE) == Never("550 5.1.1 <address> unknown")


async def test_450_is_a_matter_of_later() -> None:
    async with server(Postman(at_recipient="450 4.2.0 greylisted")) as channel:
        assert await channel.send(MESSAGE) == Later("450 4.2.0 greylisted")


async def test_a_refusal_of_the_content_is_final_or_not_by_its_code() -> None:
    async with server(Postman(at_data="554 5.7.1 rejected")) as channel:
        assert await channel.send(MESSAGE) == Never("554 5.7.1 rejected")
    async with server(Postman(at_data="451 4.3.0 try again")) as channel:
        assert await channel.send(MESSAGE) == Later("451 4.3.0 try again")


async def test_a_connection_lost_after_the_content_is_uncertain_and_the_repeat_is_the_same_mail() -> None:
    postman = Postman(at_data="")
    async with server(postman) as channel:
        first = await channel.send(MESSAGE)
        postman.at_data = "250 OK"
        second = await channel.send(MESSAGE)
    assert isinstance(first, Later)
    assert first.uncertain
    assert isinstance(second, Sent)
    assert postman.taken[0] == postman.taken[1]
    assert b"Message-ID: <dlv_1@credit.example.cn>" in postman.taken[0]


async def test_silence_after_acceptance_is_uncertain() -> None:
    postman = Postman(silent=True)
    async with server(postman, patience=0.3) as channel:
        answer = await channel.send(MESSAGE)
    assert isinstance(answer, Later)
    assert answer.uncertain
    assert len(postman.taken) == 1


async def test_a_server_that_is_not_there_is_a_matter_of_later() -> None:
    answer = await SmtpChannel(Mail(host="127.0.0.1", port=1, sender=SENDER)).send(MESSAGE)
    assert isinstance(answer, Later)
    assert not answer.uncertain


@pytest.mark.parametrize("address", [None, "", "nobody", "a@b\r\nRCPT TO:<c@d>", "某人@company.example"])
async def test_an_unusable_address_is_never_tried(address: str | None) -> None:
    postman = Postman()
    async with server(postman) as channel:
        answer = await channel.send(msgspec.structs.replace(MESSAGE, address=address))
    assert isinstance(answer, Never)
    assert postman.taken == []


async def test_no_log_line_names_an_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    message: Message = MESSAGE
    async with server(Postman(at_recipient="550 5.1.1 <someone@company.example> unknown")) as channel:
        await channel.send(message)
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("tendercredit", "aiosmtplib", "notices"))]
    assert "someone@" not in " ".join(ours)
