"""The steps of checking a receipt and their sentences: the command, the interface and the offline page say the same."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Step(StrEnum):
    """What is checked, in this order."""

    FORM = "form"
    KEY = "key"
    SIGNATURE = "signature"
    STATED = "stated"
    QUESTION = "question"
    ANSWER = "answer"
    BATCH = "batch"
    ENTRY = "entry"
    LOG = "log"
    CHECKPOINT = "checkpoint"
    PROOF = "proof"
    WITNESS = "witness"


PASSED: Mapping[Step, str] = {
    Step.FORM: "格式完整 well formed",
    Step.KEY: "签名密钥在可信公钥之列 signed under a known key",
    Step.SIGNATURE: "回执签名有效 the signature fits",
    Step.STATED: "文件所写的编号、日志状态、规则与回执一致 id, log state and rules are those signed",
    Step.QUESTION: "问题与回执一致 the question is the one asked",
    Step.ANSWER: "答复与回执一致 the answer is the one given",
    Step.BATCH: "回执在其批次中 the receipt is in its batch",
    Step.ENTRY: "批次在其日志条目中 the batch is in its log entry",
    Step.LOG: "检查点属于同一日志 the checkpoint is of the same log",
    Step.CHECKPOINT: "检查点签名有效 the checkpoint is signed",
    Step.PROOF: "条目在检查点所签的日志中 the entry is in the log",
    Step.WITNESS: "见证人签过这个检查点 witnesses have cosigned the checkpoint",
}

VALID = "回执有效 the receipt is valid"

FAILED: Mapping[str, str] = {
    "file": "文件不是回执,或已残缺:请整份复制 not a whole receipt ({why})",
    "member": "文件多出 {why}:请整份保存 unknown member: not a whole record",
    "response": "答复残缺:请保存整个应答 the answer is not whole: save the entire response",
    "content": "内容无法读取 unreadable content ({why})",
    "receipt": "回执残缺或不是本格式:请整份复制 the receipt is not whole ({why})",
    "log_proof": "日志证明不是原样:请整份复制 the log proof is not as it was written",
    "type": "回执版本不识别 unknown type {why}: 请用签发方提供的新版工具",
    "base64": "不是完整的 base64:请整份复制 not base64 as it was written",
    "key": "不认识签名密钥 {why}:请向签发方索取当时的公钥(含已退役的),核对后再验 "
           "unknown key: get the issuer's public keys, retired ones too",
    "signature": "签名不符:回执内容或签名被改动过 the signature does not fit: it was changed",
    "stated": "文件所写的 {why} 与回执所签不符:被改动过,或不是这份回执的 it was changed, or is of another receipt",
    "question": "问题与回执所签不符:被改动过,或不是这份回执的 the question was changed or is another's",
    "answer": "答复与回执所签不符:被改动过,或不是这份回执的 the answer was changed or is another's",
    "unreadable": "日志条目无法读取 the log entry is unreadable",
    "no_root": "日志条目没有批次的根 the log entry holds no root of a batch",
    "batch": "批次证明残缺或被改动:从回执到不了所记的批次 the batch's proof does not lead from the receipt to the log "
             "entry: truncated or changed",
    "entry": "日志条目不符:序号、叶哈希或种类被改动过 the log entry does not fit: it was changed",
    "log": "检查点是另一日志的:{why} the checkpoint is of another log",
    "checkpoint": "检查点的签名不成立:被改动过,或不是可信密钥所签 the checkpoint was changed, or no known key signed "
                  "it ({why})",
    "proof": "日志证明残缺或被改动:从条目到不了检查点 the log proof does not lead from the entry to the checkpoint: "
             "truncated or changed",
    "witness": "见证人的签名不符:被改动过 a witness's cosignature does not fit: it was changed ({why})",
}
"""What does not hold; `{why}` is the name, number or place concerned."""
