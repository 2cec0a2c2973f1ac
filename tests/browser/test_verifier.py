"""The offline page in a real browser: it says of every receipt what `receipts check` says, and connects to nothing."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.trusted import Trusted
from api.web.verifier import page_of
from credit.kernel import canonical, merkle
from credit.kernel.checkpoints import parse_checkpoint, parse_proof, proof_text, sign_checkpoint
from credit.kernel.cosigning import cosigned, witness_of
from credit.kernel.signing import new_key
from sanctions.receipt_checks import Broken, Checked, check, read
from sanctions.receipt_words import FAILED, Step
from sanctions.receipts import (
    ENTRY_KIND,
    LogPlace,
    Receipt,
    Statement,
    answer_text,
    exact,
    sealed,
    statement_of,
    to_text,
)
from sanctions.verdicts import CAVEAT
from tests.browser import chromium
from tests.fakes import START
from tests.sanctions.receipts_made import AT, KEY, ORIGIN, draft, made, saved

pytestmark = pytest.mark.needs("chromium")

OLD = new_key(ORIGIN, bytes([7] * 32))  # a key that signed before a rotation
WITNESS, STRANGER = new_key("witness.example", bytes([8] * 32)), new_key("stranger.example", bytes([9] * 32))
TRUSTED = Trusted((KEY.verifier, OLD.verifier), (witness_of(WITNESS),))
RECEIPT = made()
LOG = parse_proof(RECEIPT.proof)
NOTE, POINT = LOG.checkpoint, parse_checkpoint(LOG.checkpoint.rpartition("\n\n")[0] + "\n")
SECONDS = 1_795_309_200
WHOLE = msgspec.json.decode(saved(RECEIPT))


def bare(receipt: Receipt = RECEIPT) -> bytes:
    return canonical.encode_bytes(receipt)


def under(note: str) -> Receipt:
    """The receipt with another checkpoint."""
    return msgspec.structs.replace(RECEIPT, proof=proof_text(LOG.index, LOG.path, note))


def but(*place: str, value: Any) -> bytes:
    """The saved file with one member changed."""
    whole = msgspec.json.decode(saved(RECEIPT))
    holder = whole
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    return json.dumps(whole, ensure_ascii=False).encode()


def response() -> bytes:
    """A whole answer as `POST /v1/eligibility` gives it: with moments of Beijing, fractions, large numbers."""
    answers = [{"outcome": "eligible", "label": "未查见限制情形", "reasons": [], "score": {"value": 82.5, "b": 1e-7}}]
    sources: list[dict[str, Any]] = [{"list": "x", "fetched_at": "2026-11-22T01:02:03.000004Z"},
                                     {"list": "y", "fetched_at": None}]
    answer = answer_text(answers, [], sources, CAVEAT)
    base = RECEIPT.statement
    receipt = alone(statement_of(msgspec.structs.replace(draft(), answer=answer), base.id, base.salt, AT))
    told = {"answers": answers, "bids": [], "notice": CAVEAT, "rules": base.rules, "receipt": receipt, "as_of": {
        "log": ORIGIN, "valid_at": base.valid_at, "known_seq": 3, "known_at": "2026-11-22T09:02:03.000004+08:00",
        "sources": [{**sources[0], "fetched_at": "2026-11-22T09:02:03.000004+08:00"}, sources[1]]}}
    return msgspec.json.encode(told)


def alone(statement: Statement) -> Receipt:
    """The receipt of a batch of one about this statement."""
    batch = sealed([statement], KEY)
    body = canonical.encode({"seq": 9, "kind": ENTRY_KIND, "subject": batch.root.hex()})
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(9)] + [merkle.leaf_hash(body.encode())]
    path = merkle.inclusion_path(9, 10, lambda level, start, end: leaves[start:end])
    note = sign_checkpoint(ORIGIN, 10, merkle.Frontier().extend(leaves).root, KEY)
    member = batch.members[0]
    return Receipt(statement=statement, signature=member.signature, key_id=member.key_id, batch=member.place,
                   entry=LogPlace(9, leaves[9].hex(), body), proof=proof_text(9, path, note))


def flips(content: bytes, count: int) -> list[bytes]:
    """One bit changed here and there, where the file stays a text."""
    found = []
    for n in range(count):
        digest = sha256(f"{n}".encode()).digest()
        at = int.from_bytes(digest[:4], "big") % len(content)
        changed = content[:at] + bytes([content[at] ^ 1 << digest[4] % 7]) + content[at + 1:]
        try:
            changed.decode()
        except UnicodeDecodeError:
            continue
        found.append(changed)
    return found


GOOD = [
    saved(RECEIPT), bare(), to_text(RECEIPT).encode(), response(), bare(made(key=OLD)), bare(made(count=1, which=0)),
    bare(made(count=50, which=49, before=170, after=77)), json.dumps(WHOLE, indent=2).encode(),
    msgspec.json.encode({"receipt": to_text(RECEIPT)}), msgspec.json.encode(to_text(RECEIPT)),
    bare(under(cosigned(NOTE, WITNESS, SECONDS))), bare(under(cosigned(NOTE, STRANGER, SECONDS))),
    to_text(under(cosigned(cosigned(NOTE, STRANGER, SECONDS), WITNESS, SECONDS))).encode(),
]
OTHER = made(which=3)
BAD = [
    b"", b"{}", b"[]", b"null", b"[1,]", b"\xef\xbb\xbf{}", b"[" * 5000, b'{"receipt":1}', saved(RECEIPT)[:-40],
    to_text(RECEIPT).encode()[:200], to_text(RECEIPT).encode()[:-1], msgspec.json.encode(WHOLE | {"extra": 1}),
    but("id", value="rcp_other"), but("question", value={"subjects": []}), but("answer", value={"answers": []}),
    but("question", "tender", "points", value=5.25), but("receipt", "statement", "known_seq", value=2),
    but("receipt", "statement", "known_seq", value=2**80), but("receipt", "statement", "salt", value="zz"),
    but("receipt", "statement", "type", value="tendercredit.receipt/9"), but("receipt", "key_id", value="00000000"),
    but("receipt", "signature", value="AA="), but("receipt", "signature", value=""),
    but("receipt", "entry", "seq", value=8),
    but("receipt", "entry", "body", value="[]"), but("receipt", "entry", "body", value="{}"),
    but("receipt", "batch", "size", value=51), but("receipt", "batch", "index", value=2.0),
    but("receipt", "batch", "path", value=["x"]), but("receipt", "batch", "path", value=list(RECEIPT.batch.path)[:-1]),
    bare(made(before=3)), bare(made(key=new_key(ORIGIN, bytes(32)))),
    bare(under(sign_checkpoint("sample.example/other", POINT.size, POINT.root, KEY))),
    bare(under(sign_checkpoint(ORIGIN, POINT.size, POINT.root, new_key(ORIGIN, bytes(32))))),
    bare(under(sign_checkpoint(ORIGIN, POINT.size, bytes(32), KEY))),
    bare(under(cosigned(NOTE, WITNESS, SECONDS).replace("— witness.example ", "— witness.example A"))),
    bare(under(NOTE + "— " + " ".join(["witness.example", base64.b64encode(
        witness_of(WITNESS).key_id + bytes(72)).decode()]) + "\n")),
    bare(msgspec.structs.replace(RECEIPT, proof=proof_text(LOG.index, LOG.path[:-1], NOTE))),
    bare(msgspec.structs.replace(RECEIPT, proof=proof_text(LOG.index, LOG.path, NOTE, b"x"))),
    *(bare(msgspec.structs.replace(RECEIPT, **{name: getattr(OTHER, name)}))
      for name in ("signature", "statement", "batch")),
    response().replace(b'"82.5"', b'"82.6"').replace(b"82.5", b"82.6"), response().replace(b'"known_at"', b'"known"'),
    response().replace(b'"known_seq":3', b'"known_seq":2', 1), response().replace(b"+08:00", b"+09:00"),
]
TABLE = [*GOOD, *BAD, *flips(saved(RECEIPT), 40), *flips(to_text(RECEIPT).encode(), 40), *flips(response(), 30)]
NUMBERS = b"""[82.5,5.0,-0.0,1e-7,0.1,1152921504606846976.0,9007199254740992.0,1e16,1e300,2e-320,-1.5e21,
    9223372036854775807,18446744073709551615,-0,1E+2,0.1e-7,4e15,true,null,
    "\\u0000\\u001f\\u007f\\b\\f\\/ \\u2028\\ud83d\\udca5",
    {"\xee\x80\x80":1,"\xf0\x9f\x92\xa5":2,"a":{"__proto__":1,"a":2,"a":3}}]"""


def judged(content: bytes) -> Checked:
    try:
        return check(read(content), *TRUSTED)
    except Broken as exc:
        return Checked(valid=False, failed=exc.step, detail=exc.detail)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as it is written for saving."""
    made = tmp_path_factory.mktemp("verifier") / "verifier.html"
    made.write_text(page_of(TRUSTED, START), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def tab(file: Path) -> Iterator[chromium.Page]:
    with chromium.page() as found:
        found.open(file.as_uri())
        yield found


def test_the_page_says_of_every_receipt_what_the_command_says(tab: chromium.Page) -> None:
    texts = [content.decode() for content in TABLE]
    outcomes = tab.run(_judging(texts))
    for content, (valid, failed, passed, sentence, detail, witnesses) in zip(TABLE, outcomes, strict=True):
        ours = judged(content)
        assert (valid, failed, passed) == (ours.valid, ours.failed, list(ours.checked)), (content[:3000], detail, ours)
        assert witnesses == [c.witness for c in ours.witnesses]
        if failed is not None:
            plain = FAILED[sentence].partition("{why}")
            assert ours.detail.startswith(plain[0]) and ours.detail.endswith(plain[2])
            assert ours.detail == detail or plain[1]
    assert {Step(o[1]) for o in outcomes if o[1]} == set(Step)
    assert [n for n, o in enumerate(outcomes) if o[0]] == list(range(len(GOOD)))


def _judging(texts: list[str]) -> str:
    return f"""(async () => {{
        const found = [];
        for (const text of {json.dumps(texts)}) {{
            const one = await judge(text);
            found.push([one.valid, one.failed, one.checked, one.sentence, one.failed && told(one),
                        one.witnesses.map((w) => w.name)]);
        }}
        return found;
    }})()"""


def test_both_write_the_same_canonical_text(tab: chromium.Page) -> None:
    text = NUMBERS.decode()
    assert tab.run(f"canonical(parseJson({json.dumps(text)}), true)") == exact(msgspec.json.decode(text))
    for length in (0, 1, 55, 56, 63, 64, 119, 120, 1000):
        content = bytes(n % 251 for n in range(length))
        assert tab.run(f"hex(sha256(Uint8Array.from({list(content)})))") == sha256(content).hexdigest()


def test_a_chosen_file_is_shown_green_with_all_it_proves_and_a_changed_one_red(
    tab: chromium.Page, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(canonical.encode_bytes(msgspec.json.decode(saved(under(cosigned(NOTE, WITNESS, SECONDS))))))
    bad.write_bytes(good.read_bytes().replace(b'"eligible"', b'"eligiblf"'))
    shown = _chosen(tab, good)
    for wanted in ("回执有效", RECEIPT.statement.id, ORIGIN, "2026-11-22", "日志第 3 条", "09:02:03",
                   RECEIPT.statement.rules, "witness.example", KEY.verifier.vkey, "不证明系统之外没有其他处罚或限制",
                   "eligible"):
        assert wanted in shown, wanted
    assert tab.run("document.querySelectorAll('#steps .ok').length") == len(
        [s for s in Step if s is not Step.STATED]) + 1  # the file states its id
    shown = _chosen(tab, bad)
    assert "回执无效" in shown and FAILED["answer"] in shown
    assert "回执编号" not in shown  # nothing of it is told
    assert tab.run("getComputedStyle(document.querySelector('.head')).color") == "rgb(163, 22, 33)"


def _chosen(tab: chromium.Page, file: Path) -> str:
    """What the page shows once this file was chosen."""
    tab.run("window.shows = new Promise((done) => new MutationObserver(done).observe("
            "document.getElementById('verdict'), {childList: true})); 0")
    root = tab.call("DOM.getDocument")["root"]["nodeId"]
    field = tab.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    tab.call("DOM.setFileInputFiles", files=[str(file)], nodeId=field)
    return str(tab.run("window.shows.then(() => document.body.innerText)"))


def test_it_connects_to_nothing_and_may_not(tab: chromium.Page, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"(?:src|href|action)=|@import|url\(|fetch\(|XMLHttpRequest|innerHTML|eval\(", text)
    refused = tab.run("""new Promise((done) => {
        addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), {once: true});
        fetch('https://example.com/').then(() => done('connected'), () => 0);
    })""")
    assert refused == "connect-src"  # by the page's own policy, whatever the network
    assert {a for a in tab.requests if not a.startswith("file:")} <= {"about:blank"}


def test_a_browser_without_ed25519_says_so_and_shows_nothing_green(tab: chromium.Page, file: Path) -> None:
    tab.before_each("crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))")
    tab.open(file.as_uri())
    tab.run(f"work({json.dumps(saved(RECEIPT).decode())})")
    shown = tab.run("document.body.innerText")
    assert "未能核验" in shown and "本浏览器不能验证签名" in shown
    assert "回执有效" not in shown.partition("本页所信")[0]
    assert tab.run("[...document.querySelectorAll('#steps .open')].map((e) => e.textContent)") == [
        f"未核验{words}" for words in ("回执签名有效 the signature fits", "检查点签名有效 the checkpoint is signed")]
    tab.run(f"work({json.dumps(but('question', value=5).decode())})")
    assert "回执无效" in tab.run("document.getElementById('verdict').innerText")  # a fault is one without it too
