"""Micros are exact in both directions."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.google.money import from_micros, to_micros, to_the_cent

cents = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False)
micros = st.integers(min_value=0, max_value=2**63 - 1)


@given(cents)
def test_every_amount_comes_back_as_it_was(amount: Decimal) -> None:
    assert from_micros(to_micros(amount)) == amount


@given(micros)
def test_every_number_of_micros_comes_back_as_it_was(number: int) -> None:
    assert to_micros(from_micros(number)) == str(number)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("33.33", "33330000"), ("0.01", "10000"), ("1E+3", "1000000000"), ("0.000001", "1")],
)
def test_a_currency_unit_is_a_million_micros(amount: str, expected: str) -> None:
    assert to_micros(Decimal(amount)) == expected


def test_less_than_a_micro_is_refused_instead_of_rounded() -> None:
    with pytest.raises(PlatformRefused) as caught:
        to_micros(Decimal("0.0000001"))
    assert caught.value.code is ErrorCode.INVALID_REQUEST


def test_money_is_shown_with_cents() -> None:
    assert str(from_micros("100000000")) == "100.00"
    assert str(to_the_cent(from_micros("1234567"))) == "1.23"
