from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel import checkpoints, merkle, signing
from credit.kernel.checkpoints import Checkpoint
from credit.kernel.signing import BadNote

KEY = signing.new_key("log.example/sample", bytes(range(32)))
LEAVES = [merkle.leaf_hash(bytes([i])) for i in range(100)]
ROOT = merkle.Frontier().extend(LEAVES).root


def test_text_of_the_specification() -> None:
    root = bytes.fromhex("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")
    text = checkpoints.checkpoint_text("example.com/behind-the-sofa", 20852163, root)
    assert text == "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert checkpoints.parse_checkpoint(text) == Checkpoint("example.com/behind-the-sofa", 20852163, root)


def test_a_signed_checkpoint_opens_for_its_log_only() -> None:
    note = checkpoints.sign_checkpoint("log.example/sample", 100, ROOT, KEY)
    found = checkpoints.open_checkpoint(note, [KEY.verifier], "log.example/sample")
    assert found == Checkpoint("log.example/sample", 100, ROOT)
    with pytest.raises(BadNote, match="another log"):
        checkpoints.open_checkpoint(note, [KEY.verifier], "log.example/new")
    with pytest.raises(BadNote):
        checkpoints.open_checkpoint(note.replace("\n100\n", "\n101\n"), [KEY.verifier], "log.example/sample")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\nAAAA\n",
        "o\n-1\nAAAA\n",
        "o\n1\nAAAA\n",
        "o\n1\n!\n",
        "o\n\nAAAA\n",
        "o\n1\nAAAA\n\n",
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(BadNote):
        checkpoints.parse_checkpoint(text)


@pytest.mark.parametrize("origin", ["", "two\nlines"])
def test_an_origin_is_one_line(origin: str) -> None:
    with pytest.raises(BadNote, match="origin"):
        checkpoints.checkpoint_text(origin, 1, ROOT)


@given(st.integers(0, 99), st.binary(max_size=40))
def test_a_proof_stands_alone(index: int, extra: bytes) -> None:
    path = merkle.inclusion_path(index, 100, lambda level, start, end: LEAVES[start:end])
    note = checkpoints.sign_checkpoint("log.example/sample", 100, ROOT, KEY)
    proof = checkpoints.parse_proof(checkpoints.proof_text(index, path, note, extra))
    assert (proof.index, list(proof.path), proof.checkpoint, proof.extra) == (index, path, note, extra)
    assert checkpoints.verify_proof(proof, LEAVES[index], [KEY.verifier], "log.example/sample").size == 100
    with pytest.raises(BadNote, match="does not lead"):
        checkpoints.verify_proof(proof, LEAVES[(index + 1) % 100], [KEY.verifier], "log.example/sample")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\nindex 1\n",
        "other\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        "c2sp.org/tlog-proof@v1\n\nx",
        "c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\nAA==\n\nx",
    ],
)
def test_malformed_proofs_are_refused(text: str) -> None:
    with pytest.raises(BadNote):
        checkpoints.parse_proof(text)
