from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as judge

from credit import uscc
from tests import factories

# Codes that public bodies and the judge's own documentation print.
KNOWN = ["11370100004188602D", "114418020073034851", "114418020073033620", "91110000600037341L"]
GOOD = factories.uscc(1)


@pytest.mark.parametrize("code", KNOWN)
def test_known_codes_pass(code: str) -> None:
    assert uscc.check(code) == code
    assert uscc.is_valid(code)


def test_parts_of_a_code() -> None:
    assert uscc.region("91110000600037341L") == "110000"
    assert uscc.org_code("91110000600037341L") == "600037341"


@pytest.mark.parametrize("text", [" 9111 0000 6000 3734 1L ", "91110000-600037341-L", "\ufeff91110000600037341L\t"])
def test_blanks_and_hyphens_are_dropped(text: str) -> None:
    assert uscc.check(text) == "91110000600037341L"


# Born 1990-03-07; Σ digit×weight = 21+63+5+4+2+9+54+27+35+4 = 224, mod 11 = 4, so the 18th digit is 8.
ID_CARD = "370101199003070028"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "code_empty"),
        ("  \u3000", "code_empty"),
        ("9111000060003734", "code_length"),
        ("91110000600037341LL", "code_length"),
        ("9111O000600037341L", "code_letter"),
        ("91110000600O37341L", "code_letter"),
        ("9I110000600037341L", "code_letter"),
        ("91110000600037341S", "code_letter"),
        ("91110000600037Z41L", "code_letter"),
        ("911100006V0037341L", "code_letter"),
        ("9111000060003734汉L", "code_letter"),
        ("91A10000600037341L", "code_letter"),
        ("911100006000373A1L", "code_check_digit"),
        ("9111000060003734AL", "code_letter"),
        ("91110000600037341l", "code_lower_case"),
        ("９1110000600037341L", "code_full_width"),
        ("91110000600037341Ｌ", "code_full_width"),
        ("91430681XXXXXXXXXX", "code_masked"),
        ("914302816918 28xxxx", "code_masked"),
        ("9143**********123X", "code_masked"),
        ("91110000600037341M", "code_check_digit"),
        ("91110000600037351L", "code_check_digit"),
        (ID_CARD, "code_is_id_card"),
        ("370101 19900307 0028", "code_is_id_card"),
        ("３70101199003070028", "code_is_id_card"),
    ],
)
def test_each_mistake_has_its_own_refusal(text: str, code: str) -> None:
    with pytest.raises(uscc.BadCode) as refused:
        uscc.check(text)
    assert refused.value.code == code
    assert ":" in refused.value.detail


def test_wrong_letter_is_named_with_its_place() -> None:
    with pytest.raises(uscc.IllegalLetter) as refused:
        uscc.check("91110000600O37341L")
    assert refused.value.extra == {"position": 12, "letter": "O"}
    assert "第12位" in refused.value.detail
    assert "数字0" in refused.value.detail


@pytest.mark.parametrize(("char", "shown"), [("\x00", "U+0000"), ("\ud800", "U+D800")])
def test_what_cannot_be_printed_is_named_by_its_code_point(char: str, shown: str) -> None:
    with pytest.raises(uscc.IllegalLetter) as refused:
        uscc.check("9111000060003734" + char + "L")
    assert refused.value.extra["letter"] == shown
    assert char not in refused.value.detail


def test_embedded_organisation_digit_is_checked() -> None:
    # 60003734 → 6×3 + 3×5 + 7×8 + 3×4 + 4×2 = 18+15+56+12+8 = 109, mod 11 = 10, so C9 = 1; here it is 2.
    first = "91110000600037342"
    with pytest.raises(uscc.WrongCheckDigit) as refused:
        uscc.check(first + uscc.check_digit(first))
    assert "第17位" in refused.value.detail


@pytest.mark.parametrize("text", [ID_CARD, " 37010119900307 0028", "３70101199003070028"])
def test_id_card_number_appears_nowhere_in_the_refusal(text: str) -> None:
    with pytest.raises(uscc.IdCardNumber) as refused:
        uscc.check(text)
    shown = repr((refused.value.args, refused.value.detail, refused.value.extra, refused.value.errors))
    assert "1990" not in shown
    assert "3701" not in shown
    assert refused.value.__cause__ is None


@given(st.integers(0, 31**4 - 1), st.integers(100000, 899999))
def test_sample_codes_satisfy_the_judge(n: int, region: int) -> None:
    code = factories.uscc(n, str(region))
    assert uscc.check(code) == code
    assert judge.is_valid(code)


@given(st.integers(0, 31**4 - 1), st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_any_single_wrong_character_is_refused(n: int, at: int, char: str) -> None:
    code = factories.uscc(n)
    wrong = code[:at] + char + code[at + 1 :]
    assert uscc.is_valid(wrong) == (wrong == code)


@given(st.text(alphabet=uscc.ALPHABET, min_size=17, max_size=17), st.booleans())
def test_what_passes_here_passes_the_judge(first: str, repair: bool) -> None:
    body = first[:2] + "370102" + first[8:16]
    body += uscc.org_check_digit(first[8:16])
    code = body + (uscc.check_digit(body) if repair else first[16])
    assert uscc.is_valid(code) == (judge.calc_check_digit(code[:17]) == code[17])


@given(st.text(max_size=24) | st.text(alphabet="0123456789ABIXx*Ｏ 、", min_size=17, max_size=19))
def test_check_accepts_or_refuses_and_agrees_with_is_valid(text: str) -> None:
    try:
        answer = uscc.check(text)
    except uscc.BadCode:
        assert not uscc.is_valid(text)
    else:
        assert uscc.is_valid(answer)
        assert len(answer) == 18
