"""The receipt of a file holds as it was issued, for the file it is about, and not otherwise."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.kernel import canonical, merkle
from credit.kernel.checkpoints import proof_text, sign_checkpoint
from credit.kernel.signing import new_key
from sanctions.exchange.fields import Form
from sanctions.exchange.receipts import ENTRY_KIND, Direction, Draft, ExchangeReceipt, Tally, check, sealed
from sanctions.receipts import LogPlace
from tests.factories import uscc
from tests.sanctions.receipts_made import AT, KEY, ORIGIN

KEYS = (KEY.verifier,)
DIGEST = "5a" * 32


def made(before: int = 3, after: int = 2, log: str = ORIGIN) -> bytes:
    """A receipt logged after `before` other entries and before `after` more."""
    draft = Draft(direction=Direction.IN, set="17.1", form=Form.CSV, file_sha256=DIGEST, file_bytes=99, org=uscc(1),
                  tally=Tally(rows=3, accepted=2, rejected=1))
    found = sealed(draft, [{"row": 2}], KEY, receipt_id="exc_1", log=ORIGIN, salt="07" * 32, issued_at=AT)
    body = canonical.encode({"seq": before, "recorded_at": AT, "kind": ENTRY_KIND, "version": 1, "actor": "key_1",
                             "subject": found.leaf, "commit": "00" * 32})
    leaves = [merkle.leaf_hash(f"entry {n}".encode()) for n in range(before + 1 + after)]
    leaves[before] = merkle.leaf_hash(body.encode())
    path = merkle.inclusion_path(before, len(leaves), lambda level, start, end: leaves[start:end])
    note = sign_checkpoint(log, len(leaves), merkle.Frontier().extend(leaves).root, KEY)
    return canonical.encode_bytes(ExchangeReceipt(
        statement=found.statement, signature=found.signature, key_id=found.key_id,
        entry=LogPlace(before, leaves[before].hex(), body), proof=proof_text(before, path, note)))


RECEIPT = made()


def test_it_holds_for_its_file_and_no_other() -> None:
    assert check(RECEIPT, KEYS).valid
    assert check(RECEIPT, KEYS, file_sha256=DIGEST.upper(), file_bytes=99).file_compared
    assert check(RECEIPT, KEYS, file_sha256="00" * 32).failed == "file"
    assert check(RECEIPT, KEYS, file_sha256=DIGEST, file_bytes=98).failed == "file"
    answer = canonical.encode_bytes({"file_sha256": DIGEST, "receipt": msgspec.json.decode(RECEIPT)})
    assert check(answer, KEYS).valid  # the whole answer, as it was saved
    assert check(RECEIPT, (new_key("another.example/log", bytes(32)).verifier,)).failed == "key"
    assert check(made(log="another.example/log"), KEYS).failed == "log"
    assert check(RECEIPT, ()).failed == "key"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_one_bit_changed_or_a_file_cut_short_is_found(data: st.DataObject) -> None:
    at, bit = data.draw(st.integers(0, len(RECEIPT) - 1)), data.draw(st.integers(0, 7))
    changed = RECEIPT[:at] + bytes([RECEIPT[at] ^ 1 << bit]) + RECEIPT[at + 1 :]
    assert not check(changed, KEYS, file_sha256=DIGEST).valid, (at, chr(RECEIPT[at]), chr(changed[at]))
    assert not check(RECEIPT[:at], KEYS).valid


@given(st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_it_holds_wherever_it_stands_in_the_log(before: int, after: int) -> None:
    assert check(made(before, after), KEYS, file_sha256=DIGEST).valid
