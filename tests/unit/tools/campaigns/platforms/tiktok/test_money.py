"""Budgets go to TikTok as floats and come back without losing a cent."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.tiktok.money import from_main, to_main

CENTS = st.decimals(min_value=0, max_value=10**13, places=2)


@given(amount=CENTS)
def test_every_cent_makes_the_round_trip_through_json(amount: Decimal) -> None:
    told = json.dumps(to_main(amount))
    assert from_main(json.loads(told)) == amount
    assert from_main(json.loads(told, parse_float=Decimal)) == amount


@given(one=CENTS, other=CENTS)
def test_two_amounts_are_never_the_same_float(one: Decimal, other: Decimal) -> None:
    assert (to_main(one) == to_main(other)) == (one == other)


@pytest.mark.parametrize("amount", ["0.001", "33.333", "10000000000000.01", "1e30"])
def test_what_a_float_or_a_cent_cannot_hold_is_refused(amount: str) -> None:
    with pytest.raises(PlatformRefused) as caught:
        to_main(Decimal(amount))
    assert caught.value.code is ErrorCode.INVALID_REQUEST
