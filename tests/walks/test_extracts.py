"""The public lists as files, through HTTP: whole, signed, followed by deltas, never with what is no longer shown."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from api.papers.extract_packets import ZipPacket
from credit.accounts.model import Role
from credit.kernel import ledger
from credit.kernel.checkpoints import sign_checkpoint
from credit.kernel.clock import business_day
from credit.kernel.signing import new_key
from sanctions.extracts.checks import check, newest_lines
from sanctions.extracts.notes import Manifest, SourceNote, digest, moment_of, open_manifest, read_manifest, signed
from sanctions.extracts.rows import ExtractRow, line
from sanctions.service.extracts import files
from sanctions.service.extracts.serving import Extracts
from sanctions.service.extracts.store import newest
from tests.walks.cases import firm
from tests.walks.house import CENTRE, House
from tests.walks.test_listings import act, enter, entry, removal

BASE = "/v1/extracts"
OTHER, STRANGER = new_key("other.house/log", b"o" * 32), new_key("other.house/log", b"s" * 32)
ARREARS = "wage_arrears"


async def current(house: House) -> Any:
    answer = await house.get(BASE)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][0]


async def rows(house: House, name: str = ARREARS) -> dict[str, Any]:
    """The rows of a list now, by code."""
    answer = await house.get(f"{BASE}/current/files/{name}.jsonl")
    assert answer.status_code == 200, answer.text
    return {row["code"]: row for row in map(json.loads, answer.text.splitlines())}


async def saved(house: House, path: str, into: Path) -> ZipPacket:
    answer = await house.get(path)
    assert answer.status_code == 200, answer.text
    into.write_bytes(answer.content)  # noqa: ASYNC240 - a small file of a test
    return ZipPacket(into)


async def refused(house: House, path: str, status: int, code: str) -> None:
    answer = await house.get(path)
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


async def later(house: House) -> None:
    """So much later that what is new is taken up (extracts.refresh_minutes)."""
    kept = await newest()
    if kept is not None:
        house.clock.set(moment_of(read_manifest(kept.note).at) + timedelta(minutes=61))


async def test_what_is_shown_is_handed_out_and_what_is_removed_is_gone_at_once(house: House, tmp_path: Path) -> None:
    stays, leaves, comes = firm(), firm(), firm()
    await enter(house, entry(stays, document_no="示人社列〔2025〕71号"))
    gone = await enter(house, entry(leaves, document_no="示人社列〔2025〕72号"))
    await later(house)
    first = await current(house)
    whole = await saved(house, f"{BASE}/current/files/all.zip", tmp_path / "1-full.zip")
    told = await rows(house)
    assert {stays, leaves} <= told.keys()
    # three years from 2025-09-15, the corresponding day inclusive; before 令第36号 it is shown as long as it lasts
    assert (told[stays]["until"], told[stays]["shown_until"], told[stays]["stated_until"]) == (
        "2028-09-15", "2028-09-15", None)
    assert told[stays]["bars"] == ["government_procurement", "mandatory_tender"]

    await enter(house, entry(comes, document_no="示人社列〔2025〕73号"))
    assert (await current(house))["known_seq"] == first["known_seq"]  # what is new may wait
    await act(house, gone["id"], "removal", removal(), status=201)
    assert leaves not in await rows(house) and comes in await rows(house)  # what ends does not
    second = await current(house)
    assert (second["number"], second["previous"]) == (first["number"] + 1, first["sha256"])
    await refused(house, f"{BASE}/{first['known_seq']}/files/{ARREARS}.csv", 410, "extract_superseded")

    one = await saved(house, f"{BASE}/delta/delta.zip?since={first['known_seq']}", tmp_path / "2-delta.zip")
    text = b"".join(one.read(f"{ARREARS}.delta.jsonl")).decode()
    assert comes in text and leaves not in text and "72号" not in text
    same = await house.get(f"{BASE}/delta/{ARREARS}.delta.jsonl?since={first['sha256']}")
    assert same.text == text
    found = check([whole, one], house.services.log.verifiers())
    assert found.valid, found
    now = await house.get(f"{BASE}/{second['known_seq']}/files/{ARREARS}.jsonl")
    assert b"".join(newest_lines([whole, one], ARREARS)) == now.content
    assert (await ledger.event(second["entry_seq"]))["known_seq"] == second["known_seq"]
    assert (await ledger.entry(second["entry_seq"])).subject == second["sha256"]


async def test_a_manifest_is_signed_and_a_file_is_not_sent_twice(house: House) -> None:
    made = await current(house)
    for path in (BASE, f"{BASE}/current/manifest"):
        tag = (await house.get(path)).headers["etag"]
        assert (await house.get(path, {"If-None-Match": tag})).status_code == 304
    answer = await house.get(f"{BASE}/current/manifest")
    manifest = open_manifest(answer.text, house.services.log.verifiers())
    assert digest(manifest) == made["sha256"] and answer.headers["cache-control"] == "public, no-cache"
    file = await house.get(f"{BASE}/current/files/{ARREARS}.csv")
    assert file.content.startswith("\ufeff名单,".encode()) and file.headers["content-type"].startswith("text/csv")
    for tag in (file.headers["etag"], f'W/{file.headers["etag"]}, "other"'):
        again = await house.get(f"{BASE}/current/files/{ARREARS}.csv", {"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", file.headers["etag"])
    assert (await house.get(f"{BASE}/current/files/{ARREARS}.csv", {"If-None-Match": '"x"'})).status_code == 200


async def test_a_past_extract_is_the_same_to_the_byte(house: House, tmp_path: Path) -> None:
    code = firm()
    made = await enter(house, entry(code, document_no="示人社列〔2025〕81号"))
    await later(house)
    await current(house)
    kept = await newest()
    assert kept is not None
    ready = await house.services.extracts.current()
    held = {p.name: p.read_bytes() for p in ready.folder.iterdir() if p.is_file() and p.suffix != ".zip"}
    await act(house, made["id"], "removal", removal(document_no="示人社移〔2026〕81号"), status=201)
    assert code not in await rows(house)
    past = await house.services.extracts.past(kept.on_day, kept.known_seq)
    again = {p.name: p.read_bytes() for p in past.folder.iterdir() if p.is_file()}
    assert again == held and code.encode() in held[f"{ARREARS}.jsonl"]
    other = await house.services.extracts.past(kept.on_day + timedelta(days=-1), kept.known_seq)
    assert (other.manifest.number, other.manifest.on) == (0, kept.on_day + timedelta(days=-1))


async def test_another_machine_makes_the_same_files_and_hands_out_no_second_extract(
    house: House, tmp_path: Path
) -> None:
    made, mine = await current(house), house.services
    other = Extracts(mine.book, house.clock, mine.log, tmp_path / "other")
    ready = await other.current()
    assert ready.kept.digest == made["sha256"]
    file = (await house.get(f"{BASE}/current/files/{ARREARS}.csv")).content
    assert (ready.folder / f"{ARREARS}.csv").read_bytes() == file
    base = (await house.get(f"{BASE}?limit=500")).json()["items"][-1]
    assert (await other.delta(str(base["known_seq"]))).delta == (await mine.extracts.delta(base["sha256"])).delta


async def test_persons_are_in_no_extract(house: House) -> None:
    person = {"kind": "natural_person", "name": "示例自然人", "person_ref": "experts_sample:E7101"}
    await enter(house, entry("", subject=person, document_no="示人社列〔2025〕91号"))
    await later(house)
    text = "".join([(await house.get(one["url"])).text for one in (await current(house))["files"]])
    assert "示例自然人" not in text and "91号" not in text


async def test_what_cannot_be_had_is_refused_with_what_to_do(house: House) -> None:
    made = await current(house)
    future, never = made["known_seq"] + 1000, "0" * 64
    for since in (str(future), str(10**17), never):
        await refused(house, f"{BASE}/delta/manifest?since={since}", 404, "extract_base_unknown")
    for since in ("yesterday", "-1", "1.5", "9" * 30):
        await refused(house, f"{BASE}/delta/manifest?since={since}", 422, "invalid")
    await refused(house, f"{BASE}/delta/manifest", 422, "invalid")
    for name in ("nothing.csv", "..%2F..%2Flog.key", "marks", "manifest.csv"):
        answer = await house.get(f"{BASE}/current/files/{name}")
        assert answer.status_code == 404, name
    await refused(house, f"{BASE}/{future}/manifest", 404, "extract_base_unknown")
    await refused(house, f"{BASE}/soon/manifest", 422, "invalid")
    await refused(house, f"{BASE}/{10**18}/files/all.zip", 422, "invalid")
    await refused(house, f"{BASE}?cursor=zzz", 422, "invalid")
    house.clock.advance(days=31)  # extracts.delta_days
    await refused(house, f"{BASE}/delta/manifest?since={made['known_seq']}", 409, "extract_base_too_old")
    assert (await current(house))["on"] == (date(2026, 11, 22) + timedelta(days=31)).isoformat()
    assert business_day(house.clock()) == date(2026, 12, 23)


def foreign(folder: Path, *rows_: ExtractRow, held: str | None = "2026-11-21T22:00:00Z") -> tuple[str, bytes]:
    """The manifest and sheet of another house's extract; `held`: since when that house has the list."""
    gathered = files.Gathered(folder)
    for one in rows_:
        gathered.add(ARREARS, line(one))
    notes = files.lay_out(folder, gathered, {ARREARS: "示例名单"})
    at = "2026-11-22T00:30:00.000000Z"
    made = Manifest(log="other.house/log", number=1, on=date(2026, 11, 22), known_seq=6, known_at=at, at=at, rules="r",
                    files=notes, previous=None, checkpoint=sign_checkpoint("other.house/log", 7, b"r" * 32, OTHER),
                    sources=(SourceNote(list=ARREARS, fetched_at=held, static=False),) if held else ())
    return signed(made, OTHER), (folder / f"{ARREARS}.csv").read_bytes()


def arrears(code: str, number: int, **facts: Any) -> ExtractRow:
    told = {"key": f"{number:032x}", "list": ARREARS, "name": f"示例外地{number}公司", "code": code, "bars": [],
            "kind": "legal_person", "authority": {"name": "示例外地人社局"},
            "document_no": f"外人社列〔2026〕{number}号",
            "from": "2026-01-05", "until": "2029-01-05", "until_verified": True, "stated_until": None,
            "shown_until": "2029-01-05", "basis": "保障农民工工资支付条例第四十八条"}
    return msgspec.convert(told | facts, ExtractRow)


async def test_an_extract_is_a_list_file_for_another_house(house: House, tmp_path: Path) -> None:
    """It is taken in under its own manifest; what its house only computed is left to the rules of this one."""
    stated, computed = firm(), firm()
    note, sheet = foreign(tmp_path / "other", arrears(stated, 1, until="2027-01-04", stated_until="2027-01-04"),
                          arrears(computed, 2, until="2030-01-01"))

    async def taken(manifest: str, keys: str, content: bytes = sheet) -> Any:
        return await house.client.post(
            f"/v1/lists/{ARREARS}/import", files={"file": ("名单.csv", content)}, timeout=60,
            data={"manifest": manifest, "extract_keys": keys},
            headers=await house.key(Role.AUTHORITY, CENTRE, "push:any"))

    for manifest, keys, content, code in (
        (note, STRANGER.verifier.vkey, sheet, "note_invalid"), (note, "", sheet, "invalid"),
        (note, "no key", sheet, "invalid"), (note, OTHER.verifier.vkey, sheet + b"\r\n", "invalid"),
        (note.replace('"rows":2', '"rows":3'), OTHER.verifier.vkey, sheet, "note_invalid"),
    ):
        answer = await taken(manifest, keys, content)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    answer = await taken(note, OTHER.verifier.vkey)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (2, [])
    assert answer.json()["fetched_at"] == "2026-11-21T22:00:00Z"  # no fresher than the other house's own copy
    never_held, empty = foreign(tmp_path / "third", held=None)
    answer = await taken(never_held, OTHER.verifier.vkey, empty)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "source_missing"), answer.text
    ends = [[r["until"] for r in (await house.now(code))["reasons"] if r["bars"]] for code in (stated, computed)]
    assert ends == [["2027-01-04"], ["2029-01-05"]]  # the second by list_months of this house: three years


async def test_the_page_leads_to_every_file(house: House) -> None:
    page = await house.get("/extracts")
    assert page.status_code == 200 and "公示名单" in page.text
    assert "没有数据来源" in page.text  # lists this house does not hold are not shown as empty ones
    made = await current(house)
    for one in made["files"]:
        assert f"{BASE}/current/files/{one['name']}" in page.text
    assert made["sha256"] in page.text
