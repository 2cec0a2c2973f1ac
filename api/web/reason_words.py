"""The codes of reasons in a few Chinese words, for pages that hold codes only. Pure."""

from __future__ import annotations

REASON_WORDS = {
    "ban_in_force": "禁止正在执行", "look_back": "三年内有重大违法记录", "listed": "在限制参加的名单上",
    "condition_not_met": "不符合招标文件的信用条款", "effect_unverified": "限制效力未核实",
    "duration_unverified": "期限未核实", "fine_amount_unknown": "罚款数额不明",
    "ban_unread": "处罚内容提到限制,尚未录入",
    "record_incomplete": "有待补正的处罚", "record_missing": "所据决定未能读取",
    "tender_rule_needed": "招标文件有无失信被执行人条款未说明", "tender_incomplete": "项目信息不全",
    "condition_unknown": "招标文件条款不在规则库", "class_unknown": "记录没有类别", "class_provisional": "类别为暂定",
    "source_missing": "须查的名单没有数据来源", "source_stale": "名单数据超过时效", "code_invalid": "代码不正确",
    "name_mismatch": "名称与代码不一致", "name_only": "只有名称", "name_ambiguous": "名称对应多个主体",
    "person_ref_invalid": "自然人编号格式有误", "same_representative_name": "法定代表人同名,待核实",
    "related_party": "与其他投标人有控股、管理关系", "head_office_barred": "所属法人查见限制情形",
    "predecessor_barred": "被合并的单位查见限制情形", "deregistered": "登记为已注销", "revoked": "登记为被吊销营业执照",
    "dissolved": "登记为因合并解散", "related_party_stated": "自行填报有控股、管理关系",
    "successor_of": "是其他单位的承继单位", "ban_elsewhere": "有禁止,不涉及本项目", "ban_not_started": "禁止尚未起算",
    "ban_stayed": "禁止现停止执行", "listed_elsewhere": "在名单上,不涉及本项目",
    "competence_unknown": "作出机关未登记权限",
    "consortium_member": "联合体其他成员受限", "entity_unknown": "未见该主体的记录",
    "merged_into": "登记为已并入另一主体",
    "branch_of": "是分支机构",
    "several_bids": "同一标段出现在几个投标中", "role_not_asked": "所填角色与所问不符", "day_to_come": "核查日尚未到来",
    "rules_not_recorded": "规则库未收录当时的名单规则",
}


def reason_word(code: str) -> str:
    """The code in words; one that is not known here as it is."""
    return REASON_WORDS.get(code, code)
