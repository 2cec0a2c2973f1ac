"""Checking a published draw without its publisher: list, log entry, checkpoint, seed, and the draw done again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from credit.kernel import merkle
from credit.kernel.checkpoints import parse_proof, verify_proof
from credit.kernel.cosigning import WitnessKey, load_witness
from credit.kernel.signing import BadKey, BadNote, VerifierKey
from sanctions.draw_seeds import OWN, PROVES, seed_of, source
from sanctions.draws import ENTRY_KIND, TYPE, Announcement, Drawn, draw, list_digest

_STEPS = (
    "名单完整 the list is whole", "名单与日志条目一致 the list is the one committed",
    "条目在种子检查点所签的日志中 the entry is in the signed log",
    "种子由检查点定出 the seed follows from the checkpoint",
    "重抽结果一致 drawn again, the same result",
)
_WITNESSED = "见证人签过种子检查点 the witness has cosigned the checkpoint of the seed"


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The log entry that committed the list, and its C2SP tlog-proof under the checkpoint that is the seed."""

    entry: str
    inclusion: str


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What `GET /v1/draws/{id}` publishes, as far as a check needs it."""

    list: Announcement
    proof: Proof
    seed: str  # hex
    result: tuple[Drawn, ...]


class DrawChecked(msgspec.Struct, frozen=True, kw_only=True):
    """`passed` are the steps that hold, in order; `detail` names the first that does not."""

    valid: bool
    detail: str
    passed: tuple[str, ...] = ()
    witness: str | None = None  # the public key that the list names
    proves: str = PROVES[OWN]


class Unproven(Exception):
    """A step that does not hold; the message says which and why."""


def check(content: bytes, trusted: Iterable[VerifierKey], witnesses: Iterable[WitnessKey] = ()) -> DrawChecked:
    """Whether this saved draw follows from its list and seed, and the list was committed first. Never raises.

    Where witnesses are given, one that the list names must be among them; else the key is taken from the list.
    """
    passed: list[str] = []
    try:
        found = _read(content)
        passed.extend(_checks(found, tuple(trusted), tuple(witnesses)))
    except Unproven as exc:
        return DrawChecked(valid=False, detail=str(exc), passed=tuple(passed))
    named = found.list.witness
    return DrawChecked(valid=True, detail="抽取可重现 the draw can be repeated", passed=tuple(passed), witness=named,
                       proves=PROVES[source(named)])


def _checks(
    found: Published, keys: tuple[VerifierKey, ...], witnesses: tuple[WitnessKey, ...]
) -> Iterable[str]:
    yield _STEPS[0]
    body = _body(found.proof.entry)
    if body.get("kind") != ENTRY_KIND or body.get("subject") != list_digest(found.list):
        raise Unproven("名单与日志条目不符:名单被改动过 the list is not the one committed: it was changed")
    yield _STEPS[1]
    note = _checkpoint(found, body, keys)
    yield _STEPS[2]
    seed = _seed(note, _witness(found.list.witness, witnesses))
    if found.list.witness is not None:
        yield _WITNESSED
    if found.seed != seed.hex():
        raise Unproven("种子不是由检查点定出的 the seed does not follow from the checkpoint")
    yield _STEPS[3]
    if found.result != draw(found.list, seed):
        raise Unproven("重抽结果不同:结果被改动过 drawn again, the result differs: it was changed")
    yield _STEPS[4]


def _witness(named: str | None, known: tuple[WitnessKey, ...]) -> WitnessKey | None:
    if named is None:
        return None
    try:
        key = load_witness(named)
    except BadKey as exc:
        raise Unproven(f"名单所写的见证公钥有误 bad key of the witness: {exc}") from None
    if known and key not in known:
        raise Unproven(f"名单所定见证人 {key.name} 不在可信之列 the witness of the list is not one you trust")
    return key


def _seed(note: str, witness: WitnessKey | None) -> bytes:
    try:
        return seed_of(note, witness)
    except BadNote as exc:
        raise Unproven(f"见证签名不成立 the cosignature does not hold: {exc}") from None


def _read(content: bytes) -> Published:
    try:
        found = msgspec.json.decode(content, type=Published)
    except (msgspec.DecodeError, RecursionError) as exc:
        told = f"文件不是抽取结果,或尚未抽取:请整份保存 GET /v1/draws/ID 的应答 not a whole draw ({exc})"
        raise Unproven(told) from None
    made = found.list
    ids = [item.id for item in made.items]
    sound = made.type == TYPE and ids == sorted(set(ids)) and all(0 <= item.share <= 100 for item in made.items)
    if not sound or min((item.share for item in made.items), default=-1) < made.minimum:
        raise Unproven("名单格式不识别、编号重复、未排序或低于最低比例 the list is not as this version writes it")
    return found


def _body(entry: str) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(entry)
    except (msgspec.DecodeError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Unproven("日志条目无法读取 the log entry is unreadable")
    return body


def _checkpoint(found: Published, body: dict[str, Any], keys: tuple[VerifierKey, ...]) -> str:
    """The signed checkpoint under which the list's entry is proven."""
    try:
        proof = parse_proof(found.proof.inclusion)
        verify_proof(proof, merkle.leaf_hash(found.proof.entry.encode()), keys, found.list.log)
    except BadNote as exc:
        raise Unproven(f"日志证明不成立 the proof does not hold: {exc}") from None
    if body.get("seq") != proof.index:
        raise Unproven("日志条目的序号不符 the entry's place differs")
    return proof.checkpoint
