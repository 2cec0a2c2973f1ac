"""约谈 on paper: the call, the demand, the referral with the whole file to the department, which reads and answers."""

from __future__ import annotations

from datetime import datetime

from credit.kernel.clock import SHANGHAI
from tests.walks.cases import firm
from tests.walks.house import HOUSING, House
from tests.walks.repairs import LABOUR, wage_arrears

CALL = {"reason": "示例拖延工期 110101199003074370", "meets_on": "2026-11-24", "meets_at": "上午9时30分",
        "place": "示例市样本路3号", "attendee": "法定代表人", "bring": "施工合同", "basis": "示例规定"}
MEETING = {"held_on": "2026-11-24", "demand": "示例恢复施工", "deadline": "2026-11-26"}


async def test_what_cannot_be_called_and_who_has_no_number_series(house: House) -> None:
    office, code = await house.office(HOUSING), firm()
    for change in ({"meets_on": "2026-11-21"}, {"place": ""}, {"subject": "x"}, {"bars": True}):
        answer = await house.post("/v1/talks/calls", {**CALL, "subject": code, **change}, office)
        assert answer.status_code == 422, change
    made = (await house.post("/v1/talks/calls", {**CALL, "subject": code}, await house.enterprise(code))).status_code
    assert made == 403
    late = {"subject": code, "reason": "示例", "demand": "示例", "held_on": "2026-11-01", "deadline": "2026-11-02"}
    told = (await house.post("/v1/talks", late, office)).json()
    assert told["no_letter"]["code"] == "deadline_past", told
    called = await house.post("/v1/talks/calls", {**CALL, "subject": code}, office)
    assert called.status_code == 201, called.text
    closed = called.json()["id"]
    assert (await house.post(f"/v1/talks/{closed}/closure", {"finding": "示例取消"}, office)).status_code == 200
    again = await house.post(f"/v1/talks/{closed}/meeting", MEETING, office)
    assert again.json()["code"] == "talk_ended"


async def test_called_demanded_unmet_and_referred_with_the_file(house: House) -> None:
    await wage_arrears(house)  # the office has its 机关代字
    code, office = firm(), await house.office(LABOUR)
    company, bureau = await house.enterprise(code), await house.office(HOUSING)
    made = (await house.post("/v1/talks/calls", {**CALL, "subject": code}, office)).json()
    assert made["no_letter"] is None
    here = f"/v1/talks/{made['id']}"
    (notice,) = await house.letters(code, company)
    shown = await house.letter_text(notice["id"], company)
    for part in ("约谈通知书", "2026年11月24日", "上午9时30分", "示例市样本路3号", "施工合同", "示例规定",
                 "不是行政处罚"):
        assert part in shown, part
    assert "110101199003074370" not in shown
    seen = (await house.get(here, company)).json()
    assert (seen["state"], seen["deadline"], seen["place"], seen["bars"]) == ("called", None, "示例市样本路3号", False)
    assert (await house.post(f"{here}/proof", {"text": "x"}, company)).json()["code"] == "talk_not_held"
    early = await house.post(f"{here}/referral", {"department": HOUSING, "note": "x"}, office)
    assert early.json()["code"] == "talk_not_held"
    await house.turn_to(datetime(2026, 11, 24, 15, tzinfo=SHANGHAI))
    assert (await house.post(f"{here}/meeting", {**MEETING, "deadline": "2026-11-23"}, office)).status_code == 422
    held = await house.post(f"{here}/meeting", {**MEETING, "attended": False}, office)
    assert held.status_code == 200 and held.json()["no_letter"] is None, held.text
    letters = {x["kind"]: x["id"] for x in await house.letters(code, company)}
    demand = await house.letter_text(letters["rectification_notice"], company)
    for part in ("整改通知书", "未到场", "示例恢复施工", "至2026年11月26日（含当日）"):
        assert part in demand, part
    await house.post(f"{here}/proof", {"text": "示例说明"}, company)
    before = await house.now(code)
    await house.turn_to(datetime(2026, 11, 27, 9, tzinfo=SHANGHAI))
    sent = await house.post(f"{here}/referral", {"department": HOUSING, "note": "示例移送理由"}, office)
    assert sent.status_code == 200 and sent.json()["no_letter"] is None, sent.text
    await house.settled()
    (file,) = list((await house.get(f"/v1/notices?record={made['id']}", bureau)).json()["items"])
    read = await house.letter_text(file["id"], bureau)
    for part in ("约谈事项移送函", "示例拖延工期", "示例恢复施工", "示例移送理由", "示例说明", "企业未到场",
                 "由贵单位依法认定", code):
        assert part in read, part
    assert {x["kind"] for x in await house.letters(code, company)} == {"talk_notice", "rectification_notice"}
    assert (await house.get(f"/v1/notices/{file['id']}", company)).status_code == 404
    assert (await house.get(f"/v1/notices/{notice['id']}", bureau)).status_code == 404
    assert (await house.now(code))["outcome"] == before["outcome"]
    assert (await house.post(f"{here}/answer", {"text": "示例立案"}, bureau)).status_code == 200
