"""Budgets go to Meta and come back without losing a cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.platforms.errors import PlatformRefused
from tools.campaigns.platforms.meta.money import from_minor, to_minor

CENTS = st.decimals(min_value=0, max_value=10**9, places=2)


@given(amount=CENTS)
def test_cents_make_the_round_trip(amount: Decimal) -> None:
    assert from_minor(to_minor(amount, "CNY"), "CNY") == amount


@given(amount=st.integers(min_value=0, max_value=10**12))
def test_currencies_without_decimals_make_it_too(amount: int) -> None:
    assert to_minor(Decimal(amount), "JPY") == amount
    assert from_minor(str(amount), "JPY") == amount


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "CNY"), ("10.5", "JPY")])
def test_what_a_currency_cannot_express_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(PlatformRefused):
        to_minor(Decimal(amount), currency)
