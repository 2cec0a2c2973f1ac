"""The complaint bundle: a receipt with everything that explains and proves it, as one ZIP. Same content, same bytes."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256
from typing import Any

import msgspec

from api.papers import record_sheets
from api.wiring import Services
from credit import lookup
from credit.kernel import canonical
from sanctions.receipts import to_text
from sanctions.service.answering.receipts import ReceiptRecord, record_ids

_STAMP = (1980, 1, 1, 0, 0, 0)  # ZIP's first moment: the bundle's bytes do not depend on when it is made
_README = """# 投诉处理材料包 Complaint bundle

回执 receipt: {id}
查询单位 asked by: {org}
日志 log: {log},第 {seq} 条所知(签发条目第 {entry} 条)

| 文件 file | 内容 what |
|---|---|
| record.json | 回执、问题、答复(规范 JSON)receipt, question and answer as canonical JSON |
| receipt.txt | 同一回执的文本形式(C2SP tlog-proof)the receipt as text |
| checkpoint.txt | 已签名的日志检查点 signed checkpoint |
| keys.txt | 日志和见证人的公钥;请与事先另行取得的核对 public keys: compare with those you hold |
| rules.json | 当时有效的全部规则及依据 every rule in force then, with its citation |
| records.json | 答复所引记录的结构化事实(当时所知和现在)facts of the records, as known then and now |
| record-sheet.pdf | 信用核查记录表 |
| SHA256SUMS | 各文件校验值 |

## 怎样核验 How to check

1. `sha256sum -c SHA256SUMS`
2. `tendercredit receipts check record.json --keys keys.txt` 离线,无需联网。
   通过后,问题、答复、时间、规则集都是签发时的原样。
3. 规则:rules.json 的 SHA-256 即回执的 `rules`。
4. 审计复核:`tendercredit receipts recompute record.json`,或由审计机构
   `POST /v1/receipts/{id}/recomputation`,按当时状态重问一遍再比对。

## 能证明什么 What it proves

{proves}

本包载有投标人名单,开标前保密(招标投标法第五十二条);调阅已记入日志。
"""


async def pack(record: ReceiptRecord, services: Services) -> bytes:
    """The bundle of an open receipt as ZIP bytes."""
    receipt = record.receipt
    stated = receipt.statement
    rules = await services.book.at(stated.known_seq)
    whole = {"id": record.id, "receipt": receipt, "question": record.question, "answer": record.answer}
    vkeys = [*(k.vkey for k in services.log.verifiers()), *(w.vkey for w in services.log.witnesses())]
    keys = "".join(f"{vkey}\n" for vkey in vkeys)
    readme = _README.format(id=record.id, org=record.org_code, log=stated.log, seq=stated.known_seq,
                            entry=receipt.entry.seq, proves=record.proves)
    contents = {
        "README.txt": readme.encode(),
        "record.json": canonical.encode_bytes(whole),
        "receipt.txt": to_text(receipt).encode(),
        "checkpoint.txt": receipt.proof.partition("\n\n")[2].encode(),
        "keys.txt": keys.encode(),
        "rules.json": rules.text.encode(),
        "records.json": msgspec.json.format(msgspec.json.encode(await _records(record))),
        "record-sheet.pdf": await record_sheets.draw(record, services),
    }
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in contents.items())
    return zipped(contents | {"SHA256SUMS": sums.encode()})


async def _records(record: ReceiptRecord) -> list[dict[str, Any]]:
    """The structured facts of each record that the answer names; no prose, no personal data."""
    found = []
    for record_id in record_ids(record.answer):
        then = await lookup.record(record_id, record.receipt.statement.known_seq)
        now = await lookup.record(record_id)
        found.append({"record_id": record_id, "as_known_then": then, "now": now})
    return found


def zipped(contents: dict[str, bytes]) -> bytes:
    """The files as one ZIP, without a moment of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
