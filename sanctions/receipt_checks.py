"""Checking a receipt without its issuer: from the file and the public keys alone, the first fault named.

The offline page (`api/web/verifier/`) does the same in the browser; `tests/browser/` holds the two together.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from credit.kernel import canonical, merkle
from credit.kernel.checkpoints import Checkpoint, LogProof, parse_checkpoint, parse_proof, proof_text
from credit.kernel.cosigning import Cosignature, WitnessKey, cosignatures
from credit.kernel.signing import BadNote, VerifierKey, open_note
from sanctions.receipt_words import FAILED, VALID, Step
from sanctions.receipts import ENTRY_KIND, MOST, TYPE, Receipt, answer_text, b64, blinded, exact, from_text

_TEXT_BEGINS = "c2sp.org/tlog-proof@v1\n"
_RECORD = frozenset({
    "id", "receipt", "question", "answer", "org_code", "asked_by", "sealed", "keep_until", "proves",
})
_MOST_PATH = 64  # hashes: a log of 2^64 entries


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome: `failed` names the first step that does not hold. `checked` are the steps passed.

    `not_given` says which of question and answer the file did not bring, so that they were not compared. `witnesses`
    are those of the known ones who cosigned the checkpoint; a receipt holds without any.
    """

    valid: bool
    detail: str
    failed: Step | None = None
    checked: tuple[Step, ...] = ()
    not_given: tuple[str, ...] = ()
    receipt: Receipt | None = None
    witnesses: tuple[Cosignature, ...] = ()


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A file taken apart: the receipt as JSON values, and the question and answer that came with it."""

    receipt: object
    question: object = None
    answer: str | None = None  # canonical JSON
    stated: tuple[tuple[str, object], ...] = ()  # what the file says beside the receipt of what was signed


class Broken(Exception):
    """A step that does not hold, and its sentence in `FAILED`."""

    def __init__(self, step: Step, sentence: str, why: object = "") -> None:
        self.step = step
        self.detail = FAILED[sentence].replace("{why}", str(why))
        super().__init__(self.detail)


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
        raise Broken(Step.FORM, "file", exc) from None


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
        raise Broken(Step.FORM, "member", strange[0][:40])
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
        raise Broken(Step.FORM, "response") from None
    stated = (*((name, known.get(name)) for name in ("log", "valid_at", "known_seq", "known_at")),
              ("rules", raw.get("rules")))
    return Given(receipt=receipt, answer=answer, stated=stated)


def _moment(text: object) -> str | None:
    return None if text is None else canonical.moment(datetime.fromisoformat(str(text)))


def _canonical(value: object) -> str:
    try:
        return exact(value)
    except (canonical.CanonicalError, RecursionError) as exc:
        raise Broken(Step.FORM, "content", exc) from None


def check(given: Given, trusted: Iterable[VerifierKey], witnesses: Iterable[WitnessKey] = ()) -> Checked:
    """Whether a trusted key signed this receipt and the log holds it, and who of `witnesses` saw it. Never raises."""
    keys, passed, seen = tuple(trusted), list[Step](), list[Cosignature]()
    receipt: Receipt | None = None
    try:
        receipt = _form(given.receipt)
        passed.append(Step.FORM)
        for step, work in _steps(receipt, given, keys):
            work()
            passed.append(step)
        seen += _witnesses(receipt, tuple(witnesses))
    except Broken as exc:
        return Checked(valid=False, failed=exc.step, detail=exc.detail, checked=tuple(passed), receipt=receipt)
    if seen:
        passed.append(Step.WITNESS)
    missing = tuple(n for n, v in (("question", given.question), ("answer", given.answer)) if v is None)
    return Checked(valid=True, detail=VALID, checked=tuple(passed), not_given=missing, receipt=receipt,
                   witnesses=tuple(seen))


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
        raise Broken(Step.FORM, "receipt", exc) from None
    if not whole:
        raise Broken(Step.FORM, "log_proof")
    if receipt.statement.type != TYPE:
        raise Broken(Step.FORM, "type", receipt.statement.type[:40])
    return receipt


def _key(receipt: Receipt, keys: tuple[VerifierKey, ...]) -> VerifierKey:
    for key in keys:
        if key.key_id.hex() == receipt.key_id:
            return key
    raise Broken(Step.KEY, "key", receipt.key_id[:16])


def _signature(receipt: Receipt, text: str, keys: tuple[VerifierKey, ...]) -> None:
    if not _key(receipt, keys).accepts(text.encode(), _bytes(receipt.signature, Step.SIGNATURE)):
        raise Broken(Step.SIGNATURE, "signature")


def _bound(step: Step, salt: str, text: str, digest: str) -> None:
    if blinded(salt, text) != digest:
        raise Broken(step, step.value)


def _stated(receipt: Receipt, given: Given) -> None:
    for name, value in given.stated:
        if value != getattr(receipt.statement, name):
            raise Broken(Step.STATED, "stated", name)


def _batch(receipt: Receipt, text: str) -> None:
    place, root = receipt.batch, bytes(32)
    body = _body(receipt)
    try:
        root = bytes.fromhex(body["subject"])
    except (TypeError, ValueError, KeyError):
        raise Broken(Step.ENTRY, "no_root") from None
    path = [_bytes(h, Step.BATCH) for h in place.path]
    leaf = merkle.leaf_hash(text.encode())
    stated = place.size <= MOST and place.size == merkle.tightest(place.index, len(path))
    if not stated or not merkle.verify_inclusion(leaf, place.index, place.size, path, root):
        raise Broken(Step.BATCH, "batch")


def _entry(receipt: Receipt, log: LogProof) -> None:
    entry, body = receipt.entry, _body(receipt)
    fits = (
        body.get("kind") == ENTRY_KIND and body.get("seq") == entry.seq == log.index
        and merkle.leaf_hash(entry.body.encode()).hex() == entry.leaf and receipt.statement.known_seq < entry.seq
    )
    if not fits:
        raise Broken(Step.ENTRY, "entry")


def _same_log(receipt: Receipt, log: LogProof) -> None:
    origin = _unsigned(log).origin
    if origin != receipt.statement.log:
        raise Broken(Step.LOG, "log", f"{origin[:80]} ≠ {receipt.statement.log[:80]}")


def _checkpoint(log: LogProof, keys: tuple[VerifierKey, ...]) -> None:
    try:
        open_note(log.checkpoint, keys)
    except BadNote as exc:
        raise Broken(Step.CHECKPOINT, "checkpoint", exc.detail) from None


def _proof(receipt: Receipt, log: LogProof) -> None:
    checkpoint = _unsigned(log)
    leaf = merkle.leaf_hash(receipt.entry.body.encode())
    if not merkle.verify_inclusion(leaf, log.index, checkpoint.size, log.path, checkpoint.root):
        raise Broken(Step.PROOF, "proof")


def _witnesses(receipt: Receipt, known: tuple[WitnessKey, ...]) -> tuple[Cosignature, ...]:
    try:
        return cosignatures(parse_proof(receipt.proof).checkpoint, known)
    except BadNote as exc:
        raise Broken(Step.WITNESS, "witness", exc.detail) from None


def _unsigned(log: LogProof) -> Checkpoint:
    """The checkpoint of a proof, its signature not looked at."""
    return parse_checkpoint(log.checkpoint.rpartition("\n\n")[0] + "\n")


def _body(receipt: Receipt) -> Mapping[str, Any]:
    try:
        body = msgspec.json.decode(receipt.entry.body)
    except (msgspec.DecodeError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Broken(Step.ENTRY, "unreadable")
    return body


def _bytes(text: str, step: Step) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found or b64(found) != text:
        raise Broken(step, "base64")
    return found

