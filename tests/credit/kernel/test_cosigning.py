"""Cosignatures as C2SP writes them, and which logs a witness takes for a continuation."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel import merkle
from credit.kernel.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from credit.kernel.cosigning import cosignatures, cosigned, load_witness, rewritten, with_lines, witness_of
from credit.kernel.signing import BadKey, BadNote, VerifierKey, new_key

LOG = new_key("log.example", bytes(32))
WITNESS = new_key("witness.example", bytes(range(32)))
OTHER = new_key("other.example", bytes(range(1, 33)))
KNOWN = [witness_of(WITNESS)]
NOTE = sign_checkpoint("log.example/sample", 7, bytes(32), LOG)
LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(40)]


def point(size: int, leaves: list[bytes] = LEAVES, origin: str = "log.example/sample") -> Checkpoint:
    return Checkpoint(origin, size, merkle.Frontier().extend(leaves[:size]).root)


def proof(old: int, new: int, leaves: list[bytes] = LEAVES) -> list[bytes]:
    return merkle.consistency_path(old, new, lambda level, start, end: leaves[start:end])


def test_the_line_signs_version_time_and_text() -> None:
    note = cosigned(NOTE, WITNESS, 1_700_000_000)
    body = base64.b64decode(note.splitlines()[-1].split()[-1])
    # C2SP tlog-cosignature: 4 bytes of key id, 8 of time (big-endian), 64 of signature
    assert (len(body), body[:4], body[4:12]) == (76, KNOWN[0].key_id, (1_700_000_000).to_bytes(8, "big"))
    text = NOTE.partition("\n\n")[0] + "\n"
    signed = f"cosignature/v1\ntime 1700000000\n{text}".encode()
    assert VerifierKey("", WITNESS.verifier.public).accepts(signed, body[12:])
    assert open_checkpoint(note, [LOG.verifier], "log.example/sample").size == 7  # who knows no witness reads on


def test_only_known_witnesses_count_once_each() -> None:
    note = cosigned(cosigned(cosigned(NOTE, WITNESS, 1), OTHER, 2), WITNESS, 3)
    assert [(c.witness, c.seconds) for c in cosignatures(note, KNOWN)] == [("witness.example", 1)]
    assert cosignatures(NOTE, KNOWN) == ()
    assert with_lines(note, cosignatures(note, KNOWN)) == note


@pytest.mark.parametrize("change", [("\n7\n", "\n8\n"), ("log.example/sample", "log.example/other")])
def test_a_cosignature_of_another_text_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(BadNote):
        cosignatures(cosigned(NOTE, WITNESS, 1).replace(*change), KNOWN)


def test_a_witness_key_is_no_log_key() -> None:
    key = witness_of(WITNESS)
    assert load_witness(key.vkey) == key
    for text in ("", "a+b", WITNESS.verifier.vkey, key.vkey[:-2], key.vkey.replace("witness", "witnesz")):
        with pytest.raises(BadKey):
            load_witness(text)


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_log_that_only_grew_is_taken_whichever_note_is_newer(kept: int, served: int) -> None:
    assert rewritten(point(kept), point(served), proof(min(kept, served), max(kept, served))) is None


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_one_changed_entry_below_what_was_kept_is_noticed(kept: int, served: int, data: st.DataObject) -> None:
    changed = data.draw(st.integers(0, min(kept, served) - 1))
    other = [*LEAVES[:changed], merkle.leaf_hash(b"other"), *LEAVES[changed + 1 :]]
    path = proof(min(kept, served), max(kept, served), other)
    assert rewritten(point(kept), point(served, other), path) is not None
    assert rewritten(point(kept), point(served, origin="log.example/2"), path) is not None
