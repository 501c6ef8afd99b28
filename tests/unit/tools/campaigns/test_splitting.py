"""Money is divided to the cent and nothing is lost or made."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.campaigns.splitting import CENT, evenly, in_proportion

_AMOUNTS = st.decimals(min_value=0, max_value=10**10, places=2)
_WEIGHTS = st.decimals(min_value="0.01", max_value=10**7, places=2)


@given(total=_AMOUNTS, parts=st.integers(min_value=1, max_value=50))
def test_even_shares_sum_to_exactly_the_total(total: Decimal, parts: int) -> None:
    assert sum(evenly(total, parts)) == total


@given(total=_AMOUNTS, parts=st.integers(min_value=1, max_value=50))
def test_even_shares_differ_by_a_cent_at_most(total: Decimal, parts: int) -> None:
    shares = evenly(total, parts)
    assert max(shares) - min(shares) <= CENT


@given(total=_AMOUNTS, weights=st.lists(_WEIGHTS, min_size=1, max_size=20))
def test_proportional_shares_sum_exactly_and_miss_their_due_by_less_than_a_cent(
    total: Decimal, weights: list[Decimal]
) -> None:
    shares = in_proportion(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < CENT


@pytest.mark.parametrize(
    ("total", "parts", "shares"),
    [("500", 3, ["166.67", "166.67", "166.66"]), ("0.02", 3, ["0.01", "0.01", "0.00"])],
)
def test_the_first_shares_get_the_odd_cents(total: str, parts: int, shares: list[str]) -> None:
    assert evenly(Decimal(total), parts) == [Decimal(share) for share in shares]
