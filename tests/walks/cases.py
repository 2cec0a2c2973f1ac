"""Penalties for the walks: whole bodies of `POST /v1/penalties`, each recognisable as a sample."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.factories import uscc
from tests.walks.house import FINANCE, HOUSING, MARKET, SAFETY, WATER

NAMES = {
    HOUSING: "示例市住房和城乡建设局", WATER: "示例市水利局", FINANCE: "示例市财政局",
    MARKET: "示例市市场监督管理局", SAFETY: "示例市应急管理局",
}
_serial, _firms = count(1), count(1)


def firm() -> str:
    """The code of a company that no other test uses."""
    return uscc(next(_firms))


def penalty(code: str, org: str = HOUSING, **facts: Any) -> dict[str, Any]:
    """A fine of 20,000 yuan of the housing bureau, decided 2026-05-20; keywords replace members."""
    body: dict[str, Any] = {
        "subject": {"kind": "legal_person", "name": f"示例市样本工程有限公司{code[-4:]}", "code": code},
        "document_no": f"示样罚〔2026〕{next(_serial)}号",
        "act_type": "示例行为", "facts": "示例事实。", "basis": "示例依据(条款从略)",
        "kinds": ["fine"], "content": "罚款人民币2万元。", "fine_fen": 2_000_000, "decided_on": "2026-05-20",
        "authority": {"name": NAMES[org], "code": org}, "contacts": [], "restrictions": [],
    }
    changed = body | facts
    if "fine" not in changed["kinds"] and "fine_fen" not in facts:
        changed["fine_fen"] = None
    return changed


def collusion(code: str, **facts: Any) -> dict[str, Any]:
    """串通投标 (招标投标法 53): serious by the bureau's own class, barred from mandatory tenders for one year."""
    return penalty(code, **{
        "document_no": "示样罚〔2026〕53号", "act_type": "串通投标",
        "facts": "在示例工程投标中与其他投标人使用同一电脑编制投标文件。",
        "basis": "《中华人民共和国招标投标法》第五十三条", "kinds": ["fine", "other"], "fine_fen": 43_250_000,
        "content": "罚款人民币43.25万元,取消其2026年5月20日至2027年5月19日参加依法必须进行招标的项目的投标资格。",
        "served_on": "2026-05-20", "severity": "serious", "restrictions": [BAN_53], **facts,
    })


BAN_53 = {"scope": "mandatory_tender", "from": "2026-05-20", "to": "2027-05-19", "basis": "招标投标法 第五十三条"}


def stop(code: str, **facts: Any) -> dict[str, Any]:
    """责令停产停业 by the safety bureau, decided 2025-03-10."""
    return penalty(code, SAFETY, **{
        "kinds": ["order_stop"], "content": "责令停产停业整顿。", "decided_on": "2025-03-10", **facts,
    })
