"""What repair says no to, each with what to do instead."""

from __future__ import annotations

from credit.kernel.errors import Conflict, Forbidden, Invalid


class TooEarly(Conflict):
    """`extra` carries `earliest`, the first day on which the application is taken."""

    code = "too_early"
    title = "尚未到可申请日 Too early"


class CorrectionUnknown(Conflict):
    code = "correction_date_unknown"
    title = "尚无纠正、履行日期 Correction date unknown"


class NotRepairable(Conflict):
    """`extra` carries `why_not`."""

    code = "not_repairable"
    title = "该记录不需要或不适用信用修复 Nothing to repair"


class AlreadyOpen(Conflict):
    """`extra` carries `case_id`."""

    code = "case_open"
    title = "该记录已有在办申请 A case is open"


class CaseClosed(Conflict):
    code = "case_closed"
    title = "申请已办结 The case is closed"


class NotNow(Conflict):
    code = "not_now"
    title = "当前环节不能办理此事 Not possible in this state"


class OnlyOnce(Conflict):
    code = "only_once"
    title = "此事只能办理一次 Only once"


class AlreadyDecided(Conflict):
    code = "already_decided"
    title = "该记录已作决定 Already decided"


class NotYours(Forbidden):
    code = "not_your_record"
    title = "不是本企业的记录 Not your record"


class NotTheDecider(Forbidden):
    code = "not_the_decider"
    title = "谁认定、谁修复 Not the deciding authority"


class CommitmentUnsigned(Invalid):
    code = "commitment_unsigned"
    title = "信用承诺书未签署 Commitment not signed"


class PapersMissing(Invalid):
    code = "papers_missing"
    title = "材料不齐 Papers missing"


class DecidersDiffer(Invalid):
    code = "deciders_differ"
    title = "认定单位不同,请分别申请 Different deciding authorities"


class UploadRefused(Invalid):
    code = "upload_refused"
    title = "文件不能接收 File not accepted"
