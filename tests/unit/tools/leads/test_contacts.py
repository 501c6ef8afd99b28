"""One spelling for every contact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.leads.contacts import masked_phone, normal_email, normal_phone, shown_phone, wechat_key
from tools.leads.errors import BadEmail, BadPhone


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("+86-138-0013-8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("021-5555 6666", "+862155556666"),
        ("+65 9123 4567", "+6591234567"),
        ("+1 (415) 555-0132", "+14155550132"),
        ("+44 7700 900123", "+447700900123"),
    ],
)
def test_phones_become_e164(typed: str, normal: str) -> None:
    assert normal_phone(typed) == normal


@pytest.mark.parametrize(
    "typed", ["1380013800", "138001380001", "12345678901", "12345", "abc", "+1 555 0100", "1234567"]
)
def test_a_phone_that_cannot_exist_is_named(typed: str) -> None:
    with pytest.raises(BadPhone) as caught:
        normal_phone(typed)
    assert caught.value.values == {"phone": typed}


@given(st.from_regex(r"1(3[0-9]|5[0-35-9]|8[0-9])[0-9]{8}", fullmatch=True))
def test_normalising_again_changes_nothing(mobile: str) -> None:
    once = normal_phone(mobile)
    assert normal_phone(once) == once == f"+86{mobile}"


def test_mail_is_folded() -> None:
    assert normal_email(" Wang.Qiang@Example.COM ") == "wang.qiang@example.com"


@pytest.mark.parametrize("typed", ["wang", "wang@", "@example.com", "a b@example.com", "a@b"])
def test_a_mail_that_cannot_exist_is_named(typed: str) -> None:
    with pytest.raises(BadEmail) as caught:
        normal_email(typed)
    assert caught.value.values == {"email": typed}


def test_wechat_ids_compare_without_case() -> None:
    assert wechat_key(" Wang_88 ") == wechat_key("wang_88")


def test_phones_are_shown_as_people_write_them() -> None:
    assert shown_phone("+8613800138000") == "13800138000"
    assert shown_phone("+6591234567") == "+6591234567"
    assert shown_phone(None) is None


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("+8613800130000", "138****0000"), ("+6591234567", "+65****4567"), (None, None)],
)
def test_lists_hide_the_middle_of_a_phone(phone: str | None, masked: str | None) -> None:
    assert masked_phone(phone) == masked
