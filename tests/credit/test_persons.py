from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit import persons

SALT = b"sample salt of 24 bytes."
ID_CARD = "370101199003070028"


def test_library_numbers_become_references() -> None:
    assert persons.person_ref("experts_sample", " E 0001 ") == "experts_sample:E0001"
    assert persons.check_ref("experts_sample:E0001") == "experts_sample:E0001"


@pytest.mark.parametrize(
    "number", [ID_CARD, "37010119900307002x", " 370101 19900307 0028", "370101900307002", "３70101199003070028"]
)
def test_an_id_number_is_refused_and_not_repeated(number: str) -> None:
    for ref in (f"experts:{number}", number):
        with pytest.raises(persons.PersonRefIsIdNumber) as refused:
            persons.check_ref(ref)
        assert "1990" not in repr((refused.value.args, refused.value.extra))


@pytest.mark.parametrize("ref", ["E0001", "示例专家库-0007", "experts_sample:E0001"])
def test_an_office_writes_references_as_it_numbers_its_people(ref: str) -> None:
    assert persons.check_ref(f" {ref} ") == ref


@pytest.mark.parametrize("ref", ["", "  ", "编" * 101, "a\nb"])
def test_what_is_no_reference_is_refused(ref: str) -> None:
    with pytest.raises(persons.BadPersonRef):
        persons.check_ref(ref)


def test_a_salted_digest_is_a_reference_without_the_number() -> None:
    ref = persons.salted_digest(ID_CARD, SALT)
    assert ref == persons.salted_digest(" 370101 19900307 0028 ", SALT)
    assert ref != persons.salted_digest(ID_CARD, SALT + b"x")
    assert ID_CARD not in ref
    assert persons.check_ref(ref) == ref


def test_case_and_width_of_the_number_do_not_matter() -> None:
    assert persons.salted_digest("37010119900307002x", SALT) == persons.salted_digest("37010119900307002Ｘ", SALT)


@pytest.mark.parametrize("number", ["", "123", "37010119900307002Y"])
def test_other_numbers_have_no_digest(number: str) -> None:
    with pytest.raises(persons.BadPersonRef) as refused:
        persons.salted_digest(number, SALT)
    assert number == "" or number not in refused.value.detail


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        persons.salted_digest(ID_CARD, b"short")


@pytest.mark.parametrize(
    ("name", "masked"), [("张三丰", "张**"), ("李四", "李*"), ("王", "*"), ("", ""), (" 李四 ", "李*")]
)
def test_masked_names(name: str, masked: str) -> None:
    assert persons.mask_name(name) == masked


@given(st.text(min_size=2, max_size=10).map(str.strip).filter(lambda n: len(n) > 1))
def test_masking_keeps_one_character(name: str) -> None:
    assert persons.mask_name(name)[1:] == "*" * (len(name) - 1)
