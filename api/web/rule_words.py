"""Values of rules in readable words: keys and codes in Chinese where known, figures with their unit. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from api.web.words import money
from notices.letters import KIND_WORDS, SEVERITY_WORDS
from sanctions.wording import VERBS

OTHER = "other"
SCHEME = "scheme"  # unit of scoring schemes, whose points are stored as hundredths
GROUPS = {
    "regime": "信用修复制度", "class": "失信类别", "fine_threshold": "罚款分类标准", "publication": "公示期",
    "unpublished": "不公示的情形", "ban": "法律规定的禁止与限制", "look_back": "三年内重大违法记录",
    "list": "名单", "list_months": "名单的列入期限", "list_early": "提前移出名单", "list_class": "名单信息的类别",
    "list_hearing": "列入前的陈述申辩", "relapse": "再犯和情节严重的提示",
    "list_length": "列入期限的计算", "list_fresh_hours": "名单数据时效", "condition": "招标文件可设的信用条件",
    "relation": "投标人之间的关系", "clock": "办理时限", "filing": "信用修复渠道", "withdrawal": "撤回公开",
    "scheme": "计分方案", "incentive": "守信激励", "notices": "告知书", OTHER: "其他",
}
_UNITS = {
    "months": "个月", "days": "日", "hours": "小时", "working_days": "个工作日", "working days": "个工作日", SCHEME: "",
}
_KEYS = {
    "published": "公示", "min": "最短", "max": "最长", "by_itself": "期满自动停止", "fields": "适用领域",
    "classes": "区分类别", "citations": "依据", "law": "法律法规", "articles": "条", "scopes": "限制范围",
    "months": "期限（月）", "open_end": "可不设截止日期", "dated": "可设截止日期", "competent": "须有权限",
    "regime": "制度", "announced": "决定依法公告", "depends": "须查该名单的交易", "official_channel": "官方渠道",
    "list": "名单", "kind": "种类", "kinds": "处罚种类", "class": "类别", "url": "网址", "title": "名称",
    "base": "基准分", "bands": "等级", "caps": "上限", "items": "项目", "points": "分值", "basis": "依据",
    "event": "事件", "reason": "原因", "letters": "文书", "name": "名称", "sample": "示例", "good": "守信项",
    "bad": "失信项", "floor": "下限", "grade": "等级", "group": "组", "veto": "一票否决",
    "id": "编号", "from": "起", "to": "止", "source": "出处", "verified": "原文已核对", "note": "说明",
    "ceiling": "上限", "merit_cap": "加分上限", "fault_cap": "扣分上限", "groups": "分组", "cap": "上限",
    "count": "最多计入项数", "merits": "守信项", "faults": "失信项", "item": "项目", "match": "适用于", "acts": "情形",
    "severity": "类别",
    "at_least_penalty_period": "不短于处罚期限", "field": "领域", "stage": "阶段", "origin": "来源",
    "ban": "所依据的限制",
    "words": "决定中的行为名称", "others": "另一种行为的名称", "consequence": "后果",
    "fen": "损失（分）", "longer": "可延长（月）", "removal": "移出", "body": "列入机关",
    "trigger": "列入情形", "bars": "依法限制", "by_file": "按招标文件限制",
    "unread": "涉及而限制方式未核实",
    "counted_from": "起算",
    "needs": "须已做到", "applies_to": "适用范围", "roles": "评价对象", "tender_types": "项目类型",
    "subject_kinds": "主体类型", "may_change": "地方可调整", "hearing": "陈述申辩",
    "state_within": "申辩期限（工作日）",
    "reply_within": "答复期限（工作日）", "platforms_record": "交易平台可记录", "thresholds": "累计扣分",
    "threshold": "规则", "within": "累计范围", "cycle": "记分周期", "starts": "起始日", "newcomer": "初次参评",
    "average": "均值", "period": "周期", "fault_groups": "失信项分组", "conduct": "记录行为",
    "given": "给予的等级", "by": "给予单位", "text": "内容",
    "not_above": "不高于同类奖项", "path": "位置", "default_for": "默认适用", "of": "国家方案", "region": "行政区划",
}
_POINTS = frozenset({"base", "floor", "ceiling", "merit_cap", "fault_cap", "cap", "points", "from", "to"})
_WORDS: dict[str, str] = {
    **{k.value: w for k, w in KIND_WORDS.items()}, **{s.value: w for s, w in SEVERITY_WORDS.items()},
    **{s.value: w for s, w in VERBS.items()},
    "ndrc58": "令第58号", "ndrc36": "令第36号", "samr107": "总局令第107号", "tendering": "招标投标",
    "government_procurement": "政府采购", "construction": "住房城乡建设", "water": "水利", "transport": "交通运输",
    "food": "食品", "drugs": "药品", "special_equipment": "特种设备", "work_safety": "安全生产", "fire": "消防",
    "market": "市场监管", "creditchina": "“信用中国”网站", "samr_system": "国家企业信用信息公示系统",
    "offline_window": "线下窗口", "repair_notice": "信用修复告知书", "dishonesty_notice": "失信告知书",
    "judgment_defaulter": "失信被执行人名单", "tax": "税务", "labour": "人力资源社会保障", "decision": "列入决定之日",
    "correction": "纠正之日", "tenderer": "投标人", "supplier": "供应商", "agency": "代理机构",
    "expert": "评标评审专家", "practitioner": "从业人员", "participant": "公共资源交易主体", "land": "土地",
    "mining": "矿业权", "environment": "生态环境",
    "state_property": "国有产权", "evaluation": "评标评审", "other": "其他", "legal_person": "法人和非法人组织",
    "sole_trader": "个体工商户", "natural_person": "自然人", "once": "一次", "quarter": "季度",
    "month": "月", "year": "年", "number": "一定期限内的次数", "named": "该种行为", "after_ban": "禁止期满后再犯",
    "loss": "损失（由机关查明）", "entries": "再次列入",
}
_ABSENT = {  # what null says under a key
    "fields": "各领域", "min": "不设", "months": "法律未定", "field": "由有此权限的机关列入",
}


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A value to be shown: words, or labelled parts, or a list of parts."""

    text: str = ""
    fields: tuple[tuple[str, Part], ...] = ()
    items: tuple[Part, ...] = ()
    size: int = 1  # how many words there are inside

    @property
    def long(self) -> bool:
        return self.size > 24


def parts(value: Any, unit: str | None = None) -> Part:
    """A rule's value in words; figures of a mapping carry the unit where their key is 最短 or 最长."""
    if isinstance(value, dict):
        made = tuple((label(k), _under(k, v, unit)) for k, v in value.items())
        return Part(fields=made, size=sum(p.size for _, p in made) or 1) if made else Part(text="—")
    if isinstance(value, list | tuple):
        items = tuple(parts(v, unit) for v in value)
        if all(p.text for p in items):
            return Part(text="、".join(p.text for p in items) or "—", size=max(1, len(items)))
        return Part(items=items, size=sum(p.size for p in items))
    return Part(text=_scalar(value, unit))


def _under(key: str, value: Any, unit: str | None) -> Part:
    if value is None and key in _ABSENT:
        return Part(text=_ABSENT[key])
    if unit == SCHEME:
        return parts(value, "hundredths" if key in _POINTS and isinstance(value, int) else SCHEME)
    return parts(value, unit if key in ("min", "max") else None)


def label(key: str) -> str:
    """A key in Chinese, or as it is."""
    return _KEYS.get(key) or _WORDS.get(key, key)


def _scalar(value: Any, unit: str | None) -> str:
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int) and unit == "fen":
        return money(value)
    if isinstance(value, int) and unit == "hundredths":
        return f"{value / 100:g}分"
    if isinstance(value, int | float):
        return f"{value}{_UNITS.get(unit or '', unit or '')}"
    return _WORDS.get(str(value), str(value))
