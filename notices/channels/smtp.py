"""E-mail over SMTP. A 5xx is final, a 4xx or a silence is not; after DATA a silence leaves it uncertain."""

from __future__ import annotations

import asyncio
import hashlib
import re
from email.utils import parseaddr

import aiosmtplib

from credit.kernel.settings import Mail
from notices import mail
from notices.deliveries import Answer, Later, Message, Never, Sent

_PERMANENT = 500
_ABOUT_US = (  # a wrong password or sender of ours says nothing about the recipient
    aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPConnectResponseError, aiosmtplib.SMTPSenderRefused,
)
_USABLE = re.compile(r"[^\s<>@,;:()\[\]\\\"]+@[^\s<>@,;:()\[\]\\\"]+")
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")


class SmtpChannel:
    """One connection per message; addresses appear in no log, reason or exception text."""

    name = "email"
    to_subject = True
    needs_address = True

    def __init__(self, settings: Mail, *, timeout: float = 20.0) -> None:
        if settings.host is None:
            raise ValueError("TENDERCREDIT_SMTP_HOST is not set")
        self._settings = settings
        self._timeout = timeout

    async def send(self, message: Message) -> Answer:
        """Sent once the server has taken the message whole."""
        if not message.address or not _USABLE.fullmatch(message.address):
            return Never("no usable e-mail address")
        content = mail.build(message, self._settings.sender)
        client = self._client()
        try:
            return await self._talk(client, message.address, content)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        chosen = self._settings
        return aiosmtplib.SMTP(
            hostname=chosen.host, port=chosen.port, username=chosen.user, password=chosen.password,
            start_tls=chosen.starttls, timeout=self._timeout,
        )

    async def _talk(self, client: aiosmtplib.SMTP, address: str, content: bytes) -> Answer:
        try:
            await client.connect()
            await client.mail(parseaddr(self._settings.sender)[1])
            await client.rcpt(address)
        except aiosmtplib.SMTPResponseException as exc:
            return _refused(exc)
        except (aiosmtplib.SMTPException, OSError) as exc:
            return Later(_named(exc))
        except (UnicodeError, ValueError):
            return Never("the address has a form this server cannot take")
        return await self._data(client, content)

    async def _data(self, client: aiosmtplib.SMTP, content: bytes) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                answer = await client.data(content)
        except aiosmtplib.SMTPResponseException as exc:
            return _refused(exc)
        except (aiosmtplib.SMTPException, OSError) as exc:
            return Later(f"{_named(exc)} after DATA", uncertain=True)
        return Sent(_hidden(answer.message)[:200], hashlib.sha256(content).hexdigest())


def _refused(exc: aiosmtplib.SMTPResponseException) -> Answer:
    reason = f"{exc.code} {_hidden(exc.message)}"[:500]
    return Later(reason) if exc.code < _PERMANENT or isinstance(exc, _ABOUT_US) else Never(reason)


def _hidden(text: str) -> str:
    return _ADDRESS.sub("address", text)


def _named(exc: Exception) -> str:
    return f"e-mail server: {type(exc).__name__}"
