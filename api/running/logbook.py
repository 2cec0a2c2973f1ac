"""The log as this process serves it: opened in custody at start, its checkpoint signed on request and now and then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from api.problems import Unavailable
from credit.kernel import ledger
from credit.kernel.checkpoints import parse_checkpoint
from credit.kernel.clock import Clock
from credit.kernel.cosigning import Cosignature, WitnessKey, load_witness
from credit.kernel.custody import Custody, open_log
from credit.kernel.errors import NotFound, Refusal
from credit.kernel.restores import restores, surviving
from credit.kernel.settings import Settings
from credit.kernel.signing import SigningKey, VerifierKey

log = logging.getLogger("tendercredit.logbook")
_EVERY = 30.0  # seconds: a database restored to an earlier state than this is noticed


class Logbook:
    """Checkpoints, keys and the state of the log."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._custody: Custody | None = None
        self._signed: tuple[int, str] | None = None

    async def open(self, by: str) -> None:
        """Names a new log, takes up an old one. Raises LogRewritten where it contradicts a checkpoint kept."""
        self._custody = await open_log(self.settings, now=self.clock(), by=by)

    @property
    def custody(self) -> Custody:
        """The open custody. Raises Unavailable before `open`."""
        if self._custody is None:
            raise Unavailable("日志尚未打开 the log is not open yet")
        return self._custody

    @property
    def signer(self) -> SigningKey:
        """The key that signs now. Raises Unavailable before `open`."""
        return self.custody.key

    async def checkpoint(self) -> str:
        """The signed checkpoint of all that is committed, kept outside the database. Raises LogRewritten."""
        size = (await ledger.head()).size
        if self._signed is not None and size < self._signed[0]:
            size = (await ledger.head()).size  # another call signed meanwhile; if still shorter, entries were cut off
        if self._signed is None or self._signed[0] != size:
            self._signed = (size, await self.custody.publish())
        return self._signed[1]

    async def first_checkpoint(self, seq: int) -> str:
        """The first signed checkpoint that holds entry `seq`, signed now if there is none: the same for ever after.

        Raises Unavailable where none can be signed.
        """
        await self.checkpoint()
        found = self.custody.first_covering(seq, (await ledger.head()).origin)
        if found is None:
            raise Unavailable(f"第{seq}条日志还没有签名的检查点,请稍后再试 no checkpoint holds this entry yet")
        return found

    async def published(self, *, cosigned: bool = False) -> str:
        """The checkpoint with its cosignatures, or the newest that a witness has cosigned. Raises NotFound."""
        note = await self.checkpoint()
        point = parse_checkpoint(note.partition("\n\n")[0] + "\n")
        if not cosigned:
            return self.custody.cosigned(point) or note
        found = self.custody.newest_cosigned(point.origin)
        if found is None:
            raise NotFound("还没有见证人签过检查点 no witness has cosigned a checkpoint yet")
        return found

    def cosign(self, note: str) -> tuple[Cosignature, ...]:
        """Keeps the cosignatures that configured witnesses gave in `note`. Raises as `Custody.add_cosignatures`."""
        return self.custody.add_cosignatures(note, self.witnesses())

    def witnesses(self) -> tuple[WitnessKey, ...]:
        """The witnesses whose cosignatures count, in the order of the settings. Raises BadKey."""
        return tuple(load_witness(vkey) for vkey in self.settings.witnesses.split(",") if vkey.strip())

    def first_cosigned(self, seq: int, origin: str, witness: WitnessKey) -> str | None:
        """The first checkpoint that holds entry `seq` and that `witness` has cosigned; None while there is none."""
        return self.custody.first_cosigned(seq, origin, witness)

    async def checkpoint_for(self, seq: int, origin: str) -> str:
        """A checkpoint of `origin` that holds entry `seq`: the newest that witnesses have cosigned, else the newest.

        Of an origin before a restore it is the first that holds it, if the entries it signed are all still there.
        """
        note = await self.checkpoint()
        point = parse_checkpoint(note.partition("\n\n")[0] + "\n")
        if point.origin != origin:
            most = surviving(origin, await restores()) or 0
            found = self.custody.first_covering(seq, origin)
            return found if found is not None and _size(found) <= most else note
        seen = self.custody.newest_cosigned(origin)
        return seen if seen is not None and _size(seen) > seq else note

    async def head(self) -> ledger.Head:
        """The head, which must not fall behind what was signed. Raises Unavailable."""
        head, newest = await ledger.head(), self.custody.newest()
        if newest is not None and newest.origin == head.origin and newest.size > head.size:
            raise Unavailable(f"日志比已签检查点短({head.size} < {newest.size}),请重启服务并核查数据库")
        return head

    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The key that signs now, then retired ones (`keys/*.vkey` in the data folder)."""
        return self.custody.keys.verifiers()


def _size(note: str) -> int:
    return parse_checkpoint(note.partition("\n\n")[0] + "\n").size


@asynccontextmanager
async def keeping_checkpoints(book: Logbook) -> AsyncIterator[None]:
    """Signs and keeps a checkpoint now and then, and at the end of the block."""
    task = asyncio.create_task(_keep(book), name="tendercredit checkpoints")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with suppress(Refusal):
            await book.checkpoint()


async def _keep(book: Logbook) -> None:
    while True:
        await asyncio.sleep(_EVERY)
        try:
            await book.checkpoint()
        except Exception:
            log.exception("no checkpoint could be signed; trying again in %s s", _EVERY)
