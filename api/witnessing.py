"""A witness: on another machine, without a database, it holds a log to what it published before, and cosigns.

Its folder: `witness.key` (mode 0600), `log.vkey` (the log's key it trusts), `latest` (the last note it cosigned),
`cosigned.txt` (a line for every checkpoint it cosigned: moment, log, size, root), which shows others the first of them,
`evidence/` (of a log that was rewritten: both signed notes, or the service's admission).
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from credit.kernel import canonical
from credit.kernel.blobs import written
from credit.kernel.checkpoints import Checkpoint, open_rotation, parse_checkpoint
from credit.kernel.cosigning import cosigned, rewritten, witness_of
from credit.kernel.errors import Refusal
from credit.kernel.log_keys import log_key
from credit.kernel.signing import BadNote, VerifierKey, load_verifier, open_note

_MOST = 1_000_000  # bytes of an answer that are read


class Unreachable(Exception):
    """The log cannot be asked now: nothing is said about it."""


class Contradicted(Refusal):
    """The log does not continue what it signed before, as compared here or as its service admits.

    `extra["evidence"]` names the file with both notes, or the note kept and what the service says.
    """

    code = "log_rewritten"
    title = "日志被改写 The log was rewritten"


class UnknownLogKey(Refusal):
    """The log is signed by a key that the trusted one has not named."""

    code = "log_key_unknown"
    title = "日志密钥不明 Unknown log key"


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the log: what was cosigned; `taken` tells whether the service keeps the cosignature."""

    origin: str
    size: int
    before: int | None
    taken: bool
    said: str = ""


class Witness:
    """Watches one log over HTTP from one folder."""

    def __init__(self, folder: Path, client: httpx.AsyncClient, name: str) -> None:
        self.folder = folder
        self.client = client
        self.key = log_key(folder / "witness.key", name)

    @property
    def vkey(self) -> str:
        """What the log's operator puts into `TENDERCREDIT_WITNESSES`."""
        return witness_of(self.key).vkey

    async def look(self, now: datetime, pinned: str | None = None) -> Round:
        """Compares the log with the last note kept, cosigns what is new, hands the cosignature in and keeps it.

        Raises Contradicted (evidence kept), UnknownLogKey, BadKey, Unreachable.
        """
        note = await self._served(now)
        point = parse_checkpoint(open_note(note, [await self._trusted(note, pinned)]))
        kept = self._kept()
        if kept is not None:
            await self._compare(kept, (note, point), now)
        before = kept[1].size if kept is not None else None
        if kept is not None and point.size <= kept[1].size:
            note, point = kept  # no newer than ours, and a true one: ours stands, one signature for each checkpoint
        else:
            note = cosigned(note, self.key, int(now.timestamp()))
            self._note_down(point, now)
            written(self.folder / "latest", note.encode(), 0o644)
        taken, said = await self._hand_in(note)
        return Round(origin=point.origin, size=point.size, before=before, taken=taken, said=said)

    def _note_down(self, point: Checkpoint, now: datetime) -> None:
        with (self.folder / "cosigned.txt").open("a", encoding="utf-8") as kept:
            kept.write(f"{canonical.moment(now)} {point.origin} {point.size} {point.root.hex()}\n")

    async def _served(self, now: datetime) -> str:
        answer = await self._get("/v1/ledger/checkpoint")
        if answer.status_code >= 400 and _code(answer) == Contradicted.code:
            raise self._admitted(answer, now)
        note = _whole(answer).text
        if "\n\n— " not in note:
            raise Unreachable(f"{self.client.base_url} 答的不是检查点 no checkpoint there")
        head, _, tail = note.partition("\n\n")
        return f"{head}\n\n{tail.partition(chr(10))[0]}\n"  # the log's own line; other witnesses do not concern us

    async def _trusted(self, note: str, pinned: str | None) -> VerifierKey:
        """The log's key: as pinned or kept, or one that a trusted key has named in a signed hand-over."""
        place = self.folder / "log.vkey"
        said = _whole(await self._get("/v1/ledger/keys")).json()["keys"]
        if not place.exists():
            first = pinned or str(said[0]["vkey"])
            written(place, f"{load_verifier(first).vkey}\n".encode(), 0o644)
        key = load_verifier(place.read_text(encoding="utf-8"))
        hand_overs = [k["rotation"] for k in said if k.get("rotation")]
        for _ in range(len(hand_overs) + 1):
            if _signed(note, key):
                written(place, f"{key.vkey}\n".encode(), 0o644)
                return key
            key = _successor(key, hand_overs) or key
        raise UnknownLogKey(
            f"检查点不是已信任的密钥({key.key_id.hex()})所签,也没有它签的交接书:向日志运营方核实新公钥,"
            "再用新的 --data 文件夹重新开始 the log's key is neither the trusted one nor named by it")

    def _kept(self) -> tuple[str, Checkpoint] | None:
        try:
            note = (self.folder / "latest").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return note, parse_checkpoint(note.partition("\n\n")[0] + "\n")

    async def _compare(self, kept: tuple[str, Checkpoint], served: tuple[str, Checkpoint], now: datetime) -> None:
        old, new = sorted((kept[1].size, served[1].size))
        path: list[str] = []
        if old != new:
            answer = await self._get(f"/v1/ledger/proof/consistency?from={old}&to={new}")
            path = answer.json()["path"] if answer.status_code == 200 else []
            if answer.status_code >= 500:
                _whole(answer)
        try:
            hashes = [bytes.fromhex(h) for h in path]
        except ValueError:
            hashes = []
        why = rewritten(kept[1], served[1], hashes)
        if why is not None:
            raise self._contradicted(why, kept[0], served[0], path, now)

    def _contradicted(self, why: str, kept: str, served: str, path: list[str], now: datetime) -> Contradicted:
        place = self._evidence({"why": why, "kept": kept, "served": served, "proof": path}, now)
        return Contradicted(f"日志与见证过的不符,未予签名 REFUSED: {why}。双方签名文书存于 both notes are in {place}",
                            evidence=str(place))

    def _admitted(self, answer: httpx.Response, now: datetime) -> Contradicted:
        kept = self._kept()
        facts = {"why": "the service says so", "kept": kept and kept[0], "served": None, "said": answer.text}
        place = self._evidence(facts, now)
        return Contradicted("服务自己查出日志与已签检查点矛盾,已停签,未予签名 REFUSED: the service itself found its "
                            f"log rewritten and signs no more。所答存于 its answer is in {place}", evidence=str(place))

    def _evidence(self, facts: dict[str, Any], now: datetime) -> Path:
        place = self.folder / "evidence" / f"{now:%Y%m%dT%H%M%S}.json"
        told = {"found_at": canonical.moment(now), **facts}
        written(place, json.dumps(told, ensure_ascii=False, indent=1).encode(), 0o644)
        return place

    async def _hand_in(self, note: str) -> tuple[bool, str]:
        try:
            answer = await self.client.post("/v1/ledger/cosignatures", json={"note": note})
        except httpx.HTTPError as exc:
            return False, type(exc).__name__
        return answer.status_code == 200, "" if answer.status_code == 200 else _code(answer)

    async def _get(self, address: str) -> httpx.Response:
        try:
            return await self.client.get(address)
        except httpx.HTTPError as exc:
            raise Unreachable(f"{self.client.base_url} 无法访问 cannot be reached ({type(exc).__name__})") from None


def _signed(note: str, key: VerifierKey) -> bool:
    try:
        open_note(note, [key])
    except BadNote:
        return False
    return True


def _successor(key: VerifierKey, hand_overs: list[str]) -> VerifierKey | None:
    for note in hand_overs:
        if _signed(note, key):
            return open_rotation(note, [key]).key
    return None


def _whole(answer: httpx.Response) -> httpx.Response:
    """The answer, if it is one. Raises Unreachable."""
    if answer.status_code != 200 or len(answer.content) > _MOST:
        raise Unreachable(f"{answer.url} 答 {answer.status_code} {_code(answer)}")
    return answer


def _code(answer: httpx.Response) -> str:
    try:
        found: Any = answer.json()
    except ValueError:
        return ""
    return str(found.get("code", "")) if isinstance(found, dict) else ""
