"""`tendercredit receipts check` (offline) and `receipts recompute` (the auditor's second half)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.console import DONE, AsJson, run, say, wrong_use

if TYPE_CHECKING:
    from api.trusted import Trusted
    from sanctions.receipt_checks import Checked, Given
    from sanctions.service.answering.receipts import Recomputed

_INVALID = 1
File = Annotated[Path, typer.Argument(metavar="FILE", help="回执:JSON、文本,或保存的整个应答")]
Keys = Annotated[Path | None, typer.Option("--keys", metavar="FILE", help="公钥:每行一把,或 /v1/ledger/keys 的 JSON")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="查询回执 Receipts", no_args_is_help=True)
    group.command()(check)
    group.command()(recompute)
    group.command()(verifier)
    group.callback()(_group)
    app.add_typer(group, name="receipts")


def _group() -> None:
    """查询回执 Receipts."""


def check(file: File, keys: Keys = None, as_json: AsJson = False) -> None:
    """离线核验回执 Check a receipt with public keys alone: exit 0 valid, 1 invalid, 2 wrong use."""
    from sanctions.receipt_words import PASSED

    found = _checked(_content(file), trusted_keys(keys))[0]
    lines = [f"  通过 ok     {PASSED[step]}" for step in found.checked]
    if found.failed is not None:
        lines.append(f"  不通过 FAIL {found.failed}: {found.detail}")
    _tell(found, lines, as_json)
    raise typer.Exit(DONE if found.valid else _INVALID)


def _tell(found: Checked, lines: list[str], as_json: bool) -> None:
    from sanctions.receipts import PROVES

    stated = found.receipt.statement if found.receipt else None
    head = "回执有效 valid" if found.valid else "回执无效 INVALID"
    if stated is not None and found.valid:
        lines.append(f"  {stated.id},签发于 issued {stated.issued_at},日志 {stated.log} 第 {stated.known_seq} 条所知,"
                     f"资格日 {stated.valid_at},规则 {stated.rules[:12]}…")
    lines += [f"  见证 witness {c.witness} {_moment(c.seconds)}" for c in found.witnesses]
    if found.valid and found.not_given:
        lines.append(f"  文件未附 {'、'.join(found.not_given)},未比对 not in the file, so not compared")
    facts = {"valid": found.valid, "failed": found.failed, "detail": found.detail, "checked": found.checked,
             "not_given": found.not_given,
             "witnesses": [{"name": c.witness, "at": _moment(c.seconds)} for c in found.witnesses],
             "statement": stated if found.valid else None, "proves": PROVES}
    say([head, *lines, *([PROVES] if found.valid else [])], facts, as_json=as_json)


def _moment(seconds: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def recompute(file: File, keys: Keys = None, as_json: AsJson = False) -> None:
    """按当时状态重算 Ask the question again on the receipt's log state, in this database, and compare."""
    found, given = _checked(_content(file), trusted_keys(keys))
    if not found.valid:
        raise wrong_use(f"回执无效,先核验 the receipt is not valid: {found.detail}")
    if given is None or not isinstance(given.question, dict) or given.answer is None:
        raise wrong_use("文件未附问题和答复:用 GET /v1/receipts/ID 或材料包中的 record.json bring question and answer")
    again = run(_recompute(found, given.question, given.answer))
    lines = ["重算一致 the same answer"] if again.same else ["重算不一致 ANOTHER answer:", *again.differences]
    say(lines, {"same": again.same, "differences": again.differences, "known_seq": again.known_seq,
                "rules": again.rules}, as_json=as_json)
    raise typer.Exit(DONE if again.same else _INVALID)


def verifier(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="写入的 HTML 文件")],
    keys: Keys = None, as_json: AsJson = False,
) -> None:
    """写出离线核验页 Write the page that checks receipts in a browser, without network; public keys are inside."""
    from api.web.verifier import page_of
    from credit.kernel.blobs import written
    from credit.kernel.clock import system_clock

    found = trusted_keys(keys)
    content = page_of(found, system_clock()).encode()
    try:
        written(out, content, 0o644)
    except OSError as exc:
        raise wrong_use(f"无法写入 {out} cannot write it: {exc.strerror}") from None
    say(f"离线核验页已写入 {out}(公钥 {len(found.keys)} 把,见证 {len(found.witnesses)} 人)written",
        {"file": str(out), "keys": len(found.keys), "witnesses": len(found.witnesses), "bytes": len(content)},
        as_json=as_json)


async def _recompute(found: Checked, question: dict[str, Any], answer: str) -> Recomputed:
    from api.screening import reading
    from credit.kernel.settings import from_environment

    assert found.receipt is not None
    async with reading(from_environment()) as services:
        return await services.receipts.recompute(found.receipt, question, answer)


def _checked(content: bytes, trusted: Trusted) -> tuple[Checked, Given | None]:
    from sanctions.receipt_checks import Broken, Checked, read
    from sanctions.receipt_checks import check as checked

    try:
        given = read(content)
    except Broken as exc:
        return Checked(valid=False, failed=exc.step, detail=exc.detail), None
    return checked(given, *trusted), given


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as exc:
        raise wrong_use(f"无法读取 {file} cannot read it: {exc.strerror}") from None


def trusted_keys(keys: Path | None) -> Trusted:
    """The keys of a file, else those of this installation's data folder. Exit 2 where there are none."""
    from api import trusted
    from credit.kernel.settings import from_environment
    from credit.kernel.signing import BadKey

    try:
        found = trusted.of_installation(from_environment()) if keys is None else trusted.of_file(_content(keys))
    except (BadKey, ValueError, KeyError, TypeError) as exc:
        raise wrong_use(f"公钥文件有误 bad key file: {exc}") from None
    if not found.keys:
        raise wrong_use("没有可信公钥:请用 --keys 指定事先取得的公钥文件 no keys: name a file with --keys")
    return found
