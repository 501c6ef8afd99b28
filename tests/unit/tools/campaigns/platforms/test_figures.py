"""What an ad set brings on a day, against the truth behind it."""

from datetime import date, timedelta
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.tables.sandbox import SandboxAd, SandboxAdSet, SandboxCampaign
from tools.campaigns.platforms.base import OptimizationGoal
from tools.campaigns.platforms.sandbox.figures import LAG_DAYS, AdFigures, day_figures
from tools.campaigns.platforms.sandbox.schedule import Schedule, Stretch
from tools.campaigns.platforms.sandbox.truth import AdSetTruth, truth_of

DAY = date(2026, 11, 18)
ALL_REPORTED = 1 + LAG_DAYS

seeds = st.integers(0, 10_000)
budgets = st.floats(10, 5_000)
moments = st.floats(0, ALL_REPORTED + 1)


def a_truth(
    seed: int = 7, *, ages: tuple[int, int] = (18, 35), creatives: tuple[str, ...] = ("CR-1",),
    position: int = 0, countries: tuple[str, ...] = ("CN",), key: str = "k",
    goal: OptimizationGoal = OptimizationGoal.value,
) -> AdSetTruth:  # fmt: skip
    campaign = SandboxCampaign(organisation_id=1, key=key)
    ad_set = SandboxAdSet(
        position=position, countries=list(countries), age_min=ages[0], age_max=ages[1], goal=goal,
        ads=[SandboxAd(creative_id=creative) for creative in creatives],
    )  # fmt: skip
    return truth_of(seed, campaign, ad_set)


def until(elapsed: float, budget: float) -> Schedule:
    """A budget that has been on offer since the day began."""
    return (Stretch(0, min(elapsed, 1), budget),)


def whole(truth: AdSetTruth, day: date, budget: float) -> AdFigures:
    """The ad set's final figures of a full day."""
    ads = day_figures(truth, day, until(1, budget), ALL_REPORTED)
    return AdFigures(*(sum(column) for column in zip(*ads, strict=True)))


def days(count: int) -> list[date]:
    return [DAY + timedelta(days=offset) for offset in range(count)]


@given(seeds, st.floats(1, 20_000), st.floats(1, 20_000))
def test_more_money_brings_more_but_each_yuan_less(seed: int, one: float, other: float) -> None:
    truth, (less, more) = a_truth(seed), sorted((one, other))
    low, high = truth.conversions(less, DAY), truth.conversions(more, DAY)
    assert low <= high
    assert high / more <= low / less * (1 + 1e-9)


@given(seeds)
def test_the_first_money_is_as_good_as_the_rate_and_the_curve_is_full_in_the_end(
    seed: int,
) -> None:
    truth = a_truth(seed)
    level = truth.level(DAY)
    assert truth.conversions(0.01, DAY) == pytest.approx(0.01 * truth.rate * level, rel=1e-3)
    assert truth.conversions(1e9, DAY) == pytest.approx(truth.rate * truth.scale * level)


@given(seeds, budgets)
def test_the_same_seed_and_budget_give_the_same_figures(seed: int, budget: float) -> None:
    assert whole(a_truth(seed), DAY, budget) == whole(a_truth(seed), DAY, budget)


def test_another_seed_key_day_or_position_gives_other_figures() -> None:
    figures = {
        whole(a_truth(), DAY, 300),
        whole(a_truth(8), DAY, 300),
        whole(a_truth(key="k2"), DAY, 300),
        whole(a_truth(position=1), DAY, 300),
        whole(a_truth(), DAY + timedelta(days=7), 300),
    }
    assert len(figures) == 5


@given(seeds, budgets, moments, moments)
def test_figures_only_grow_with_time(seed: int, budget: float, one: float, other: float) -> None:
    truth, (early, late) = a_truth(seed, creatives=("CR-1", "CR-2")), sorted((one, other))
    before = day_figures(truth, DAY, until(early, budget), early)
    after = day_figures(truth, DAY, until(late, budget), late)
    for old, new in zip(before, after, strict=True):
        assert all(a <= b for a, b in zip(old, new, strict=True))


@given(seeds, budgets, st.floats(1, 3))
def test_under_the_same_luck_a_larger_budget_brings_no_less(
    seed: int, budget: float, factor: float
) -> None:
    truth = a_truth(seed)
    small, large = whole(truth, DAY, budget), whole(truth, DAY, budget * factor)
    assert all(a <= b for a, b in zip(small, large, strict=True))


@given(seeds, budgets, st.floats(0, 1), st.floats(0, 1))
def test_spend_stays_within_the_share_of_the_day(
    seed: int, budget: float, one: float, other: float
) -> None:
    start, end = sorted((one, other))
    ads = day_figures(
        a_truth(seed, creatives=("CR-1", "CR-2", "CR-3")), DAY, (Stretch(start, end, budget),), end
    )
    assert sum(ad.spend for ad in ads) <= budget * (end - start) * 100 + 0.01


def test_a_small_audience_cannot_take_in_a_large_budget() -> None:
    truth = a_truth()
    spend = whole(truth, DAY, truth.reach * 10).spend / 100
    assert truth.reach * 0.94 < spend <= truth.reach


@pytest.mark.parametrize("budget", [60, 300, 1_500])
def test_over_many_days_the_figures_are_what_the_truth_says(budget: float) -> None:
    told, expected = [], []
    for truth in (a_truth(seed) for seed in range(50)):
        spend = truth.spend(budget)
        told += [whole(truth, day, budget) for day in days(70)]
        expected += [(spend, truth.conversions(spend, day), truth.worth) for day in days(70)]
    conversions = sum(mean for _, mean, _ in expected)
    revenue = sum(mean * worth for _, mean, worth in expected)
    assert sum(row.spend for row in told) / 100 == pytest.approx(
        sum(spend for spend, _, _ in expected), rel=0.01
    )
    assert sum(row.conversions for row in told) == pytest.approx(conversions, rel=0.03)
    assert sum(row.revenue for row in told) / 100 == pytest.approx(revenue, rel=0.03)


def test_saturdays_are_better_than_mondays() -> None:
    truth = a_truth()
    by_weekday = [
        mean(whole(truth, day, 300).conversions for day in days(700) if day.weekday() == weekday)
        for weekday in range(7)
    ]
    assert by_weekday[5] / by_weekday[0] == pytest.approx(1.08 / 0.94, rel=0.06)


@given(seeds)
def test_an_ad_set_drifts_but_slowly(seed: int) -> None:
    truth = a_truth(seed)
    weeks = [truth.level(DAY + timedelta(weeks=week)) for week in range(30)]
    assert max(weeks) / min(weeks) > 1.03
    assert all(abs(after / before - 1) < 0.24 for before, after in pairwise(weeks))


def test_conversions_arrive_over_three_days_and_then_no_more() -> None:
    truth = a_truth()

    def reported(elapsed: float) -> int:
        return sum(
            day_figures(truth, day, until(1, 300), elapsed)[0].conversions for day in days(60)
        )

    counts = [reported(elapsed) for elapsed in (1, 2, 3, 4, 5)]
    assert 0.25 < counts[0] / counts[3] < 0.65
    assert counts[0] < counts[1] < counts[2] < counts[3] == counts[4]


def test_clicks_and_spend_do_not_wait_for_reports() -> None:
    truth = a_truth()
    (early,) = day_figures(truth, DAY, until(1, 300), 1)
    (late,) = day_figures(truth, DAY, until(1, 300), 5)
    assert (early.spend, early.clicks, early.impressions) == (
        late.spend, late.clicks, late.impressions,
    )  # fmt: skip


def test_equal_ad_sets_have_equal_truths_and_luck_of_their_own() -> None:
    one, other = a_truth(position=0), a_truth(position=1)
    assert (one.rate, one.scale, one.worth, one.reach) == (
        other.rate, other.scale, other.worth, other.reach,
    )  # fmt: skip
    assert whole(one, DAY, 300) != whole(other, DAY, 300)


def test_a_creative_is_as_good_in_one_campaign_as_in_another() -> None:
    creatives = ("CR-1", "CR-2", "CR-3")
    one, other = (a_truth(key=key, creatives=creatives) for key in ("k", "k2"))
    assert one.ads == other.ads
    assert len({ad.quality for ad in one.ads}) == 3


def test_the_better_ad_gets_more_of_the_money() -> None:
    ads = a_truth(creatives=("CR-1", "CR-2", "CR-3")).ads
    by_quality = sorted(ads, key=lambda ad: ad.quality)
    assert by_quality == sorted(ads, key=lambda ad: ad.share)
    assert sum(ad.share for ad in ads) == pytest.approx(1)


def test_age_groups_and_countries_respond_differently() -> None:
    rates = {
        a_truth(ages=ages, countries=(country,)).rate
        for ages in ((18, 35), (36, 50), (51, 65))
        for country in ("CN", "US")
    }
    assert len(rates) == 6


def test_bidding_for_clicks_brings_more_clicks_and_fewer_conversions() -> None:
    value, clicks = (whole(a_truth(goal=OptimizationGoal(goal)), DAY, 300)
                     for goal in ("value", "clicks"))  # fmt: skip
    assert clicks.clicks > 1.3 * value.clicks
    assert clicks.conversions < value.conversions


def test_campaigns_of_300_a_day_look_like_real_ones_with_good_and_bad_ad_sets() -> None:
    returns, costs, rates, spreads = [], [], [], []
    for seed in range(100):
        campaign = []
        for ages in ((18, 35), (36, 50), (51, 65)):
            truth = a_truth(seed, ages=ages, creatives=("CR-1", "CR-2"))
            total = [sum(column) for column in zip(
                *(whole(truth, day, 100) for day in days(21)), strict=True)]  # fmt: skip
            campaign.append(total[1] / total[0])
            costs.append(total[0] / 100 / total[3])
            rates.append(total[4] / total[3])
        returns += campaign
        spreads.append(max(campaign) / min(campaign))
    assert _share(returns, 0.8, 4) > 0.85
    assert _share(costs, 0.9, 3.5) > 0.85
    assert _share(rates, 0.01, 0.04) > 0.85
    assert _share(spreads, 1.5, 99) > 0.85


def _share(values: list[float], low: float, high: float) -> float:
    return mean(low <= value <= high for value in values)
