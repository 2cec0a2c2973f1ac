"""The office of notices put together: ports to sanctions, a renderer, and the channels that settings switch on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from api.papers.letters import Letters
from credit.kernel.blobs import BlobStore
from credit.kernel.clock import Clock, business_day
from credit.kernel.rulebook import Rulebook
from credit.kernel.settings import Settings
from notices import fonts
from notices.channels.file import FileChannel
from notices.channels.inbox import InboxChannel
from notices.channels.port import Channel
from notices.channels.smtp import SmtpChannel
from notices.rendering import PoolRenderer
from notices.service import Notices, Office, local_letters


def notices_of(
    settings: Settings, clock: Clock, book: Rulebook, blobs: BlobStore, letters: Letters, chats: Sequence[Channel] = ()
) -> Notices:
    """All of notices for these settings. Opens no process and no connection yet. Raises LocalityUnknown."""
    renderer = PoolRenderer(settings.letters.font_cache or fonts.default_folder(), settings.jobs.letter_processes)
    local = local_letters(settings.letters.locality, book.current, business_day(clock()))
    return Notices(Office(
        clock=clock, rulebook=book, blobs=blobs, renderer=renderer, source=letters.case, status=letters.status,
        channels=channels(settings, chats), base_url=settings.web.base_url, local=local, sender=settings.mail.sender,
    ))


def channels(settings: Settings, chats: Sequence[Channel] = ()) -> dict[str, Channel]:
    """The inbox always; a folder where `TENDERCREDIT_OUTBOX` names one; mail where an SMTP host is set; `chats`."""
    found: list[Channel] = [InboxChannel()]
    if settings.letters.outbox is not None:
        found.append(FileChannel(settings.letters.outbox))
    if settings.mail.host:
        found.append(SmtpChannel(settings.mail))
    return {channel.name: channel for channel in (*found, *chats)}


def inbox_of(settings: Settings) -> Callable[[str], str]:
    """Where a company reads a letter: on its desk, after signing in."""
    where = settings.web.base_url.rstrip("/") + "/desk/letters/"
    return lambda notice_id: where + notice_id
