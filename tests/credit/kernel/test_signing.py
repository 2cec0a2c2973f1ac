from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel import signing
from credit.kernel.signing import BadKey, BadNote

KEY = signing.new_key("log.example/sample", bytes(range(32)))
OTHER = signing.new_key("log.example/other", bytes(range(1, 33)))

# The example of C2SP signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The key pair and the note of Go's sumdb/note documentation.
GO_KEY = b"PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = GO_TEXT + (
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_specifications_example_verifies() -> None:
    key = signing.load_verifier(VKEY)
    assert key.key_id.hex() == "530d903a"
    assert key.vkey == VKEY
    assert signing.open_note(NOTE, [key]) == "This is an example message.\n"


def test_signs_byte_for_byte_as_the_reference_implementation() -> None:
    key = signing.load_key(GO_KEY)
    assert key.verifier.vkey == GO_VKEY
    assert key.to_file() == GO_KEY
    assert signing.sign_note(GO_TEXT, key) == GO_NOTE


def test_ed25519_vector_one_of_rfc_8032() -> None:
    key = signing.new_key("x", bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert key.verifier.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=60))
def test_what_is_signed_opens(line: str) -> None:
    text = f"{line}\n\n{line}\n"
    note = signing.sign_note(text, KEY)
    assert signing.open_note(note, [OTHER.verifier, KEY.verifier]) == text


@given(st.integers(0, 26 * 8 - 1))
def test_one_flipped_bit_in_the_text_is_found(bit: int) -> None:
    note = signing.sign_note("abcdefghijklmnopqrstuvwxyz\n", KEY)
    changed = note[: bit // 8] + chr(ord(note[bit // 8]) ^ 1 << bit % 8) + note[bit // 8 + 1 :]
    with pytest.raises(BadNote):
        signing.open_note(changed, [KEY.verifier])


def test_unknown_signers_are_ignored_and_do_not_count() -> None:
    note = signing.sign_note("text\n", KEY)
    both = note + signing.sign_note("text\n", OTHER).rpartition("\n\n")[2]
    assert signing.open_note(both, [KEY.verifier]) == "text\n"
    with pytest.raises(BadNote, match="no trusted key"):
        signing.open_note(note, [OTHER.verifier])


def test_a_known_key_with_a_wrong_signature_spoils_the_note() -> None:
    wrong = signing.sign_note("other\n", OTHER).rpartition("\n\n")[2]
    with pytest.raises(BadNote, match="was changed"):
        signing.open_note(signing.sign_note("text\n", KEY) + wrong, [KEY.verifier, OTHER.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name !!!!\n",
        "text\n\n— name AAAA\n",
        "a\tb\n\n— n AAAAAAAA\n",
    ],
)
def test_malformed_notes_are_refused(note: str) -> None:
    with pytest.raises(BadNote):
        signing.open_note(note, [KEY.verifier])


@pytest.mark.parametrize("text", ["no newline", "tab\there\n", "\ud800\n"])
def test_malformed_text_is_not_signed(text: str) -> None:
    with pytest.raises(BadNote):
        signing.sign_note(text, KEY)


def test_a_damaged_key_file_is_refused_without_showing_it() -> None:
    for data in (
        b"",
        GO_KEY.replace(b"c74f20a3", b"c74f20a4"),
        GO_KEY[:-8],
        b"\xff\xfe",
        GO_KEY.replace(b"AYE", b"AoE"),
    ):
        with pytest.raises(BadKey) as refused:
            signing.load_key(data)
        assert "FALVFGyNhPJEMzD1" not in refused.value.detail
    for vkey in ("", "a+b", VKEY.replace("530d", "530e"), VKEY[:-4]):
        with pytest.raises(BadKey):
            signing.load_verifier(vkey)


@pytest.mark.parametrize(("name", "size"), [("", 32), ("a b", 32), ("a+b", 32), ("a", 31)])
def test_unfit_names_and_randomness_are_refused(name: str, size: int) -> None:
    with pytest.raises(BadKey):
        signing.new_key(name, bytes(size))


def test_the_private_half_is_not_shown() -> None:
    assert repr(KEY) == "SigningKey('log.example/sample')"
    assert f"{KEY}" == repr(KEY)
