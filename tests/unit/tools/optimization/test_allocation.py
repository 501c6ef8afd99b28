"""How a fixed total is shared among ad sets, whatever happened."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.optimization.allocation import DailyResult, allocate

CENT = Decimal("0.01")


def a_day(
    ad_set: str, day: int, *, budget: float = 100, spend: float | None = None, conversions: int = 10,
    order: int = 50,
) -> DailyResult:  # fmt: skip
    return DailyResult(
        ad_set=ad_set, day=day, budget=Decimal(str(budget)),
        spend=Decimal(str(budget if spend is None else spend)), conversions=conversions,
        revenue=Decimal(conversions * order),
    )  # fmt: skip


money = st.decimals(min_value=0, max_value=10_000, places=2)
results = st.builds(
    DailyResult, ad_set=st.sampled_from("ABCDE"), day=st.integers(0, 12), budget=money,
    spend=money, conversions=st.integers(0, 200), revenue=money,
)  # fmt: skip
histories = st.lists(results, max_size=40, unique_by=lambda each: (each.ad_set, each.day))


def newest(history: Sequence[DailyResult]) -> dict[str, Decimal]:
    return {each.ad_set: each.budget for each in sorted(history, key=lambda each: each.day)}


@settings(deadline=None, max_examples=200)
@given(histories, money)
def test_never_more_than_the_total_is_shared_and_no_step_is_too_large(
    history: list[DailyResult], total: Decimal
) -> None:
    shares, last = allocate(history, total), newest(history)
    assert shares.keys() == last.keys()
    assert sum(shares.values()) <= total
    assert all(share == share.quantize(CENT) for share in shares.values())
    for name, share in shares.items():
        assert 0 <= share <= max(last[name] * Decimal("1.2"), Decimal(1)) + CENT
    least = {name: max(last[name] * Decimal("0.8"), Decimal(1)) for name in last}
    most = {name: max(last[name] * Decimal("1.2"), Decimal(1)) for name in last}
    if sum(least.values()) <= total:
        assert all(share >= least[name] - CENT for name, share in shares.items())
        if history and total <= sum(most.values()) - len(last) * CENT:
            assert sum(shares.values()) == total


@settings(deadline=None)
@given(histories, money, st.randoms(use_true_random=False))
def test_the_order_of_the_history_does_not_matter(
    history: list[DailyResult], total: Decimal, random: Random
) -> None:
    shuffled = [*history]
    random.shuffle(shuffled)
    assert allocate(shuffled, total) == allocate(history, total)


def test_nothing_is_shared_among_none() -> None:
    assert allocate([], Decimal(100)) == {}


@pytest.mark.parametrize(
    ("total", "options"),
    [(Decimal(-1), {}), (Decimal(1), {"minimum": Decimal(-1)}), (Decimal(1), {"max_step": Decimal(-1)})],
)  # fmt: skip
def test_nothing_is_negative(total: Decimal, options: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match="negative"):
        allocate([a_day("A", 0)], total, **options)


def test_what_returns_more_gets_more() -> None:
    history = [
        a_day(name, day, conversions=n) for day in range(10) for name, n in (("A", 30), ("B", 5))
    ]
    assert allocate(history, Decimal(200)) == {"A": Decimal(120), "B": Decimal(80)}


def test_larger_orders_count() -> None:
    history = [
        a_day(name, day, order=order) for day in range(20) for name, order in (("A", 90), ("B", 20))
    ]
    shares = allocate(history, Decimal(200))
    assert shares["A"] > shares["B"]


def test_without_revenue_conversions_decide() -> None:
    history = [
        a_day(name, day, conversions=n, order=0)
        for day in range(10)
        for name, n in (("A", 30), ("B", 5))
    ]
    assert allocate(history, Decimal(200))["A"] == Decimal(120)


def test_what_cannot_be_spent_is_given_to_others() -> None:
    history = [
        a_day(name, day, spend=spend, conversions=n)
        for day in range(10)
        for name, spend, n in (("A", 40, 20), ("B", 100, 10))
    ]
    assert allocate(history, Decimal(200)) == {"A": Decimal(80), "B": Decimal(120)}


def test_what_is_not_reported_yet_is_held_against_nobody() -> None:
    whole = [a_day(name, day) for day in range(20) for name in "AB"]
    late = [*whole, *(a_day(name, 20, conversions=5) for name in "AB")]
    shares = allocate(late, Decimal(200))
    assert abs(shares["A"] - shares["B"]) <= CENT


def test_what_was_paused_may_prove_itself_again() -> None:
    history = [a_day("A", day) for day in range(10)] + [
        a_day("B", 0, conversions=0),
        a_day("B", 9, budget=0),
    ]
    assert allocate(history, Decimal(121), minimum=Decimal(5))["B"] == Decimal(5)


def test_what_changed_lately_counts_more_than_what_was() -> None:
    before = [
        a_day(name, day, conversions=n) for day in range(40) for name, n in (("A", 20), ("B", 10))
    ]
    after = [
        a_day(name, day, conversions=n)
        for day in range(40, 55)
        for name, n in (("A", 6), ("B", 20))
    ]
    shares = allocate([*before, *after], Decimal(200))
    assert shares["B"] > shares["A"]
