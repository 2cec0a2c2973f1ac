"""An applicant proves its company by certificate, by page and by program; a challenge serves once, for one account."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from litestar import Litestar

from api.wiring import Services
from credit.accounts.certifying import Certifying
from credit.accounts.model import Role
from credit.kernel import database
from credit.kernel.settings import Certificates
from tests.api.web.people import at, enter, follow, form_token, page, person, send
from tests.certified import PERSON, authority, company, revocations, signed
from tests.factories import uscc
from tests.fakes import FakeClock

CODE = uscc(71)
ROOT = authority()


@pytest.fixture
def services(services: Services, tmp_path: Path, clock: FakeClock) -> Services:
    """The house with one authority that it trusts, and its revocation list."""
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "root.pem").write_text(ROOT.pem)
    (tmp_path / "root.crl").write_bytes(revocations(ROOT).public_bytes(Encoding.DER))
    given = Certificates(authorities=tmp_path / "ca", revoked=tmp_path / "root.crl")
    return replace(services, certifying=Certifying(given, "http://house", clock))


async def test_by_page(services: Services, visitor: httpx.AsyncClient, clock: FakeClock) -> None:
    made = await person(services, Role.APPLICANT, CODE, "applicant")
    own, other = company(CODE, ROOT), company(uscc(72), ROOT)
    await enter(visitor, "applicant")
    start = await visitor.get("/account/proof")
    assert "企业数字证书" in page(start).text
    first = page(await send(visitor, start, to="/account/proof/challenge"))
    assert made.person_id in first.text and CODE in first.text
    asked = await send(visitor, start, to="/account/proof/challenge")
    here = next(f["action"] for f in page(asked).all("form") if "/challenge/" in f["action"])
    text = (await visitor.get(here)).content
    for held, signature, words in (
        (own, signed(own, b"other"), "签名与原文"), (other, signed(other, text), "不是本企业的"),
        (own, "示例", "base64"),
    ):
        refused = page(await send(visitor, asked, {"signature": signature, "chain": held.pem}, to=here), 422)
        assert words in refused.text and PERSON not in refused.text
    windows = signed(own, text.replace(b"\n", b"\r\n"))
    done = await send(visitor, asked, {"signature": windows, "chain": own.pem}, to=here)
    assert at(done) == "/desk" and (await follow(visitor, done)).status_code == 200
    rows = str(await database.fetch("SELECT body FROM log_payload"))
    assert '"proof":"certificate"' in rows and '"revocation":"checked"' in rows and PERSON not in rows
    token = {"form_token": form_token(await visitor.get("/account"))}
    again = await visitor.post(here, data={**token, "signature": windows, "chain": own.pem})
    assert again.status_code == 409  # it has served


async def test_a_challenge_ends_and_tries_are_counted(
    services: Services, visitor: httpx.AsyncClient, clock: FakeClock
) -> None:
    await person(services, Role.APPLICANT, CODE, "applicant")
    own = company(CODE, ROOT)
    await enter(visitor, "applicant")
    asked = await send(visitor, await visitor.get("/account/proof"), to="/account/proof/challenge")
    here = next(f["action"] for f in page(asked).all("form") if "/challenge/" in f["action"])
    text = (await visitor.get(here)).content
    for _ in range(10):
        await send(visitor, asked, {"signature": "AAAA", "chain": own.pem}, to=here)
    counted = await send(visitor, asked, {"signature": signed(own, text), "chain": own.pem}, to=here)
    assert counted.status_code == 429
    clock.advance(minutes=16)
    late = await send(visitor, asked, {"signature": signed(own, text), "chain": own.pem}, to=here)
    assert "已失效" in page(late, 409).text


async def test_by_program(services: Services, app: Litestar, client: httpx.AsyncClient) -> None:
    made = await person(services, Role.APPLICANT, CODE, "applicant")
    base, own = f"/v1/entities/{CODE}/certificate-challenges", company(CODE, ROOT)
    assert (await client.post(base, json={"person_id": "prn_none"})).status_code == 404
    old = (await client.post(base, json={"person_id": made.person_id})).json()
    asked = (await client.post(base, json={"person_id": made.person_id})).json()
    assert re.search(rf"company: {CODE}\naccount: {made.person_id}\n", asked["text"])
    given = {"challenge": asked["id"], "signature": signed(own, asked["text"].encode()), "chain": own.pem}
    gone = await client.post(f"{base}/proofs", json={**given, "challenge": old["id"]})
    assert (gone.status_code, gone.json()["code"]) == (409, "challenge_over")
    elsewhere = await client.post(base.replace(CODE, uscc(72)) + "/proofs", json=given)
    assert elsewhere.status_code == 409
    cut = await client.post(f"{base}/proofs", json={**given, "chain": own.pem[:200]})
    assert (cut.status_code, cut.json()["errors"][0]["pointer"]) == (422, "/chain")
    proved = await client.post(f"{base}/proofs", json=given)
    assert proved.json() == {
        "person_id": made.person_id, "code": CODE, "role": "enterprise", "proof": "certificate"}
    assert (await client.post(f"{base}/proofs", json=given)).status_code == 409
    assert (await client.post(base, json={"person_id": made.person_id})).json()["code"] == "proved_before"


async def test_without_authorities_it_is_off_and_a_bad_file_is_the_operators(
    services: Services, app: Litestar, client: httpx.AsyncClient, clock: FakeClock, tmp_path: Path
) -> None:
    made = await person(services, Role.APPLICANT, CODE, "applicant")
    base, own = f"/v1/entities/{CODE}/certificate-challenges", company(CODE, ROOT)
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    for given, code in ((Certificates(authorities=bad), "trust_unreadable"), (Certificates(), "certificates_off")):
        app.state.services = replace(services, certifying=Certifying(given, "http://house", clock))
        asked = await client.post(base, json={"person_id": made.person_id})
        if asked.status_code == 201:
            body = {"challenge": asked.json()["id"], "signature": signed(own, asked.json()["text"].encode()),
                    "chain": own.pem}
            asked = await client.post(f"{base}/proofs", json=body)
        assert asked.json()["code"] == code
