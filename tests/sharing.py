"""One drawing and one reading process for all tests of a worker: each takes a second to start."""

from __future__ import annotations

from dataclasses import replace

from api.running.pool import Pool
from api.wiring import Services, subscribers_of
from notices.rendering import PoolRenderer
from notices.service import Notices


class SharedRenderer(PoolRenderer):
    """A drawing process that outlasts the services using it."""

    def close(self) -> None:
        """Stays open: `end` closes it."""

    def end(self) -> None:
        super().close()


class SharedPool(Pool):
    """A reading process that outlasts the services using it."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Stays open: `end` closes it."""

    def end(self) -> None:
        super().shutdown()


def sharing(made: Services, renderer: SharedRenderer, pool: SharedPool) -> Services:
    """The services as built, but with the shared processes."""
    made.renderer.close()
    made.screenings.readers = pool
    notices = Notices(replace(made.notices.office, renderer=renderer))
    following = subscribers_of(notices, made.screenings, made.watching, made.pushing, made.bots)
    return replace(made, pool=pool, notices=notices, subscribers=tuple(following))
