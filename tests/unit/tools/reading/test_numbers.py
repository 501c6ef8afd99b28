"""Amounts in digits, Chinese and English words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.reading.chinese import value_of
from tools.reading.numbers import numbers


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,200.50", "1200.50", "plain"),
        ("1.5k", "1500", "plain"),
        ("2万", "20000", "plain"),
        ("3万5", "35000", "plain"),
        ("1万2千", "12000", "plain"),
        ("1.2 million", "1200000", "plain"),
        ("$300", "300", "currency"),
        ("¥500", "500", "currency"),
        ("HK$500", "500", "currency"),
        ("USD 300", "300", "currency"),
        ("200块", "200", "currency"),
        ("五百塊", "500", "currency"),
        ("１２００元", "1200", "currency"),
        ("五百", "500", "plain"),
        ("一千二", "1200", "plain"),
        ("一千零二", "1002", "plain"),
        ("两百五", "250", "plain"),
        ("三万五", "35000", "plain"),
        ("一亿二", "120000000", "plain"),
        ("三点五", "3.5", "plain"),
        ("十", "10", "plain"),
        ("百分之二十", "20", "percent"),
        ("百分之15", "15", "percent"),
        ("三成", "30", "percent"),
        ("两成半", "25", "percent"),
        ("20个点", "20", "percent"),
        ("20 percent", "20", "percent"),
        ("一半", "50", "percent"),
        ("七折", "7", "discount"),
        ("85折", "8.5", "discount"),
        ("八五折", "8.5", "discount"),
        ("两倍", "2", "fold"),
        ("twenty-five", "25", "plain"),
        ("five hundred", "500", "plain"),
        ("a hundred dollars", "100", "currency"),
        ("two and a half", "2.5", "plain"),
        ("两周", "2", "time"),
        ("三条", "3", "count"),
    ],
)
def test_an_amount_is_read_with_its_unit(text: str, value: str, unit: str) -> None:
    (number,) = numbers(text)
    assert (number.value, number.unit) == (Decimal(value), unit)
    assert (number.start, number.end) == (0, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "C-3", "l12", "A-3.1", "R-2", "T-4", "活动3", "3号活动", "素材 12 和 15", "CR-1到CR-3",
        "13800138000", "+65 9123 4567", "2026-11-01", "10月1号到15号", "Oct 1", "9:30", "晚上九点",
        "a1@b2.com", "https://shop.com/p/33", "Q3", "第二个", "2nd", "vip2", "星期三", "3.14.15",
    ],
)  # fmt: skip
def test_digits_of_ids_phones_dates_and_addresses_are_no_amounts(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    "text", ["百度来的", "万一不行", "十分好", "一下", "三四个", "那个", "one of them"]
)
def test_words_that_hold_a_numeral_are_no_amounts(text: str) -> None:
    assert numbers(text) == []


def test_a_full_width_comma_separates_and_a_half_width_one_groups() -> None:
    assert [number.value for number in numbers("101，102")] == [101, 102]
    assert [number.value for number in numbers("101,102")] == [101102]


@given(st.integers(min_value=0, max_value=9_999_999), st.sampled_from(["", "元", "块", " USD"]))
def test_money_that_was_formatted_is_read_back(amount: int, unit: str) -> None:
    (number,) = numbers(f"{amount:,}{unit}")
    assert number.value == amount


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_decimals_are_read_to_the_last_place(amount: Decimal) -> None:
    (number,) = numbers(f"${amount}")
    assert number.value == amount


@given(st.text(alphabet="0123456789.,零一二两三十百千万亿半点成折%块k和 a-", max_size=25))
def test_what_was_read_stands_in_the_text(text: str) -> None:
    for number in numbers(text):
        assert 0 <= number.start < number.figure_end <= number.end <= len(text)
        assert set(text[number.start : number.figure_end]) & set("0123456789零一二两三十百千万亿半")


@given(st.text(alphabet="零一二两九十百千万亿点", min_size=1, max_size=12))
def test_any_row_of_numerals_is_read_or_refused(text: str) -> None:
    value = value_of(text)
    assert value is None or value >= 0


@pytest.mark.parametrize("text", ["二三", "百", "万", "十百", "百五"])
def test_what_is_no_numeral_has_no_value(text: str) -> None:
    assert value_of(text) is None
