"""Checking a published draw without its publisher: list, log entry, checkpoint, seed, and the draw done again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from credit.kernel import merkle
from credit.kernel.checkpoints import parse_proof, verify_proof
from credit.kernel.signing import BadNote, VerifierKey
from sanctions.draws import ENTRY_KIND, TYPE, Announcement, Drawn, draw, list_digest

PROVES = (
    "种子是本系统签名的检查点(没有另设见证方):证明名单先固定、种子后产生、结果由二者唯一决定、事后未改;不能证明运营方没有在公布之前"
    "反复试过种子。怀疑的,可比对他人此前留存的检查点。"
)
_STEPS = (
    "名单完整 the list is whole", "名单与日志条目一致 the list is the one committed",
    "条目在种子检查点所签的日志中 the entry is in the signed log", "种子是检查点的根 the seed is its root",
    "重抽结果一致 drawn again, the same result",
)


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


class Unproven(Exception):
    """A step that does not hold; the message says which and why."""


def check(content: bytes, trusted: Iterable[VerifierKey]) -> DrawChecked:
    """Whether this saved draw follows from its list and seed, and the list was committed first. Never raises."""
    passed: list[str] = []
    try:
        passed.extend(_STEPS[step] for step in _checks(content, tuple(trusted)))
    except Unproven as exc:
        return DrawChecked(valid=False, detail=str(exc), passed=tuple(passed))
    return DrawChecked(valid=True, detail="抽取可重现 the draw can be repeated", passed=tuple(passed))


def _checks(content: bytes, keys: tuple[VerifierKey, ...]) -> Iterable[int]:
    found = _read(content)
    yield 0
    body = _body(found.proof.entry)
    if body.get("kind") != ENTRY_KIND or body.get("subject") != list_digest(found.list):
        raise Unproven("名单与日志条目不符:名单被改动过 the list is not the one committed: it was changed")
    yield 1
    root = _root(found, body, keys)
    yield 2
    if found.seed != root.hex():
        raise Unproven("种子不是检查点的根哈希 the seed is not the checkpoint's root")
    yield 3
    if found.result != draw(found.list, root):
        raise Unproven("重抽结果不同:结果被改动过 drawn again, the result differs: it was changed")
    yield 4


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


def _root(found: Published, body: dict[str, Any], keys: tuple[VerifierKey, ...]) -> bytes:
    try:
        proof = parse_proof(found.proof.inclusion)
        signed = verify_proof(proof, merkle.leaf_hash(found.proof.entry.encode()), keys, found.list.log)
    except BadNote as exc:
        raise Unproven(f"日志证明不成立 the proof does not hold: {exc}") from None
    if body.get("seq") != proof.index:
        raise Unproven("日志条目的序号不符 the entry's place differs")
    return signed.root
