"""Chinese words and forms of the pages: days, amounts, kinds, and full-width marks in sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from api.web.reason_words import reason_word
from credit.accounts.model import Role
from credit.conduct import ConductState
from credit.kernel.clock import SHANGHAI
from credit.model import PenaltyKind, Severity, SubjectKind
from credit.persons import mask_name
from notices.letters import KIND_WORDS, SEVERITY_WORDS
from notices.wording import yuan
from repair.model import STATE_TITLES, CaseState
from repair.steps import PaperLine
from repair.uploads import EXTENSIONS
from repair.workflow import DECISION
from sanctions.draws import DrawKind, Found
from sanctions.proposals import ProposalAct, ProposalState
from sanctions.talks import TalkAct, TalkState
from sanctions.verdicts import LABELS, Outcome
from sanctions.watches import Why
from sanctions.webhooks import Kind, Push
from sanctions.wording import day_text

SUBJECT_WORDS = {
    SubjectKind.LEGAL_PERSON: "法人或非法人组织", SubjectKind.SOLE_TRADER: "个体工商户",
    SubjectKind.NATURAL_PERSON: "自然人",
}
ROLE_WORDS = {
    Role.ENTERPRISE: "企业", Role.AUTHORITY: "行政机关", Role.REVIEWER: "认定单位信用修复经办",
    Role.COORDINATOR: "信用牵头部门",
    Role.PLATFORM: "交易平台", Role.AUDITOR: "审计机关", Role.OPERATOR: "运营方",
    Role.APPLICANT: "自主注册，待核验",
}
CONDUCT_WORDS = {
    ConductState.OPEN: "陈述申辩期内", ConductState.STATED: "已陈述申辩,待答复", ConductState.COUNTS: "计入得分",
    ConductState.DROPPED: "申辩成立,不计分", ConductState.REPAIRED: "已修复", ConductState.WITHDRAWN: "已撤回",
}
PROPOSAL_WORDS = {
    ProposalState.PROPOSED: "待送达", ProposalState.OPEN: "陈述申辩期内", ProposalState.SILENT: "期满未陈述",
    ProposalState.STATED: "待复核", ProposalState.UPHELD: "复核后仍拟列入", ProposalState.ACCEPTED: "申辩成立",
    ProposalState.DECIDED: "已列入", ProposalState.DROPPED: "不予列入",
}
PROPOSAL_ACT_WORDS = {
    ProposalAct.PROPOSED: "拟列入", ProposalAct.SERVED: "告知书送达", ProposalAct.STATED: "陈述申辩",
    ProposalAct.REPLIED: "复核意见", ProposalAct.DECIDED: "列入决定", ProposalAct.DROPPED: "不予列入",
}
TALK_WORDS = {
    TalkState.CALLED: "待约谈",
    TalkState.OPEN: "待落实", TalkState.PROOF_GIVEN: "已说明落实情况,待核实", TalkState.OVERDUE: "期满未落实",
    TalkState.CLOSED: "已落实,办结", TalkState.REFERRED: "已移送监督部门", TalkState.ANSWERED: "监督部门已答复",
}
TALK_ACT_WORDS = {
    TalkAct.CALLED: "通知约谈",
    TalkAct.HELD: "约谈", TalkAct.PROOF: "企业说明落实情况", TalkAct.CLOSURE: "核实落实,办结",
    TalkAct.REFERRAL: "移送监督部门", TalkAct.ANSWER: "监督部门答复",
}
PUSH_WORDS = {Push.WAITING: "推送中", Push.DELIVERED: "已送达", Push.DEAD: "死信"}
PUSH_KIND_WORDS = {Kind.CHANGED: "结论变化", Kind.ENDED: "关注结束", Kind.TEST: "测试消息"}
PUSH_REASON_WORDS = {
    "timed_out": "15秒内没有答复", "redirected": "对方要求跳转,不跟随", "status": "对方答复的状态码不是2xx",
    "gone": "对方答复410,不再接收", "connect_failed": "连接失败", "tls_failed": "对方的证书不能验证",
    "broken_off": "连接中断或答复不成格式", "name_unresolved": "域名不能解析",
    "target_refused": "解析到本机、内网或保留地址,不予连接", "webhook_disabled": "推送地址已停用",
    "answer_cut": "已送达;答复超过64 KB,只读了开头", "answer_unfinished": "已送达;答复没有收完",
}
HOOK_WHY_WORDS = {"owner": "本单位停用", "gone": "对方答复410,不再接收", "failing": "各次重试都没有成功"}
WATCH_WHY_WORDS = {Why.AWARD: "中标通知书已发出", Why.UNTIL: "到期", Why.REMOVED: "已删除"}
DRAW_WORDS = {DrawKind.TENDER_FILES: "交易文件抽查", DrawKind.DOUBLE_RANDOM: "双随机检查"}
FOUND_WORDS = {
    Found.NOTHING: "未发现问题", Found.CORRECTED: "发现问题,已责令改正", Found.PENDING: "发现问题,待后续处理",
    Found.REFUSED: "不配合检查", Found.UNREACHABLE: "无法取得联系",
}
_FIELDS = {
    "signed_by": "签署人", "signed_on": "签署日期", "reason": "理由", "until": "截止日期", "contact": "联系方式",
    "decision_no": "决定文号", "decided_by": "决定单位", "external_no": "外部受理编号", "outcome": "决定",
    "corrected_on": "纠正日期", "reason_code": "理由类别",
}
_CJK = "\u4e00-\u9fff〔〕“”《》（）"
_FULL = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}
_MARK = re.compile(rf"(?<=[{_CJK}])[,:;?!](?!//)|[,:;?!](?=[{_CJK}])")
_BRACKETS = re.compile(rf"(?<=[{_CJK}])\(([^()]*)\)|\(([^()]*)\)(?=[{_CJK}])|\(([{_CJK}][^()]*)\)")
_DEEPEST = 4  # brackets within brackets


def zh(sentence: str) -> str:
    """A sentence of the service with full-width marks and brackets beside Chinese words. Not for names or numbers."""
    text = sentence
    for _ in range(_DEEPEST):
        text = _BRACKETS.sub(lambda found: f"（{found[1] or found[2] or found[3] or ''}）", text)
    return _MARK.sub(lambda found: _FULL[found[0]], text)


def moment(value: datetime) -> str:
    """A moment as Beijing time to the minute: 2026年11月22日 09:00."""
    local = value.astimezone(SHANGHAI)
    return f"{day_text(local.date())} {local:%H:%M}"


def kinds(found: Iterable[PenaltyKind]) -> str:
    return "、".join(KIND_WORDS[kind] for kind in found)


def severity(found: Severity | None) -> str:
    return SEVERITY_WORDS[found] if found else ""


def subject(kind: SubjectKind) -> str:
    return SUBJECT_WORDS[kind]


def role(found: Role) -> str:
    return ROLE_WORDS[found]


def asker(found: str) -> str:
    """A kind of asker as it is counted: a role, or the public."""
    return "公众" if found == "public" else ROLE_WORDS[Role(found)]


def case_state(found: CaseState) -> str:
    return STATE_TITLES[found]


def conduct_state(found: ConductState) -> str:
    return CONDUCT_WORDS[found]


def proposal_state(found: ProposalState) -> str:
    return PROPOSAL_WORDS[found]


def proposal_act(found: ProposalAct) -> str:
    return PROPOSAL_ACT_WORDS[found]


def talk_state(found: TalkState) -> str:
    return TALK_WORDS[found]


def talk_act(found: TalkAct) -> str:
    return TALK_ACT_WORDS[found]


def push_state(found: Push) -> str:
    return PUSH_WORDS[found]


def push_kind(found: Kind) -> str:
    return PUSH_KIND_WORDS[found]


def push_reason(found: str) -> str:
    """Why a message did not arrive, or the remark of one that did."""
    return PUSH_REASON_WORDS.get(found, found)


def hook_why(found: str) -> str:
    return HOOK_WHY_WORDS.get(found, found)


def watch_why(found: Why) -> str:
    return WATCH_WHY_WORDS[found]


def outcome(found: Outcome) -> str:
    return LABELS[found]


def draw_kind(found: DrawKind) -> str:
    return DRAW_WORDS[found]


def finding(found: Found | None) -> str:
    return FOUND_WORDS[found] if found else "内容已删除"


def paper(code: str, papers: Iterable[PaperLine]) -> str:
    """The title of a paper among those of a case."""
    if code == DECISION:
        return "决定文书"
    return zh(next((p.title for p in papers if p.code == code), code))


def file_kind(media_type: str) -> str:
    return EXTENSIONS.get(media_type, "").upper() or "文件"


def file_size(count: int) -> str:
    """Bytes as people read them: 48 KB, 2.3 MB."""
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} KB"


def field_name(code: str) -> str:
    """A form's field in words."""
    return _FIELDS.get(code, code)


def money(fen: int) -> str:
    """Fen as yuan with thousands apart: 2,334,000.50元."""
    whole, dot, rest = yuan(fen).removesuffix("元").partition(".")
    return f"{int(whole):,}{dot}{rest}元"


def grouped(code: str) -> str:
    """An 18-character code in groups of 2, 6, 9 and 1, easier to compare by eye."""
    return f"{code[:2]} {code[2:8]} {code[8:17]} {code[17:]}"


def iso(value: date) -> str:
    return value.isoformat()


FILTERS = {
    "zh": zh, "day": day_text, "moment": moment, "kinds": kinds, "severity": severity, "subject": subject,
    "money": money, "role": role,
    "asker": asker, "case_state": case_state, "conduct_state": conduct_state, "masked": mask_name,
    "push_state": push_state, "push_kind": push_kind, "push_reason": push_reason, "hook_why": hook_why,
    "watch_why": watch_why, "outcome": outcome, "reason_word": reason_word,
    "talk_state": talk_state, "talk_act": talk_act, "draw_kind": draw_kind, "finding": finding,
    "proposal_state": proposal_state, "proposal_act": proposal_act,
    "paper": paper, "file_kind": file_kind, "file_size": file_size,
    "field_name": field_name, "grouped": grouped, "iso": iso,
}
