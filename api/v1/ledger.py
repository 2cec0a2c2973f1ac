"""The log as strangers check it: signed checkpoint, entries, proofs, public keys."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, MediaType, get, post
from litestar.params import Parameter, QueryParameter

from api.auth import anyone
from api.bodies import json_body
from api.wiring import Services
from credit import lookup
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.checkpoints import parse_checkpoint

Position = Annotated[int, Parameter(ge=0, le=2**53, description="Zero-based leaf index")]
Size = Annotated[int, Parameter(ge=0, le=2**53, description="Number of entries")]


class EntryView(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry: place, moment and leaf hash (hex) for everybody; its body for its parties and the auditor.

    `leaf_hash` is SHA-256(0x00 ‖ `body_text`), `body` the same text as JSON.
    """

    seq: int
    recorded_at: datetime
    leaf_hash: str
    body: dict[str, Any] | None = None
    body_text: str | None = None


class InclusionProof(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 6962 audit path (hex, sibling of the leaf first); the checkpoint where `size` is the newest."""

    seq: int
    size: int
    leaf_hash: str
    path: list[str]
    checkpoint: str | None = None


class ConsistencyProof(msgspec.Struct, frozen=True, rename={"old": "from", "new": "to"}):
    """RFC 6962 consistency proof (hex) between two sizes."""

    old: int
    new: int
    path: list[str]


class CosignedNote(msgspec.Struct, frozen=True):
    """A checkpoint as served, with the line of a witness added."""

    note: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class WitnessedBy(msgspec.Struct, frozen=True):
    name: str
    at: datetime


class Witnessed(msgspec.Struct, frozen=True):
    """The checkpoint's size and the witnesses whose cosignatures were taken."""

    size: int
    witnesses: list[WitnessedBy]


class LogKey(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """A public key of the log in the C2SP form; `current` signs now.

    It signed from `from` (null: the log's first key) to `until`; `rotation` is the signed note in which the key before
    it named it.
    """

    vkey: str
    key_id: str
    algorithm: str
    current: bool
    since: datetime | None
    until: datetime | None
    rotation: str | None


class LogKeys(msgspec.Struct, frozen=True):
    """The keys of the log, and of the witnesses whose cosignatures the service takes."""

    origin: str
    keys: list[LogKey]
    witnesses: list[str]


class Ledger(Controller):
    """Public: whoever holds an answer or a letter can check it against the log."""

    path = "/v1/ledger"
    guards = [anyone]
    tags = ["ledger"]

    @get("/checkpoint", media_type=MediaType.TEXT)
    async def checkpoint(self, services: Services, cosigned: bool = False) -> str:
        """The log's size and root, signed (C2SP tlog-checkpoint), with the cosignatures of witnesses on it.

        `cosigned=true`: the newest checkpoint that a witness has cosigned.
        """
        return await services.log.published(cosigned=cosigned)

    @post("/cosignatures", dto=json_body(CosignedNote), status_code=200,
          opt={"reads_only": True}, summary="见证签名 Cosignatures")
    async def cosign(self, data: CosignedNote, services: Services) -> Witnessed:
        """Takes a checkpoint of this log that a configured witness has cosigned (C2SP tlog-cosignature).

        Draws that waited for it are drawn.
        """
        given = await asyncio.to_thread(services.log.cosign, data.note)
        await services.draws.draw_due()
        return Witnessed(size=_size(data.note), witnesses=[
            WitnessedBy(c.witness, datetime.fromtimestamp(c.seconds, UTC)) for c in given
        ])

    @get("/entries/{seq:int}")
    async def entry(self, seq: Position, visitor: Caller | None) -> EntryView:
        """One entry, with its body for who is party to it."""
        found = await ledger.entry(seq)
        view = EntryView(seq=found.seq, recorded_at=found.recorded_at, leaf_hash=found.leaf)
        if visitor is None or not await _may_read(visitor, found):
            return view
        return msgspec.structs.replace(view, body=msgspec.json.decode(found.body), body_text=found.body)

    @get("/proof/inclusion")
    async def inclusion(self, services: Services, seq: Position, size: Size | None = None) -> InclusionProof:
        """That entry `seq` is in the log of `size` entries, the newest size without it."""
        head = await ledger.head()
        wanted = head.size if size is None else size
        path = await ledger.inclusion(seq, wanted)
        note = await services.log.checkpoint() if wanted == head.size else None
        if note is not None and _size(note) != wanted:
            note = None
        leaf = (await ledger.entry(seq)).leaf
        return InclusionProof(seq=seq, size=wanted, leaf_hash=leaf, path=[h.hex() for h in path], checkpoint=note)

    @get("/proof/consistency")
    async def consistency(
        self, old: Annotated[int, QueryParameter(name="from", ge=0, le=2**53)],
        new: Annotated[int, QueryParameter(name="to", ge=0, le=2**53)],
    ) -> ConsistencyProof:
        """That the log of `from` entries is the beginning of the log of `to` entries."""
        path = await ledger.consistency(old, new)
        return ConsistencyProof(old=old, new=new, path=[h.hex() for h in path])

    @get("/keys", sync_to_thread=False)
    def keys(self, services: Services) -> LogKeys:
        """The public keys that sign and signed for this log."""
        found = services.log.custody.keys.known()
        return LogKeys(services.settings.origin, [
            LogKey(vkey=k.key.vkey, key_id=k.key.key_id.hex(), algorithm="Ed25519", current=k is found[0],
                   since=k.since, until=k.until, rotation=k.rotation) for k in found
        ], [w.vkey for w in services.log.witnesses()])


async def _may_read(caller: Caller, entry: ledger.Entry) -> bool:
    """The auditor, who did it, whose organisation did it, and whom it is about."""
    if caller.may(Role.AUDITOR) or entry.actor == caller.key_id or entry.subject == caller.org_code:
        return True
    if await accounts.organisation_of_key(entry.actor) == caller.org_code:
        return True
    about = await lookup.entity_by_code(caller.org_code)
    return about is not None and about.entity_id == entry.subject


def _size(note: str) -> int:
    return parse_checkpoint(note.partition("\n\n")[0] + "\n").size
