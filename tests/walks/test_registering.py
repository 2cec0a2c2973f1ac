"""Registering freely, and what it takes to see a company's own records: a letter's code or the representative."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import httpx

from credit.accounts.model import Role
from credit.kernel import ledger
from tests.api.web.people import PASSWORD, enter, follow, form_token, page, person
from tests.factories import uscc
from tests.walks.cases import collusion
from tests.walks.house import HOUSING, MARKET, OPERATION, SUPPLIES, WORKS, House
from tests.walks.test_repair_pages import browser


async def register(client: httpx.AsyncClient, code: str, login: str, **other: str) -> httpx.Response:
    """Sends the form of 自主注册; the answer is not followed."""
    shown = await client.get("/register")
    data = {"form_token": form_token(shown), "code": code, "company": "示例注册有限公司", "display": "钱样本",
            "login": login, "password": PASSWORD, "again": PASSWORD}
    return await client.post("/register", data=data | other)


async def prove(client: httpx.AsyncClient, number: str, token: str) -> httpx.Response:
    shown = await client.get("/account/proof")
    return await client.post(
        "/account/proof", data={"form_token": form_token(shown), "number": number, "token": token})


async def letter_of(house: House, code: str, document_no: str) -> tuple[str, str]:
    """Number and code that a letter to the company prints beside its QR code."""
    await house.push(collusion(code, document_no=document_no))
    letter = (await house.letters(code))[0]
    address = await house.printed_address(letter["id"], await house.auditor())
    number, _, token = address.removeprefix("/verify/").partition("?t=")
    return unquote(number), unquote(token)


PRIVATE = ("/desk", "/desk/letters", "/desk/profile", "/desk/score", "/desk/repair")


async def test_a_stranger_sees_nothing_and_the_holder_of_a_letter_everything(house: House) -> None:
    code, other = uscc(18_100), uscc(18_101)
    number, token = await letter_of(house, code, "示样罚〔2026〕18100号")
    wrong, foreign = await letter_of(house, other, "示样罚〔2026〕18101号")
    async with browser(house) as firm, browser(house) as stranger:
        shown = await follow(stranger, await register(stranger, code, "stranger-18100"))
        assert "核验企业" in page(shown).text
        for path in PRIVATE:
            assert (await stranger.get(path)).status_code == 403
        shown = await follow(firm, await register(firm, code, "firm-18100"))
        refused = await prove(firm, wrong, foreign)  # a letter, but to somebody else
        assert refused.status_code == 422
        assert "不是发给本企业的" in page(refused, 422).text
        assert (await prove(firm, number, foreign)).status_code == 422
        shown = await follow(firm, await prove(firm, "", f"http://house/verify/{number}?t={token}"))
        assert str(shown.url.path) == "/desk"
        assert "示样罚〔2026〕18100号" in page(shown).text
        for path in PRIVATE:
            assert (await firm.get(path)).status_code == 200
            assert (await stranger.get(path)).status_code == 403
        last = await ledger.entry((await house.log_size()) - 1)
        assert last.kind == "person_proved"
        assert token not in last.body
        # an existing sign-in of the company works as before
        await person(house.services, Role.ENTERPRISE, code, "old-18100")
        assert (await firm.get("/account/proof")).status_code == 303
    async with browser(house) as old:
        shown = await follow(old, await enter(old, "old-18100"))
        assert "示样罚〔2026〕18100号" in page(shown).text


async def test_wrong_codes_are_counted(house: House) -> None:
    """Five within a quarter of an hour; then even the right one waits."""
    code = uscc(18_102)
    number, token = await letter_of(house, code, "示样罚〔2026〕18102号")
    async with browser(house) as firm:
        await register(firm, code, "firm-18102")
        tried = [(await prove(firm, number, f"x{n}")).status_code for n in range(5)]
        assert tried == [422] * 5
        assert (await prove(firm, number, token)).status_code == 429
        house.clock.set(house.clock() + timedelta(hours=1))
        await enter(firm, "firm-18102")
        assert (await prove(firm, number, token)).status_code == 303


async def test_an_office_records_that_the_representative_appeared(house: House) -> None:
    code = uscc(18_103)
    assert (await house.post("/v1/entities", {"code": code, "name": "示例到场有限公司"},
                             await house.office(MARKET))).status_code == 201
    async with browser(house) as firm, browser(house) as office:
        await register(firm, code, "firm-18103")
        shown = page(await firm.get("/account/proof"))
        applicant = next(w for w in shown.text.split() if w.startswith("prn_"))
        assert (await firm.get("/desk")).status_code == 403
        path = f"/v1/entities/{code}/confirmations"
        body = {"person_id": applicant}
        assert (await house.post(path, body, await house.platform())).status_code == 403
        assert (await house.post(path, body)).status_code == 401
        elsewhere = await house.post(f"/v1/entities/{uscc(18_104)}/confirmations", body, await house.office())
        assert elsewhere.status_code == 404
        future = await house.post(path, body | {"appeared_on": "2026-11-23"}, await house.office())
        assert [e["pointer"] for e in future.json()["errors"]] == ["/appeared_on"]

        await person(house.services, Role.AUTHORITY, HOUSING, "window-18103")
        await enter(office, "window-18103")
        found = await follow(office, await office.get(f"/office/companies?code={code}"))
        sent = {"form_token": form_token(found), "what": "appeared", "person_id": applicant,
                "appeared_on": "2026-11-20"}
        told = await office.post(f"/office/companies/{code}", data=sent)
        assert (told.status_code, "已核验账户" in page(told).text) == (200, True)
        assert (await firm.get("/desk")).status_code == 200
        again = await house.post(path, body, await house.office())
        assert (again.status_code, again.json()["code"]) == (409, "proved_before")


async def test_a_company_enters_itself_and_no_answer_changes(house: House) -> None:
    code = uscc(18_105)
    before = [(await house.now(code, q))["reasons"] for q in (WORKS, SUPPLIES)]
    assert (await house.get(f"/v1/entities/{code}")).status_code == 404
    made = await house.post("/v1/entities", {"code": code, "name": "示例自报有限公司"})
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["self_registered"], made.json()["entered"]) == (
        "示例自报有限公司", True, False)
    again = await house.post("/v1/entities", {"code": code, "name": "示例冒名有限公司"})
    assert (again.status_code, again.json()["name"]) == (200, "示例自报有限公司")
    assert [(await house.now(code, q))["reasons"] for q in (WORKS, SUPPLIES)] == before
    own = await house.enterprise(code)
    changed = await house.post("/v1/entities", {"code": code, "name": "示例更正有限公司"}, own)
    assert (await house.get(f"/v1/entities/{code}")).json()["name"] == "示例更正有限公司" == changed.json()["name"]
    entered = await house.post(
        "/v1/entities", {"code": code, "name": "示例登记有限公司"}, await house.key(Role.OPERATOR, OPERATION))
    assert entered.status_code == 201
    card = (await house.get(f"/v1/entities/{code}")).json()
    assert (card["name"], card.get("entered", True)) == ("示例登记有限公司", True)
    wrong = await house.post("/v1/entities", {"code": code[:-1] + "*", "name": "示例"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "code_masked")
    more = await house.post("/v1/entities", {"code": code, "name": "示例", "merged_into": uscc(18_106)})
    assert [e["pointer"] for e in more.json()["errors"]] == ["/merged_into"]


async def test_registering_is_limited_by_address(house: House) -> None:
    house.clock.set(house.clock() + timedelta(hours=8))  # tries of the other stories are over
    answers = [await house.post("/v1/entities", {"code": uscc(18_110 + n), "name": "示例"}) for n in range(11)]
    assert [a.status_code for a in answers] == [201] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    async with browser(house) as somebody:
        refused = await register(somebody, uscc(18_130), "firm-18130")
        assert refused.status_code == 429
        bad = await register(somebody, "911", "firm-18130")
        assert (bad.status_code, "18" in page(bad, 422).text) == (422, True)
        assert (await register(somebody, uscc(18_130), "firm-18130", again="other")).status_code == 422


async def test_the_profile_is_stated_and_seen_by_page(house: House) -> None:
    code, other = uscc(18_140), uscc(18_141)
    for n in (code, other):
        await house.post("/v1/entities", {"code": n, "name": f"示例档案{n[-4:]}有限公司"}, await house.office(MARKET))
    await house.enterprise(code)
    await person(house.services, Role.ENTERPRISE, code, "firm-18140")
    await person(house.services, Role.REVIEWER, HOUSING, "review-18140")
    async with browser(house) as firm, browser(house) as office:
        await enter(firm, "firm-18140")
        shown = await firm.get("/desk/profile")

        async def say(client: httpx.AsyncClient, path: str, **data: str) -> httpx.Response:
            token = form_token(await client.get(path))
            return await client.post(path, data={"form_token": token} | data)

        assert (await say(firm, "/desk/profile", what="role", role="bidder")).status_code == 303
        assert (await say(firm, "/desk/profile", what="staff", name="钱样本示例", post="safety")).status_code == 303
        wrong = await say(firm, "/desk/profile", what="relation", relation="holds", other_code="911")
        assert wrong.status_code == 422
        assert {"relation-other_code", "relation-share"} <= {a["href"][1:] for a in page(wrong, 422).all("a")}
        assert (await say(firm, "/desk/profile", what="unheard_of")).status_code == 422
        assert (await say(firm, "/desk/profile", what="role", role="king")).status_code == 422
        assert (await say(firm, "/desk/profile", what="status", **{"from": "昨天"})).status_code == 422

        await enter(office, "review-18140")
        path = f"/office/companies/{code}"
        assert (await say(office, path, what="qualification", name="示例总承包资质", grade="一级", number="D1",
                          issuer="示例住建局", to="2026-12-31")).status_code == 303
        assert (await say(office, path, what="relation", relation="manages", other_code=other,
                          source="示例登记系统")).status_code == 303
        seen = page(await house.get(f"/companies/{code}"))
        assert "即将到期" in seen.text and "投标人" in seen.text and "安全员 钱****" in seen.text
        assert "钱样本示例" not in seen.text and "自行填报" in seen.text and "机关登记" in seen.text
        assert "受管理于" in page(await house.get(f"/companies/{other}")).text
        line = (await house.get(f"/v1/entities/{code}/roles")).json()["items"][0]
        ended = await say(firm, "/desk/profile", what="end", id=line["id"], on="2026-11-21")
        assert ended.status_code == 303
        assert "投标人" not in page(await house.get(f"/companies/{code}")).text
        assert "已终止" in page(await firm.get("/desk/profile")).text
        assert page(shown).text
        assert (await office.get("/office/companies?code=911")).status_code == 422
        assert (await office.get(f"/office/companies?code={uscc(18_142)}")).status_code == 404
