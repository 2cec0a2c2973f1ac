"""The receipt of an exchange file: which bytes went which way and what became of their rows, signed and in the log.

The statement's canonical JSON is signed by the log's key (Ed25519); its RFC 6962 leaf hash is the subject of one log
entry, and the entry is proven under a signed checkpoint (C2SP tlog-proof). The other side checks it with the file and
the public keys alone. Pure.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from credit.kernel import canonical, merkle
from credit.kernel.checkpoints import LogProof, parse_checkpoint, parse_proof, proof_text
from credit.kernel.signing import BadNote, SigningKey, VerifierKey, open_note
from sanctions.exchange.fields import Form
from sanctions.receipts import LogPlace, b64, blinded

TYPE = "tendercredit.exchange/1"
ENTRY_KIND = "file_exchanged"
_LONGEST = 200_000  # bytes of a receipt


class Direction(StrEnum):
    OUT = "out"
    IN = "in"


class Tally(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows of the file, and what became of those that came in; all but `rows` are zero going out."""

    rows: int
    accepted: int = 0
    duplicates: int = 0
    parked: int = 0
    rejected: int = 0


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed. `org` gave or fetched the file; `since` and `upto` are the log positions that a file going out
    covers; `lines_digest` is SHA-256(salt ‖ canonical JSON of what became of each row)."""

    type: str
    id: str
    log: str
    direction: Direction
    set: str
    form: Form
    file_sha256: str
    file_bytes: int
    org: str
    tally: Tally
    since: int | None
    upto: int | None
    lines_digest: str
    issued_at: str
    salt: str


class ExchangeReceipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A receipt as it leaves the house."""

    statement: Statement
    signature: str
    key_id: str
    entry: LogPlace
    proof: str


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A signed statement ready to be logged; `leaf` (hex) is the subject of its entry."""

    statement: Statement
    text: str
    signature: str
    key_id: str
    leaf: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt is about: everything but id, log, salt, moment and the digest of the lines."""

    direction: Direction
    set: str
    form: Form
    file_sha256: str
    file_bytes: int
    org: str
    tally: Tally
    since: int | None = None
    upto: int | None = None


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a check: `failed` names the first step that does not hold."""

    valid: bool
    detail: str
    failed: str | None = None
    statement: Statement | None = None
    file_compared: bool = False


class _Broken(Exception):
    def __init__(self, step: str, detail: str) -> None:
        super().__init__(detail)
        self.step, self.detail = step, detail


def sealed(draft: Draft, lines: object, key: SigningKey, *, receipt_id: str, log: str, salt: str,
           issued_at: datetime) -> Sealed:
    """The statement about a file, signed."""
    stated = Statement(
        type=TYPE, id=receipt_id, log=log, direction=draft.direction, set=draft.set, form=draft.form,
        file_sha256=draft.file_sha256, file_bytes=draft.file_bytes, org=draft.org, tally=draft.tally,
        since=draft.since, upto=draft.upto, lines_digest=blinded(salt, canonical.encode(lines)),
        issued_at=canonical.moment(issued_at), salt=salt)
    text = canonical.encode(stated)
    return Sealed(statement=stated, text=text, signature=b64(key.sign(text.encode())),
                  key_id=key.verifier.key_id.hex(), leaf=merkle.leaf_hash(text.encode()).hex())


def check(
    content: bytes, trusted: Iterable[VerifierKey], *, file_sha256: str | None = None, file_bytes: int | None = None
) -> Checked:
    """Whether a trusted key signed this receipt and the log holds it, and where a file's digest is given, whether it
    is that file's. Never raises."""
    statement: Statement | None = None
    try:
        receipt = _form(content)
        statement = receipt.statement
        text = canonical.encode(statement).encode()
        _signature(receipt, text, tuple(trusted))
        if file_sha256 is not None:
            _file(statement, file_sha256.lower(), file_bytes)
        log = parse_proof(receipt.proof)
        _entry(receipt, text, log)
        _log(receipt, log, tuple(trusted))
    except _Broken as exc:
        return Checked(valid=False, failed=exc.step, detail=exc.detail, statement=statement)
    return Checked(valid=True, detail="回执有效 the receipt is valid", statement=statement,
                   file_compared=file_sha256 is not None)


def _form(content: bytes) -> ExchangeReceipt:
    try:
        if len(content) > _LONGEST:
            raise ValueError("too long")
        raw: Any = msgspec.json.decode(content)
        if isinstance(raw, dict) and "receipt" in raw:  # the whole answer, as it was saved
            raw = raw["receipt"]
        receipt = msgspec.convert(raw, ExchangeReceipt)
        log = parse_proof(receipt.proof)
        whole = proof_text(log.index, log.path, log.checkpoint) == receipt.proof
        parse_checkpoint(_unsigned(log))
        canonical.encode(receipt.statement)
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError, BadNote, RecursionError) as exc:
        raise _Broken("form", f"不是完整的交换回执:请整份保存 not a whole receipt ({str(exc)[:80]})") from None
    if not whole or receipt.statement.type != TYPE:
        raise _Broken("form", "回执不是原样,或版本不识别:请整份保存 not as it was written, or of an unknown type")
    return receipt


def _signature(receipt: ExchangeReceipt, text: bytes, keys: tuple[VerifierKey, ...]) -> None:
    key = next((k for k in keys if k.key_id.hex() == receipt.key_id), None)
    if key is None:
        raise _Broken("key", f"不认识签名密钥 {receipt.key_id[:16]}:请向对方索取公钥,核对后再验 unknown key")
    try:
        signature = base64.b64decode(receipt.signature, validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    if b64(signature) != receipt.signature or not key.accepts(text, signature):
        raise _Broken("signature", "签名不符:回执内容或签名被改动过 the signature does not fit: it was changed")


def _file(stated: Statement, digest: str, size: int | None) -> None:
    if digest != stated.file_sha256 or size not in (None, stated.file_bytes):
        raise _Broken("file", f"文件不是回执所载的那一份(SHA-256 {stated.file_sha256}) another file than the receipt's")


def _entry(receipt: ExchangeReceipt, text: bytes, log: LogProof) -> None:
    try:
        body: Any = msgspec.json.decode(receipt.entry.body)
    except (msgspec.DecodeError, RecursionError):
        body = None
    fits = isinstance(body, dict) and (
        body.get("kind") == ENTRY_KIND and body.get("subject") == merkle.leaf_hash(text).hex()
        and body.get("seq") == receipt.entry.seq == log.index
        and merkle.leaf_hash(receipt.entry.body.encode()).hex() == receipt.entry.leaf)
    if not fits:
        raise _Broken("entry", "日志条目与回执不符:被改动过 the log entry is not of this receipt: it was changed")


def _log(receipt: ExchangeReceipt, log: LogProof, keys: tuple[VerifierKey, ...]) -> None:
    point = parse_checkpoint(_unsigned(log))
    if point.origin != receipt.statement.log:
        raise _Broken("log", "检查点是另一日志的 the checkpoint is of another log")
    try:
        open_note(log.checkpoint, keys)
    except BadNote as exc:
        raise _Broken("checkpoint", f"检查点的签名不成立 {exc.detail}") from None
    leaf = merkle.leaf_hash(receipt.entry.body.encode())
    if not merkle.verify_inclusion(leaf, log.index, point.size, log.path, point.root):
        raise _Broken("proof", "日志证明残缺或被改动:从条目到不了检查点 the log proof is truncated or changed")


def _unsigned(log: LogProof) -> str:
    return log.checkpoint.rpartition("\n\n")[0] + "\n"
