"""Checking a receipt without its issuer: from the file and the public keys alone, the first fault named."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from credit.kernel import canonical, merkle
from credit.kernel.checkpoints import Checkpoint, LogProof, parse_checkpoint, parse_proof, proof_text
from credit.kernel.signing import BadNote, VerifierKey, open_note
from sanctions.receipts import ENTRY_KIND, MOST, TYPE, Receipt, answer_text, b64, blinded, exact, from_text

_TEXT_BEGINS = "c2sp.org/tlog-proof@v1\n"
_RECORD = frozenset({
    "id", "receipt", "question", "answer", "org_code", "asked_by", "sealed", "keep_until", "proves",
})
_MOST_PATH = 64  # hashes: a log of 2^64 entries


class Step(StrEnum):
    """What is checked, in this order."""

    FORM = "form"
    KEY = "key"
    SIGNATURE = "signature"
    STATED = "stated"
    QUESTION = "question"
    ANSWER = "answer"
    BATCH = "batch"
    ENTRY = "entry"
    LOG = "log"
    CHECKPOINT = "checkpoint"
    PROOF = "proof"


PASSED = {
    Step.FORM: "格式完整 well formed",
    Step.KEY: "签名密钥在可信公钥之列 signed under a known key",
    Step.SIGNATURE: "回执签名有效 the signature fits",
    Step.STATED: "文件所写的编号、日志状态、规则与回执一致 id, log state and rules are those signed",
    Step.QUESTION: "问题与回执一致 the question is the one asked",
    Step.ANSWER: "答复与回执一致 the answer is the one given",
    Step.BATCH: "回执在其批次中 the receipt is in its batch",
    Step.ENTRY: "批次在其日志条目中 the batch is in its log entry",
    Step.LOG: "检查点属于同一日志 the checkpoint is of the same log",
    Step.CHECKPOINT: "检查点签名有效 the checkpoint is signed",
    Step.PROOF: "条目在检查点所签的日志中 the entry is in the log",
}


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome: `failed` names the first step that does not hold. `checked` are the steps passed.

    `not_given` says which of question and answer the file did not bring, so that they were not compared.
    """

    valid: bool
    detail: str
    failed: Step | None = None
    checked: tuple[Step, ...] = ()
    not_given: tuple[str, ...] = ()
    receipt: Receipt | None = None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A file taken apart: the receipt as JSON values, and the question and answer that came with it."""

    receipt: object
    question: object = None
    answer: str | None = None  # canonical JSON
    stated: tuple[tuple[str, object], ...] = ()  # what the file says beside the receipt of what was signed


class Broken(Exception):
    """A step that does not hold."""

    def __init__(self, step: Step, detail: str) -> None:
        super().__init__(detail)
        self.step = step
        self.detail = detail


def read(content: bytes) -> Given:
    """A saved file: a receipt (JSON or text), the answer of `POST /v1/eligibility`, or a stored record with question.

    Raises Broken.
    """
    try:
        text = content.decode()
        if text.startswith(_TEXT_BEGINS):
            return Given(receipt=from_text(text))
        return taken_apart(msgspec.json.decode(text))
    except (UnicodeDecodeError, msgspec.DecodeError, BadNote, RecursionError) as exc:
        raise Broken(Step.FORM, f"文件不是回执,或已残缺:请整份复制 not a whole receipt ({exc})") from None


def taken_apart(raw: object) -> Given:
    """As `read`, for JSON values. Raises Broken."""
    if isinstance(raw, str):
        return read(raw.encode(errors="replace"))
    if not isinstance(raw, Mapping) or "receipt" not in raw:
        return Given(receipt=raw)
    receipt = raw["receipt"]
    if isinstance(receipt, str):
        receipt = read(receipt.encode(errors="replace")).receipt
    if "answers" in raw:
        return _response(raw, receipt)
    strange = sorted(raw.keys() - _RECORD)
    if strange:
        raise Broken(Step.FORM, f"文件多出 {strange[0][:40]}:请整份保存 unknown member: not a whole record")
    answer = raw.get("answer")
    return Given(receipt=receipt, question=raw.get("question"), answer=None if answer is None else _canonical(answer),
                 stated=(("id", raw["id"]),) if "id" in raw else ())


def _response(raw: Mapping[str, Any], receipt: object) -> Given:
    """The body of an answer: its parts in the words of the digest."""
    as_of: Any = raw.get("as_of")
    try:
        known = {**as_of, "known_at": _moment(as_of["known_at"])}
        sources = [{**s, "fetched_at": _moment(s["fetched_at"])} for s in known["sources"]]
        answer = answer_text(raw["answers"], raw["bids"], sources, raw["notice"])
    except (TypeError, KeyError, ValueError, AttributeError):
        raise Broken(Step.FORM, "答复残缺:请保存整个应答 the answer is not whole: save the entire response") from None
    stated = (*((name, known.get(name)) for name in ("log", "valid_at", "known_seq", "known_at")),
              ("rules", raw.get("rules")))
    return Given(receipt=receipt, answer=answer, stated=stated)


def _moment(text: object) -> str | None:
    return None if text is None else canonical.moment(datetime.fromisoformat(str(text)))


def _canonical(value: object) -> str:
    try:
        return exact(value)
    except (canonical.CanonicalError, RecursionError) as exc:
        raise Broken(Step.FORM, f"内容无法读取 unreadable content ({exc})") from None


def check(given: Given, trusted: Iterable[VerifierKey]) -> Checked:
    """Whether a trusted key signed this receipt and the log holds it. Never raises."""
    keys, passed = tuple(trusted), list[Step]()
    receipt: Receipt | None = None
    try:
        receipt = _form(given.receipt)
        passed.append(Step.FORM)
        for step, work in _steps(receipt, given, keys):
            work()
            passed.append(step)
    except Broken as exc:
        return Checked(valid=False, failed=exc.step, detail=exc.detail, checked=tuple(passed), receipt=receipt)
    missing = tuple(n for n, v in (("question", given.question), ("answer", given.answer)) if v is None)
    return Checked(valid=True, detail="回执有效 the receipt is valid", checked=tuple(passed), not_given=missing,
                   receipt=receipt)


def _steps(
    receipt: Receipt, given: Given, keys: tuple[VerifierKey, ...]
) -> Iterable[tuple[Step, Callable[[], object]]]:
    stated = receipt.statement
    text = canonical.encode(stated)
    log = parse_proof(receipt.proof)
    yield Step.KEY, lambda: _key(receipt, keys)
    yield Step.SIGNATURE, lambda: _signature(receipt, text, keys)
    if given.stated:
        yield Step.STATED, lambda: _stated(receipt, given)
    if given.question is not None:
        yield Step.QUESTION, lambda: _bound(
            Step.QUESTION, stated.salt, _canonical(given.question), stated.question_digest)
    if given.answer is not None:
        yield Step.ANSWER, lambda: _bound(Step.ANSWER, stated.salt, given.answer or "", stated.answer_digest)
    yield Step.BATCH, lambda: _batch(receipt, text)
    yield Step.ENTRY, lambda: _entry(receipt, log)
    yield Step.LOG, lambda: _same_log(receipt, log)
    yield Step.CHECKPOINT, lambda: _checkpoint(log, keys)
    yield Step.PROOF, lambda: _proof(receipt, log)


def _form(raw: object) -> Receipt:
    try:
        receipt = msgspec.convert(raw, Receipt)
        log = parse_proof(receipt.proof)
        whole = proof_text(log.index, log.path, log.checkpoint) == receipt.proof and len(log.path) <= _MOST_PATH
        _unsigned(log)
        canonical.encode(receipt.statement)
        bytes.fromhex(receipt.statement.salt)
    except (msgspec.ValidationError, ValueError, BadNote) as exc:
        raise Broken(Step.FORM, f"回执残缺或不是本格式:请整份复制 the receipt is not whole ({exc})") from None
    if not whole:
        raise Broken(Step.FORM, "日志证明不是原样:请整份复制 the log proof is not as it was written")
    if receipt.statement.type != TYPE:
        raise Broken(Step.FORM, f"回执版本不识别 unknown type {receipt.statement.type[:40]}: 请用签发方提供的新版工具")
    return receipt


def _key(receipt: Receipt, keys: tuple[VerifierKey, ...]) -> VerifierKey:
    for key in keys:
        if key.key_id.hex() == receipt.key_id:
            return key
    raise Broken(Step.KEY, f"不认识签名密钥 {receipt.key_id[:16]}:请向签发方索取当时的公钥(含已退役的),核对后再验 "
                           "unknown key: get the issuer's public keys, retired ones too")


def _signature(receipt: Receipt, text: str, keys: tuple[VerifierKey, ...]) -> None:
    if not _key(receipt, keys).accepts(text.encode(), _bytes(receipt.signature, Step.SIGNATURE)):
        raise Broken(Step.SIGNATURE, "签名不符:回执内容或签名被改动过 the signature does not fit: it was changed")


def _bound(step: Step, salt: str, text: str, digest: str) -> None:
    what, name = ("问题", "question") if step is Step.QUESTION else ("答复", "answer")
    if blinded(salt, text) != digest:
        raise Broken(step, f"{what}与回执所签不符:被改动过,或不是这份回执的 the {name} was changed or is another's")


def _stated(receipt: Receipt, given: Given) -> None:
    for name, value in given.stated:
        if value != getattr(receipt.statement, name):
            raise Broken(Step.STATED, f"文件所写的 {name} 与回执所签不符:被改动过,或不是这份回执的 {name} was changed")


def _batch(receipt: Receipt, text: str) -> None:
    place, root = receipt.batch, bytes(32)
    body = _body(receipt)
    try:
        root = bytes.fromhex(body["subject"])
    except (TypeError, ValueError, KeyError):
        raise Broken(Step.ENTRY, "日志条目没有批次的根 the log entry holds no root of a batch") from None
    path = [_bytes(h, Step.BATCH) for h in place.path]
    leaf = merkle.leaf_hash(text.encode())
    if place.size > MOST or not merkle.verify_inclusion(leaf, place.index, place.size, path, root):
        raise Broken(Step.BATCH, "批次证明残缺或被改动:从回执到不了所记的批次 the batch's proof does not lead from the "
                                 "receipt to the log entry: truncated or changed")


def _entry(receipt: Receipt, log: LogProof) -> None:
    entry, body = receipt.entry, _body(receipt)
    fits = (
        body.get("kind") == ENTRY_KIND and body.get("seq") == entry.seq == log.index
        and merkle.leaf_hash(entry.body.encode()).hex() == entry.leaf and receipt.statement.known_seq < entry.seq
    )
    if not fits:
        raise Broken(Step.ENTRY, "日志条目不符:序号、叶哈希或种类被改动过 the log entry does not fit: it was changed")


def _same_log(receipt: Receipt, log: LogProof) -> None:
    origin = _unsigned(log).origin
    if origin != receipt.statement.log:
        raise Broken(Step.LOG, f"检查点是另一日志({origin[:80]})的,回执属于 {receipt.statement.log[:80]} "
                               "the checkpoint is of another log")


def _checkpoint(log: LogProof, keys: tuple[VerifierKey, ...]) -> None:
    try:
        open_note(log.checkpoint, keys)
    except BadNote as exc:
        raise Broken(Step.CHECKPOINT, f"检查点的签名不成立:被改动过,或不是可信密钥所签 {exc.detail}") from None


def _proof(receipt: Receipt, log: LogProof) -> None:
    checkpoint = _unsigned(log)
    leaf = merkle.leaf_hash(receipt.entry.body.encode())
    if not merkle.verify_inclusion(leaf, log.index, checkpoint.size, log.path, checkpoint.root):
        raise Broken(Step.PROOF, "日志证明残缺或被改动:从条目到不了检查点 the log proof does not lead from the entry "
                                 "to the checkpoint: truncated or changed")


def _unsigned(log: LogProof) -> Checkpoint:
    """The checkpoint of a proof, its signature not looked at."""
    return parse_checkpoint(log.checkpoint.rpartition("\n\n")[0] + "\n")


def _body(receipt: Receipt) -> Mapping[str, Any]:
    try:
        body = msgspec.json.decode(receipt.entry.body)
    except (msgspec.DecodeError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Broken(Step.ENTRY, "日志条目无法读取 the log entry is unreadable")
    return body


def _bytes(text: str, step: Step) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found or b64(found) != text:
        raise Broken(step, "不是完整的 base64:请整份复制 not base64 as it was written")
    return found

