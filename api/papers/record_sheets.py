"""The facts of a 信用核查记录表: a stored receipt in the words that notices print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from api.web.words import moment, zh
from api.wiring import Services
from credit.accounts import service as accounts
from credit.kernel.rules import RuleSet
from notices import sheets
from notices.sheets import SheetFacts, SheetLine
from sanctions.receipts import PROVES
from sanctions.service.answering.receipts import ReceiptRecord
from sanctions.verdicts import LABELS, Outcome
from sanctions.wording import day_text

_TYPES = {
    "construction": "工程建设", "government_procurement": "政府采购货物、服务", "land": "土地使用权",
    "mining": "矿业权", "state_property": "国有产权", "agency": "代理机构", "evaluation": "评标、评审专家",
    "other": "其他",
}
_REGIMES = {"tendering": "招标投标", "government_procurement": "政府采购"}
_SAID = "不填"


def page_of(services: Services, receipt_id: str) -> str:
    """The address behind a receipt's QR code."""
    return f"{services.settings.web.base_url.rstrip('/')}/receipt/{receipt_id}"


async def draw(record: ReceiptRecord, services: Services) -> bytes:
    """The sheet of an open receipt as PDF. Raises GlyphMissing for a name that no font draws whole."""
    facts = await facts_of(record, services)
    return await services.renderer.render(sheets.compose(facts))


async def facts_of(record: ReceiptRecord, services: Services) -> SheetFacts:
    """What the sheet states; the record must be open (question and answer there)."""
    stated, question, answer = record.receipt.statement, record.question, record.answer
    asker = await accounts.find_organisation(record.org_code)
    tender = question["tender"]
    return SheetFacts(
        receipt_id=record.id, organisation=asker.name if asker else record.org_code, operator=record.asked_by,
        tender_id=tender.get("id") or "", tender=_tender(tender), valid_at=date.fromisoformat(stated.valid_at),
        asked_at=_moment(stated.asked_at), known_seq=stated.known_seq, known_at=_moment(stated.known_at),
        rules=stated.rules, bids=tuple(_bids(answer)), parties=tuple(_parties(question, answer)),
        sources=tuple(_sources(answer, services.book.current)), caveat=zh(answer["notice"]),
        proves=zh(PROVES.partition(" The receipt")[0]), page_url=page_of(services, record.id),
    )


def _tender(tender: Mapping[str, Any]) -> str:
    regimes, mandatory = tender.get("regimes"), tender.get("mandatory")
    parts = [
        f"类型:{_TYPES.get(tender.get('type') or '', _SAID)}",
        f"适用制度:{_SAID if regimes is None else '、'.join(_REGIMES[r] for r in regimes) or '无'}",
        f"依法必须招标:{_SAID if mandatory is None else '是' if mandatory else '否'}",
        f"地区:{tender.get('region') or _SAID}",
    ]
    conditions = tender.get("conditions") or ()
    clauses = [f"{c.get('clause') or '未注明条款'}({c.get('text') or c['code']})" for c in conditions]
    if clauses:
        parts.append(f"招标文件信用条款:{'、'.join(clauses)}")
    return zh(";".join(parts))


def _bids(answer: Mapping[str, Any]) -> Iterator[SheetLine]:
    for bid in answer["bids"]:
        because = f";涉及成员:{'、'.join(bid['because_of'])}" if bid["because_of"] else ""
        lot = f" 标段{bid['lot']}" if bid["lot"] else ""
        yield SheetLine(f"{bid['bid']}{lot}", zh(f"{LABELS[Outcome(bid['outcome'])]}{because}"))
    if not answer["bids"]:
        yield SheetLine("投标", "未按投标分组查询，见各主体")


def _parties(question: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[SheetLine]:
    for number, line in enumerate(answer["answers"], 1):
        lot = question["subjects"][number - 1].get("lot")
        label = " ".join(str(part) for part in (number, line["bid"], lot and f"标段{lot}") if part)
        who = line["name"] or line["person_ref"] or "未登记名称"
        code = f"({line['code']})" if line["code"] else ""
        reasons = "".join(f";{n}. {_reason(r)}" for n, r in enumerate(line["reasons"], 1))
        score = line["score"]
        scored = f";信用评分{score['value']}分({score['grade']})" if score else ""
        yield SheetLine(label, who + zh(f"{code}:{line['label']}{scored}{reasons}"))


def _reason(reason: Mapping[str, Any]) -> str:
    effect = {"bars": "限制", "undetermined": "待核", "none": "供参考"}[reason["effect"]]
    basis = f",依据{reason['basis']}" if reason["basis"] else ""
    until = f",至{day_text(date.fromisoformat(reason['until']))}(含当日)" if reason["until"] else ""
    return f"[{effect}]{reason['title']}{basis}{until if until.strip(',') not in reason['title'] else ''}"


def _sources(answer: Mapping[str, Any], rules: RuleSet) -> Iterator[SheetLine]:
    for source in answer["sources"]:
        rule = rules.rules.get(f"list.{source['list']}")
        fetched = _moment(source["fetched_at"]) if source["fetched_at"] else "未取得"
        kind = ";固定副本" if source["static"] else ""
        yield SheetLine(rule.title if rule else source["list"],
                        zh(f"{source['official_channel'] or '渠道未登记'};取得时间{fetched}{kind}"))
    if not answer["sources"]:
        yield SheetLine("名单", "没有登记名单数据来源")


def _moment(text: str | None) -> str:
    return moment(datetime.fromisoformat(text)) if text else "无"
