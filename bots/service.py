"""The bots, put together for whoever runs them: web process, worker, terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bots.channel import ChatChannel
from bots.credit_desk import CreditDesk, Reporter
from bots.desk import Desk, Promise
from bots.dispatch import Dispatch
from bots.facts import Facts
from bots.incoming import TELEGRAM, Platform
from bots.intake import Intake
from bots.links import Links
from bots.polling import Polling
from bots.tasks import Telling
from bots.uploads import Uploads
from credit.kernel.blobs import BlobStore
from credit.kernel.clock import Clock
from credit.kernel.rulebook import Rulebook
from credit.kernel.settings import Bots as BotSettings
from notices.service import Notices
from repair.service import Repairs
from sanctions.service.answering.ask import Asking
from sanctions.service.deciding.hearings import Hearings
from sanctions.service.scoring.standing import Standing

if TYPE_CHECKING:
    from bots.telegram import Telegram


class Chats:
    """What must be there before letters: the platforms that are set up, the bindings, the channels to them."""

    def __init__(self, settings: BotSettings, clock: Clock, inbox: Callable[[str], str]) -> None:
        self.links = Links(clock)
        self.telegram = _telegram(settings) if settings.telegram_token else None
        self.platforms: Mapping[str, Platform] = {TELEGRAM: self.telegram} if self.telegram else {}
        self.channels = [ChatChannel(p, self.links, clock, inbox) for p in self.platforms.values()]


def _telegram(settings: BotSettings) -> Telegram:
    from bots.telegram import Telegram  # heavy, and not needed where no bot is set up

    return Telegram(settings)


class Bots:
    """Conversations over the services of the house."""

    def __init__(
        self, chats: Chats, clock: Clock, book: Rulebook, blobs: BlobStore, repairs: Repairs, standing: Standing,
        asking: Asking, notices: Notices, promise: Promise, hearings: Hearings, reporter: Reporter, base_url: str,
    ) -> None:
        self.chats = chats
        self.links = chats.links
        self.clock = clock
        credit = CreditDesk(standing, hearings, reporter, clock, base_url)
        self.dispatch = Dispatch(chats.links, Uploads(blobs, clock, book), Desk(repairs, standing, promise), credit,
                                 Facts(asking, notices), clock)
        self.telling = Telling(credit, chats.links, chats.platforms, clock)
        self.intake = Intake(self.dispatch, clock, chats.platforms)

    def with_platform(self, platform: Platform) -> Intake:
        """An intake for one more platform, such as a terminal."""
        return Intake(self.dispatch, self.clock, {platform.name: platform})

    async def close(self) -> None:
        """Closes what the platforms hold open."""
        if self.chats.telegram is not None:
            await self.chats.telegram.close()

    def polling(self) -> Polling | None:
        """What fetches updates, where that is how they come."""
        telegram = self.chats.telegram
        return Polling(telegram, self.intake, self.clock) if telegram is not None and telegram.polls else None
