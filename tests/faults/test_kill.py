"""kill -9 at any moment: no act lost, none twice, no letter number twice, and what may repeat says so."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from tests.factories import uscc
from tests.faults.service import BUREAU, Postbox, Service, serving, until

KILLS, ROWS, SINGLES = 10, 4, 2
HEADER = ("行政相对人名称,行政相对人代码_1(统一社会信用代码),行政处罚决定书文号,违法行为类型,违法事实,处罚依据,"
          "处罚类别,处罚内容,罚款金额(万元),处罚决定日期,处罚机关,处罚机关统一社会信用代码")


async def test_ten_kills_lose_nothing_and_double_nothing(data: Path, database_url: str | None) -> None:
    chance = random.Random(20261122)
    with Postbox() as post:
        async with serving(data, database_url, OUTBOX=data / "outbox", SMTP_HOST="127.0.0.1", SMTP_PORT=post.port,
                           SMTP_SENDER="letters@credit.example") as service:
            key = await service.furnish()
            story = Story(service, key)
            for nth in range(KILLS):
                await service.up()
                await story.until_killed(nth, chance)
            await service.up()
            await story.finish()
            await service.settled()
            await story.check(post)
            service.stop()
            verified = service.command("verify", "--json")
            assert verified.returncode == 0, verified.stdout
            assert json.loads(verified.stdout)["ok"] is True
            await until(lambda: not any(_alive(child) for child in service.children), "orphans are left")


async def test_a_message_in_flight_goes_again_under_the_same_name_and_is_marked(
    data: Path, database_url: str | None
) -> None:
    with Postbox() as post:
        async with serving(data, database_url, SMTP_HOST="127.0.0.1", SMTP_PORT=post.port,
                           SMTP_SENDER="letters@credit.example") as service:
            key = await service.furnish()
            await service.up()
            post.answering.clear()
            async with service.client(key) as client:
                assert (await client.post("/v1/penalties", json=single(1))).status_code == 201
            await until(lambda: len(post.ids) == 1, "the message never left")
            service.kill()  # it is with the mail server, and nobody has heard so
            post.answering.set()
            await service.up()
            await service.settled()
            assert len(post.ids) == 2 and len(set(post.ids)) == 1
            async with service.client(key) as client:
                notice = (await client.get(f"/v1/notices?subject={uscc(1)}")).json()["items"][0]
                ways = (await client.get(f"/v1/notices/{notice['id']}/deliveries")).json()["items"]
            mail = next(way for way in ways if way["channel"] == "email")
            assert (mail["state"], mail["message_id"]) == ("sent", post.ids[0])
            assert [(a["outcome"], a["uncertain"]) for a in mail["attempts"]] == [
                ("uncertain", True), ("sent", False)]


class Story:
    """What was sent, what was acknowledged, and what must be so in the end."""

    def __init__(self, service: Service, key: dict[str, str]) -> None:
        self.service = service
        self.key = key
        self.acknowledged: dict[str, str] = {}  # company code → record id
        self.files: set[int] = set()

    async def until_killed(self, nth: int, chance: random.Random) -> None:
        """Sends a file and single penalties; the process dies in the middle of it or of its letters."""
        work = asyncio.gather(self.file(nth), self.singles(nth), return_exceptions=True)
        await asyncio.sleep(chance.uniform(0.02, 2.2))
        self.service.kill()
        await work

    async def file(self, nth: int) -> None:
        async with self.service.client(self.key) as client:
            sent = await client.post("/v1/penalties/import?letters=true", files={"file": ("示例.csv", table(nth))})
        assert sent.status_code == 200, sent.text
        report = sent.json()
        assert report["accepted"] + report["duplicates"] == ROWS, report
        self.files.add(nth)

    async def singles(self, nth: int) -> None:
        async with self.service.client(self.key) as client:
            for n in range(nth * SINGLES, (nth + 1) * SINGLES):
                answer = await client.post("/v1/penalties", json=single(n))
                assert answer.status_code in (200, 201), answer.text
                found = answer.json()
                assert self.acknowledged.setdefault(uscc(n), found["id"]) == found["id"]

    async def finish(self) -> None:
        """Sends again all that may not have arrived, as offices do."""
        for nth in range(KILLS):
            await self.singles(nth)
            if nth not in self.files:
                await self.file(nth)

    async def check(self, post: Postbox) -> None:
        async with self.service.client(self.key) as client:
            for record in self.acknowledged.values():
                assert (await client.get(f"/v1/penalties/{record}")).status_code == 200
            register = (await client.get("/v1/notices/register")).json()["items"]
        await self._acts()
        await self._letters(register)
        await self._messages(post)

    async def _acts(self) -> None:
        """One record per company and document."""
        rows = await self.service.rows(
            "SELECT e.code, count(DISTINCT r.record_id) AS n FROM credit_record r"
            " JOIN credit_entity e ON e.entity_id = r.entity_id GROUP BY e.code")
        wanted = {uscc(n) for n in range(KILLS * SINGLES)} | {uscc(1000 + n) for n in range(KILLS * ROWS)}
        assert {r["code"]: r["n"] for r in rows} == dict.fromkeys(wanted, 1)
        recorded = await self.service.rows("SELECT count(*) AS n FROM log_entry WHERE kind = 'penalty_recorded'")
        assert recorded[0]["n"] == len(wanted)

    async def _letters(self, register: list[dict[str, Any]]) -> None:
        """Numbers without gap or repeat; one letter per record, each in the inbox and in the folder."""
        serials = sorted(line["serial"] for line in register)
        assert serials == list(range(1, len(serials) + 1))
        issued = [line for line in register if line["state"] == "issued"]
        assert len(issued) == KILLS * (SINGLES + ROWS)
        assert len({line["number"] for line in register}) == len(register)
        ways = await self.service.rows("SELECT notice_id, channel, state FROM notices_delivery")
        inbox = Counter(w["notice_id"] for w in ways if w["channel"] == "inbox" and w["state"] == "delivered")
        assert inbox == Counter(line["notice_id"] for line in issued)
        folder = Counter(w["notice_id"] for w in ways if w["channel"] == "file" and w["state"] == "sent")
        assert folder == inbox
        files = list((self.service.data / "outbox").glob("*.pdf"))
        assert len(files) == len(issued)
        assert all(path.read_bytes().startswith(b"%PDF") for path in files)

    async def _messages(self, post: Postbox) -> None:
        """Every letter with an address was sent; one sent twice has an attempt marked uncertain."""
        ways = await self.service.rows(
            "SELECT id, message_id, state FROM notices_delivery WHERE channel = 'email'")
        assert len(ways) == KILLS * SINGLES and {w["state"] for w in ways} == {"sent"}
        assert set(post.ids) == {w["message_id"] for w in ways}
        marked = {a["delivery_id"] for a in await self.service.rows("SELECT * FROM notices_attempt") if a["uncertain"]}
        twice = {message for message, count in Counter(post.ids).items() if count > 1}
        assert twice <= {w["message_id"] for w in ways if w["id"] in marked}


def single(n: int) -> dict[str, Any]:
    """The n-th penalty that is pushed by itself, with an address for its letter."""
    return {
        "subject": {"kind": "legal_person", "name": f"示例市第{n}样本公司", "code": uscc(n)},
        "document_no": f"示单罚〔2026〕{n + 1}号", "kinds": ["fine"], "fine_fen": 2_000_000,
        "content": "罚款人民币2万元。",
        "act_type": "示例行为", "facts": "示例事实。", "basis": "示例依据(条款从略)", "decided_on": "2026-10-20",
        "authority": {"name": BUREAU.name, "code": BUREAU.code},
        "contacts": [{"channel": "email", "address": f"firm{n}@contact.example"}],
    }


def table(nth: int) -> bytes:
    """The nth file of an import."""
    rows = [
        f"示例市第{1000 + n}样本公司,{uscc(1000 + n)},示批罚〔2026〕{n + 1}号,示例行为,示例事实。,示例依据,"
        f"罚款,罚款人民币2万元。,2,2026-10-20,{BUREAU.name},{BUREAU.code}"
        for n in range(nth * ROWS, (nth + 1) * ROWS)
    ]
    return "\n".join([HEADER, *rows]).encode()


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


