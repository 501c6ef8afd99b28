"""How the rules' leftovers are shared by the fitted curves, whatever the history."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.optimization.allocation import DailyResult, outlook
from tools.optimization.sharing import Grounds, Shared, share

CENT = Decimal("0.01")
TEN = Decimal(10)
NAMES = ("A-1.1", "A-1.2", "A-1.3")


def a_history(returns: Mapping[str, int], *, budget: int = 100, days: int = 20) -> Grounds:
    """Each ad set spends its budget every day and brings so many conversions worth 50 each."""
    history = [
        DailyResult(
            ad_set=name, day=day, budget=Decimal(budget), spend=Decimal(budget),
            conversions=conversions, revenue=Decimal(50 * conversions),
        )
        for day in range(days)
        for name, conversions in returns.items()
    ]  # fmt: skip
    whole = sum(each.conversions for each in history)
    return Grounds(history=history, days=days, conversions=whole)


def shared(
    known: Grounds,
    before: Mapping[str, Decimal],
    fixed: Mapping[str, Decimal] | None = None,
    *,
    left_alone: Sequence[str] = (),
    refused: Sequence[str] = (),
    unit: Decimal = CENT,
) -> Shared | None:
    async def allowed(name: str, budget: Decimal) -> bool:
        return name not in refused

    return asyncio.run(share(known, before, fixed or {}, frozenset(left_alone), TEN, unit, allowed))


def budgets(*amounts: int) -> dict[str, Decimal]:
    return {name: Decimal(each) for name, each in zip(NAMES, amounts, strict=True)}


def test_money_goes_where_more_of_it_returns_more() -> None:
    found = shared(a_history({"A-1.1": 20, "A-1.2": 10, "A-1.3": 2}), budgets(100, 100, 100))
    assert found is not None
    assert found.after["A-1.1"] == 120
    assert found.after["A-1.3"] == 80
    assert found.outlook.gain > 0
    assert found.outlook.low <= found.outlook.gain <= found.outlook.high


def test_equals_are_left_as_they_are() -> None:
    assert shared(a_history(dict.fromkeys(NAMES, 10)), budgets(100, 100, 100)) is None


def test_what_a_pause_saves_goes_to_the_others_and_no_further() -> None:
    known = a_history({"A-1.1": 0, "A-1.2": 10, "A-1.3": 10})
    found = shared(known, budgets(100, 100, 100), {"A-1.1": Decimal(0)})
    assert found is not None
    assert found.after == {"A-1.2": Decimal(120), "A-1.3": Decimal(120)}


def test_what_the_rules_decided_is_not_moved_again() -> None:
    known = a_history({"A-1.1": 2, "A-1.2": 20, "A-1.3": 10})
    found = shared(known, budgets(100, 100, 100), {"A-1.1": Decimal(80)})
    assert found is not None
    assert "A-1.1" not in found.after
    assert sum(found.after.values()) <= 220


def test_what_the_limits_refuse_keeps_its_budget_and_its_money() -> None:
    known = a_history({"A-1.1": 20, "A-1.2": 10, "A-1.3": 2})
    found = shared(known, budgets(100, 100, 100), refused=["A-1.1"])
    assert found is not None
    assert found.after.keys() == {"A-1.2", "A-1.3"}
    assert sum(found.after.values()) == 200


def test_a_newcomer_and_what_is_watched_are_left_alone() -> None:
    known = a_history({"A-1.1": 20, "A-1.2": 2})
    young = a_history({"A-1.3": 30}, days=2)
    both = Grounds(history=[*known.history, *young.history], days=20, conversions=500)
    found = shared(both, budgets(100, 100, 100))
    assert found is not None
    assert found.after.keys() == {"A-1.1", "A-1.2"}
    assert shared(both, budgets(100, 100, 100), left_alone=["A-1.2"]) is None


def test_a_currency_without_cents_gets_whole_units() -> None:
    known = a_history({"A-1.1": 20, "A-1.2": 10, "A-1.3": 2})
    found = shared(known, budgets(1003, 1001, 999), unit=Decimal(1))
    assert found is not None
    assert all(each == int(each) for each in found.after.values())
    assert sum({**found.before, **found.after}.values()) <= 3003


def test_conversions_count_where_no_revenue_is_known() -> None:
    known = a_history({"A-1.1": 20, "A-1.2": 2})
    free = [
        DailyResult(
            ad_set=each.ad_set, day=each.day, budget=each.budget, spend=each.spend,
            conversions=each.conversions, revenue=Decimal(0),
        )
        for each in known.history
    ]  # fmt: skip
    before = {"A-1.1": Decimal(100), "A-1.2": Decimal(100)}
    found = outlook(free, before, before)
    assert (found.gain, found.low, found.high) == (0, 0, 0)
    assert 15 < found.ad_sets["A-1.1"].before < 25


amounts = st.integers(10, 5000)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.integers(0, 60), min_size=3, max_size=3),
    st.tuples(amounts, amounts, amounts),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["0", "0.8", "1.2"]), max_size=2),
)
def test_no_more_is_spent_than_the_rules_allow_and_no_step_is_above_a_fifth(
    returns: list[int], present: tuple[int, int, int], rules: dict[str, str]
) -> None:
    """Feature: campaign-automation, Property 5: the rules stand, and steps stay within bounds."""
    before = budgets(*present)
    fixed = {name: before[name] * Decimal(factor) for name, factor in rules.items()}
    found = shared(a_history(dict(zip(NAMES, returns, strict=True))), before, fixed)
    if found is None:
        return
    assert not found.after.keys() & fixed.keys()
    for name, budget in found.after.items():
        assert max(before[name] * Decimal("0.8"), TEN) - CENT <= budget
        assert budget <= max(before[name] * Decimal("1.2"), TEN) + CENT
    total = sum({**before, **fixed, **found.after}.values())
    by_the_rules_alone = sum({**before, **fixed}.values())
    assert total <= max(sum(before.values()), by_the_rules_alone)
