"""Receipts made without a database: a log in memory, one batch in it, one signed checkpoint."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec

from credit.kernel import canonical, merkle
from credit.kernel.checkpoints import proof_text, sign_checkpoint
from credit.kernel.signing import SigningKey, new_key
from sanctions.receipts import ENTRY_KIND, Draft, LogPlace, Receipt, answer_text, question_text, sealed, statement_of
from sanctions.verdicts import CAVEAT

ORIGIN = "sample.example/log"
KEY = new_key(ORIGIN, bytes(range(32)))
AT = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)
QUESTION = question_text([{"code": "91370199MAEX00600X", "bid": "B1"}], {"id": "示例-1", "points": 5.5}, None, None)
ANSWER = answer_text([{"outcome": "eligible", "reasons": [], "score": {"value": 82.5}}], [], [], CAVEAT)


def draft(log: str = ORIGIN) -> Draft:
    return Draft(log=log, question=QUESTION, answer=ANSWER, valid_at=date(2026, 11, 22), known_seq=3, known_at=AT,
                 asked_at=AT, rules="ab" * 32)


def made(
    *, count: int = 5, which: int = 2, before: int = 9, after: int = 4, key: SigningKey = KEY, log: str = ORIGIN
) -> Receipt:
    """The receipt `which` of a batch of `count`, logged after `before` other entries and before `after` more."""
    statements = [statement_of(draft(log), f"rcp_{n:026}", f"{n:064x}", AT) for n in range(count)]
    batch = sealed(statements, key)
    body = canonical.encode({"seq": before, "recorded_at": AT, "kind": ENTRY_KIND, "version": 1, "actor": "receipts",
                             "subject": batch.root.hex(), "commit": "00" * 32})
    leaves = [merkle.leaf_hash(f"entry {n}".encode()) for n in range(before + 1 + after)]
    leaves[before] = merkle.leaf_hash(body.encode())
    path = merkle.inclusion_path(before, len(leaves), lambda level, start, end: leaves[start:end])
    note = sign_checkpoint(log, len(leaves), merkle.Frontier().extend(leaves).root, key)
    member = batch.members[which]
    return Receipt(
        statement=member.statement, signature=member.signature, key_id=member.key_id, batch=member.place,
        entry=LogPlace(before, leaves[before].hex(), body), proof=proof_text(before, path, note),
    )


def saved(receipt: Receipt) -> bytes:
    """A file as the service gives it: receipt, question and answer."""
    question, answer = msgspec.json.decode(QUESTION), msgspec.json.decode(ANSWER)
    return canonical.encode_bytes(
        {"id": receipt.statement.id, "receipt": receipt, "question": question, "answer": answer})
