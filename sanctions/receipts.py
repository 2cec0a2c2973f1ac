"""What a receipt signs: a statement about a question and its answer, a place in a batch, a place in the log.

The statement's canonical JSON is signed (Ed25519) and is a leaf of its batch's Merkle tree (RFC 6962 hashing); the
batch's root is the subject of one log entry, and the entry is proven under a signed checkpoint (C2SP tlog-proof).
Question and answer are bound by salted digests, so neither log nor receipt tells who bid.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from credit.kernel import canonical, merkle
from credit.kernel.checkpoints import parse_proof, proof_text
from credit.kernel.signing import BadNote, SigningKey
from credit.kernel.tiles import node_hash, split

TYPE = "tendercredit.receipt/1"
ENTRY_KIND = "receipts_issued"
MOST = 50  # receipts in a batch: what one unit may write
PROVES = (
    "回执证明:在所载日志状态上、按所载规则,对所载问题作出过所载答复,此后未被改动;不证明系统之外没有其他处罚或限制。"
    "按当时状态重算(审计复核)才能说明答复本身是否正确。 The receipt proves what was answered on which log state, not "
    "that nothing else exists; the auditor's recomputation is the second half."
)
_WHOLE = 2**53
_AS_THEY_ARE = frozenset((str, bool, int, type(None)))


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed. Digests are SHA-256(salt ‖ canonical JSON); moments and days are canonical texts.

    `known_seq` is the log state that was asked, `valid_at` the day, `asked_at` the moment against which the lists
    had to be fresh, `rules` the digest of the rule set.
    """

    type: str
    id: str
    log: str
    question_digest: str
    answer_digest: str
    valid_at: str
    known_seq: int
    known_at: str | None
    asked_at: str
    rules: str
    issued_at: str
    salt: str


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the statement stands in its batch; `path` in base64, the leaf's sibling first; `size` is that of the
    smallest tree with such a path, so that nothing in a receipt can be changed unseen."""

    index: int
    size: int
    path: tuple[str, ...]


class LogPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The batch's log entry: its position, its leaf hash (hex) and its text, of which the leaf is the hash."""

    seq: int
    leaf: str
    body: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A receipt as it leaves the house. `proof` is a C2SP tlog-proof with the checkpoint, `signature` base64."""

    statement: Statement
    signature: str
    key_id: str
    batch: Place
    entry: LogPlace
    proof: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt is asked for: everything but its id, salt and moment of issue."""

    log: str
    question: str  # canonical JSON
    answer: str  # canonical JSON
    valid_at: date
    known_seq: int
    known_at: datetime | None
    asked_at: datetime
    rules: str


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A signed statement with its place in the batch, ready to be logged."""

    statement: Statement
    text: str
    signature: str
    key_id: str
    place: Place


class Batch(NamedTuple):
    root: bytes
    members: tuple[Sealed, ...]


def question_text(subjects: object, tender: object, on: object, known_at: object) -> str:
    """The canonical JSON of a question."""
    return exact({"subjects": subjects, "tender": tender, "on": on, "known_at": known_at})


def answer_text(answers: object, bids: object, sources: object, notice: str) -> str:
    """The canonical JSON of an answer: verdicts, bids, the lists they rest on, the sentence that goes with them."""
    return exact({"answers": answers, "bids": bids, "sources": sources, "notice": notice})


def exact(value: object) -> str:
    """Canonical JSON in which a number with a fraction is its decimal text, and one without is an integer."""
    return canonical.encode(_exact(msgspec.to_builtins(value, builtin_types=(datetime, date))))


def _exact(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        return {key: item if type(item) in _AS_THEY_ARE else _exact(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [_exact(item) for item in value]
    if kind is float:
        whole = value.is_integer() and abs(value) < _WHOLE
        return int(value) if whole else format(Decimal(repr(value)), "f")
    return value


def blinded(salt: str, text: str) -> str:
    """SHA-256(salt ‖ text) in hex; `salt` is hex of 32 random bytes."""
    return sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def statement_of(draft: Draft, receipt_id: str, salt: str, issued_at: datetime) -> Statement:
    """The statement for a draft."""
    return Statement(
        type=TYPE, id=receipt_id, log=draft.log, question_digest=blinded(salt, draft.question),
        answer_digest=blinded(salt, draft.answer), valid_at=draft.valid_at.isoformat(), known_seq=draft.known_seq,
        known_at=canonical.moment(draft.known_at) if draft.known_at else None,
        asked_at=canonical.moment(draft.asked_at), rules=draft.rules, issued_at=canonical.moment(issued_at), salt=salt,
    )


def sealed(statements: Sequence[Statement], key: SigningKey) -> Batch:
    """The statements signed, and placed in the tree whose root the log will hold. At most `MOST`, at least one."""
    texts = [canonical.encode(s) for s in statements]
    leaves = [merkle.leaf_hash(text.encode()) for text in texts]
    paths = _paths(leaves)
    key_id = key.verifier.key_id.hex()
    members = tuple(
        Sealed(statement=statement, text=text, signature=b64(key.sign(text.encode())), key_id=key_id,
               place=Place(index, merkle.tightest(index, len(paths[index])) or 0, tuple(map(b64, paths[index]))))
        for index, (statement, text) in enumerate(zip(statements, texts, strict=True))
    )
    return Batch(merkle.Frontier().extend(leaves).root, members)


def _paths(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The audit path of every leaf, each inner node hashed once (RFC 6962 §2.1)."""
    paths: list[list[bytes]] = [[] for _ in leaves]

    def root(start: int, end: int) -> bytes:
        if end - start == 1:
            return leaves[start]
        middle = start + split(end - start)
        left, right = root(start, middle), root(middle, end)
        for path in paths[start:middle]:
            path.append(right)
        for path in paths[middle:end]:
            path.append(left)
        return node_hash(left, right)

    root(0, len(leaves))
    return paths


def to_text(receipt: Receipt) -> str:
    """The receipt as one C2SP tlog-proof file: all but the log proof goes into its `extra` line."""
    log = parse_proof(receipt.proof)
    rest = {name: value for name, value in msgspec.structs.asdict(receipt).items() if name != "proof"}
    return proof_text(log.index, log.path, log.checkpoint, canonical.encode_bytes(rest))


def from_text(text: str) -> dict[str, Any]:
    """The JSON form of a receipt's text form, unchecked. Raises BadNote where it is not such a text."""
    log = parse_proof(text)
    try:
        rest = msgspec.json.decode(log.extra)
        whole = isinstance(rest, dict) and canonical.encode_bytes(rest) == log.extra and "proof" not in rest
    except (msgspec.DecodeError, canonical.CanonicalError):
        whole = False
    if not whole or proof_text(log.index, log.path, log.checkpoint, log.extra) != text:
        raise BadNote("the text is not a receipt as it was issued: copy it whole")
    return {**rest, "proof": proof_text(log.index, log.path, log.checkpoint)}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
