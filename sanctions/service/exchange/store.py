"""The SQL of exchange: files that went out or came in, with their receipts. Rows are only added."""

from __future__ import annotations

from typing import Any

import msgspec

from credit.kernel import database
from credit.kernel.unit import Unit
from sanctions.exchange.receipts import Statement
from sanctions.service.exchange.model import KeptExchange
from sanctions.tables import ExchangeRow

_ONE = "SELECT * FROM sanctions_exchange WHERE id = {}"
_ALL = "SELECT * FROM sanctions_exchange WHERE seq < {} ORDER BY seq DESC LIMIT {}"
_OF = "SELECT * FROM sanctions_exchange WHERE org_code = {} AND seq < {} ORDER BY seq DESC LIMIT {}"


def _kept(row: dict[str, Any]) -> KeptExchange:
    return KeptExchange(row["seq"], msgspec.json.decode(row["statement"], type=Statement), row["signature"],
                        row["key_id"], row["payload_id"])


async def one(receipt_id: str) -> KeptExchange | None:
    rows = await database.fetch(_ONE, receipt_id)
    return _kept(rows[0]) if rows else None


async def newest(org_code: str | None, below: int, limit: int) -> list[KeptExchange]:
    """Files of an organisation, or of all, before a log position, newest first."""
    if org_code is None:
        return [_kept(r) for r in await database.fetch(_ALL, below, limit)]
    return [_kept(r) for r in await database.fetch(_OF, org_code, below, limit)]


def write(u: Unit, made: KeptExchange, text: str) -> None:
    """`text` is the canonical JSON of the statement, as it was signed."""
    u.write(ExchangeRow, {
        "id": made.statement.id, "seq": made.seq, "org_code": made.statement.org, "statement": text,
        "signature": made.signature, "key_id": made.key_id, "payload_id": made.payload_id})
