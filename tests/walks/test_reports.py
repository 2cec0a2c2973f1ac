"""A credit check report: issued, verified by strangers, sealed after a change, proven by the log."""

from __future__ import annotations

import hashlib
import html as standard_html
import io
import json
import re
from typing import Any

import pytest
from pypdf import PdfReader

from credit.accounts.model import Role
from credit.kernel import ledger
from credit.kernel.checkpoints import parse_proof, verify_proof
from credit.kernel.merkle import leaf_hash
from tests.api.web.people import enter, follow, page, person, send
from tests.walks.cases import collusion, firm, penalty
from tests.walks.house import CENTRE, WATER, House
from tests.walks.test_repair_pages import browser

FOOT = re.compile(r"本报告非专项信用报告、非征信报告。专项信用报告以“信用中国”网站出具的为准。编号XC-[A-Z2-7]{16}")
WITHDRAWAL = {"document_no": "示样撤〔2026〕9号", "withdrawn_on": "2026-11-20", "reason": "示例"}


def pages(content: bytes) -> list[str]:
    """The words of each page, without its number."""
    found = ["".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(content)).pages]
    return [re.sub(r"—\d+—$", "", text) for text in found]


async def reported(house: House, code: str, who: dict[str, str], body: Any = None, **more: str) -> Any:
    """An issued report as its owner is answered."""
    answer = await house.post(f"/v1/entities/{code}/reports", body or {}, who, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def file_of(house: House, made: Any, who: dict[str, str]) -> bytes:
    answer = await house.get(made["urls"]["pdf"], who)
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_a_company_gets_its_report_and_everybody_can_verify_it_until_a_record_changes(house: House) -> None:
    code = firm()
    pushed = await house.push(collusion(code))
    own = await house.enterprise(code)
    made = await reported(house, code, own)
    content = await file_of(house, made, own)
    assert hashlib.sha256(content).hexdigest() == made["sha256"]
    assert made["number"] != made["id"]
    address = f"/report/{made['id']}"
    assert made["urls"]["verify"].endswith(address)

    shown = (await house.get(address)).text
    for wanted in ("报告真实", made["number"], made["sha256"], f"示例市样本工程有限公司{code[-4:]}"):
        assert wanted in shown
    same = await house.client.post(address, files={"file": ("a.pdf", content)})
    other = await house.client.post(address, files={"file": ("a.pdf", content + b" ")})
    assert "与出具的原件一致" in same.text
    assert "与出具的原件不同" in other.text
    assert (await house.client.post(address, data={"x": "1"})).status_code == 422

    await house.act(pushed["id"], "withdrawal", WITHDRAWAL)
    shown = (await house.get(address)).text
    assert "报告真实；其后有信息变更，请重新核查" in shown
    assert f"/companies/{code}" not in shown
    assert f"示例市样本工程有限公司{code[-4:]}" not in shown
    told = (await house.get(f"/v1/reports/{made['id']}")).json()
    assert (told["genuine"], told["changed"], told["code"], told["valid_on"]) == (True, True, None, None)
    assert await file_of(house, made, own) == content  # its own paper stays the company's


async def test_the_report_says_who_what_restricts_the_score_its_sources_and_its_proof(house: House) -> None:
    code = firm()
    await house.push(collusion(code))
    own = await house.enterprise(code)
    made = await reported(house, code, own)
    found = pages(await file_of(house, made, own))
    text = "".join(found)
    assert all(FOOT.search(one) for one in found)
    for wanted in (
        "公共资源交易信用核查报告", code, "法人或非法人组织", made["number"],
        "不得参加依法必须进行招标的项目的投标，自2026年5月20日至2027年5月19日（含当日）。依据：招标投标法第五十三条",
        "示样罚〔2026〕53号", "罚款432,500元", "严重失信",
        # 70 − 30 (串通投标) = 40 points, no more good conduct: 40, grade D
        "40分，D级", "70分基础分", "-30分串通投标", "不代替资格审查", f"日志第{made['known_seq']}条", "日志根值",
        "失信被执行人名单：固定副本，不更新，取于2026年11月22日09:00", "信用修复全程免费",
    ):
        assert wanted in text, wanted


async def test_pdf_and_page_carry_the_same_words(house: House) -> None:
    code = firm()
    await house.push(collusion(code))
    own = await house.enterprise(code)
    made = await reported(house, code, own)
    answer = await house.get(made["urls"]["html"], own)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    body = re.search(r"<article.*</article>", answer.text, re.DOTALL)
    assert body is not None
    assert "<svg" in body[0]
    words = "".join(standard_html.unescape(re.sub(r"<[^>]+>", "", body[0])).split())
    *before, last = pages(await file_of(house, made, own))
    assert "".join(FOOT.sub("", one) for one in before) + last == words


async def test_penalties_stand_in_the_order_of_their_days(house: House) -> None:
    code = firm()
    for number, day in (("示样罚〔2026〕乙号", "2026-06-01"), ("示样罚〔2026〕甲号", "2026-05-01")):
        await house.push(penalty(code, document_no=number, decided_on=day))
    own = await house.enterprise(code)
    text = (await house.get((await reported(house, code, own))["urls"]["html"], own)).text
    section = text[text.index("三、行政处罚"):text.index("四、守信信息")]
    assert 0 < section.index("甲号") < section.index("乙号")


async def test_a_platform_sees_what_is_public_and_only_a_sum_of_the_rest(house: House) -> None:
    """A serious penalty is shown; a minor one is not: neither its number nor its points by name."""
    code = firm()
    await house.push(collusion(code))
    hidden = penalty(code, severity="minor")
    await house.push(hidden)
    own, platform = await house.enterprise(code), await house.platform()
    whole, public = await reported(house, code, own), await reported(house, code, platform)
    mine = "".join(pages(await file_of(house, whole, own)))
    theirs = "".join(pages(await file_of(house, public, platform)))
    assert (whole["whole"], public["whole"]) == (True, False)
    number = "".join(hidden["document_no"].split())
    assert (number in mine, number in theirs) == (True, False)
    assert "公示口径" in theirs
    assert "示样罚〔2026〕53号" in theirs
    assert "2026年11月22日至2027年11月22日的当日得分" in theirs  # what went before is the company's own business


async def test_after_repair_a_platform_gets_its_report_no_more_and_a_new_one_is_clean(house: House) -> None:
    code = firm()
    pushed = await house.push(penalty(code, severity="serious"))
    platform = await house.platform()
    made = await reported(house, code, platform)
    content = await file_of(house, made, platform)
    assert content.startswith(b"%PDF")
    await house.act(pushed["id"], "withdrawal", WITHDRAWAL)
    for part in ("pdf", "html"):
        refused = await house.get(made["urls"][part], platform)
        assert (refused.status_code, refused.json()["code"]) == (403, "report_sealed")
    new = await reported(house, code, platform)
    again = "".join(pages(await file_of(house, new, platform)))
    assert "本系统没有该主体正在公示的行政处罚和名单信息" in again
    assert not (await house.get(f"/v1/reports/{new['id']}")).json()["changed"]


async def test_who_may_issue_and_who_may_open(house: House) -> None:
    code, own = firm(), await house.enterprise(firm())
    path = f"/v1/entities/{code}/reports"
    assert (await house.post(path, {}, own)).status_code == 403
    assert (await house.post(path, {})).status_code == 401
    assert (await house.post(path, {}, await house.auditor())).status_code == 403
    made = await reported(house, code, await house.platform())
    for who in (None, own, await house.enterprise(code), await house.office(WATER)):
        assert (await house.get(f"/v1/reports/{made['id']}", who)).json()["genuine"]
        assert (await house.get(made["urls"]["pdf"], who)).status_code in (401, 403)
    for unknown in ("rep_nosuch", "x" * 3000, "%E6%9F%A5"):
        assert (await house.get(f"/v1/reports/{unknown}")).status_code == 404
        assert (await house.get(f"/report/{unknown}")).status_code == 404


@pytest.mark.parametrize(("body", "status"), [
    ({"scheme": "nosuch"}, 404), ({"scheme": "sample_expert_points"}, 422),
    ({"on": "1990-01-01"}, 422), ({"on": "2030-01-01"}, 422), ({"on": "soon"}, 422),
    ({"other": 1}, 422), ([], 422),
])
async def test_a_report_that_cannot_be_made_is_refused_and_leaves_nothing(
    house: House, body: Any, status: int
) -> None:
    platform, size = await house.platform(), await house.log_size()
    answer = await house.post(f"/v1/entities/{firm()}/reports", body or [], platform)
    assert answer.status_code == status, answer.text
    assert await house.log_size() == size
    assert (await house.post("/v1/entities/123/reports", {}, platform)).status_code == 422


async def test_the_same_request_again_gives_the_same_report_and_another_body_is_refused(house: House) -> None:
    code, platform = firm(), await house.platform()
    first = await reported(house, code, platform, **{"Idempotency-Key": f"r-{code}"})
    size = await house.log_size()
    again = await reported(house, code, platform, **{"Idempotency-Key": f"r-{code}"})
    assert (again["id"], again["sha256"]) == (first["id"], first["sha256"])
    assert await house.log_size() == size
    other = await house.post(f"/v1/entities/{code}/reports", {"on": "2026-12-01"}, platform,
                             **{"Idempotency-Key": f"r-{code}"})
    assert other.json()["code"] == "idempotency_mismatch"


async def test_the_log_proves_the_hash_and_names_neither_page_nor_company(house: House) -> None:
    code, platform = firm(), await house.platform()
    made = await reported(house, code, platform)
    entry = made["entry"]
    checkpoint = verify_proof(parse_proof(entry["proof"]), leaf_hash(entry["body"].encode()),
                              house.services.log.verifiers(), (await ledger.head()).origin)
    assert checkpoint.size > entry["seq"]
    body = json.loads(entry["body"])
    assert body["kind"] == "report_issued"
    assert body["commit"] == hashlib.sha256(bytes.fromhex(entry["salt"]) + entry["event"].encode()).hexdigest()
    assert json.loads(entry["event"])["event"]["pdf_sha256"] == made["sha256"]
    assert made["id"] not in entry["body"]
    assert code not in entry["body"]
    assert made["number"] in entry["body"]


async def test_persons_are_masked_and_what_a_company_says_of_itself_is_marked(house: House) -> None:
    code = firm()
    await house.push(collusion(code, subject={
        "kind": "legal_person", "name": "示例市样本工程有限公司", "code": code, "legal_representative": "赵样本"}))
    office = await house.office()
    stated = await house.post(f"/v1/entities/{code}/representatives", {
        "name": "赵样本", "from": "2020-01-01", "source": "示例登记"}, office)
    assert stated.status_code == 201, stated.text
    own = await house.enterprise(code)
    gone = await house.post(f"/v1/entities/{code}/status", {"status": "deregistered", "from": "2026-11-01"}, own)
    assert gone.status_code == 201, gone.text
    text = "".join(pages(await file_of(house, await reported(house, code, own), own)))
    assert "法定代表人赵**" in text
    assert "已注销，2026年11月1日起（自行填报）" in text
    assert "赵样本" not in text


async def test_a_company_asks_on_its_desk_and_an_office_from_the_companys_page(house: House) -> None:
    code = firm()
    await house.push(collusion(code))
    assert f'href="/reports/{code}"' in (await house.get(f"/companies/{code}")).text
    await house.enterprise(code)
    await person(house.services, Role.ENTERPRISE, code, f"report-{code}")
    await person(house.services, Role.PLATFORM, CENTRE, f"office-{code}")
    for login in (f"report-{code}", f"office-{code}"):
        async with browser(house) as client:
            desk = await follow(client, await enter(client, login))
            if login.startswith("report"):
                assert f'href="/reports/{code}"' in desk.text
            form = await client.get(f"/reports/{code}")
            assert "还没有出具过" in page(form).text and "专家" not in form.text
            for scheme, day in (("sample_expert_points", "2026-11-22"), ("sample_construction", "2020-01-01")):
                refused = await send(client, form, {"scheme": scheme, "on": day})
                assert "请先改正" in page(refused, 422).text
            wrong = await send(client, form, {"on": "1990-01-01"})
            assert "年" in page(wrong, 422).text
            listed = await follow(client, await send(client, form, {"on": "2026-11-22"}))
            links = {a["href"] for a in page(listed).all("a")}
            (pdf,) = {a for a in links if a.endswith("/pdf")}
            assert (await client.get(pdf)).content.startswith(b"%PDF")
            assert "<svg" in (await client.get(pdf.removesuffix("pdf") + "html")).text
            (verify,) = {a for a in links if a.startswith("/report/")}
            assert "报告真实" in page(await client.get(verify)).text
            other = await client.get(f"/reports/{firm()}")
            assert other.status_code == (403 if login.startswith("report") else 200)
