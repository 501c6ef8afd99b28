"""Ages in TikTok's groups, objectives back in our words, and its limits of calls."""

import pytest

from tools.campaigns.platforms.errors import PlatformRefused
from tools.campaigns.platforms.tiktok.api import BUDGETS
from tools.campaigns.platforms.tiktok.words import age_groups, objective_of


def test_our_budgets_of_calls_stay_inside_tiktoks_limits() -> None:
    ads, others = BUDGETS.ads, BUDGETS.others
    assert ads.per_second <= 5
    assert ads.per_minute <= 150
    assert ads.per_second + others.per_second <= 10
    assert ads.per_minute + others.per_minute <= 600


@pytest.mark.parametrize("split", range(18, 65))
def test_two_neighbouring_ranges_share_no_group_unless_one_is_too_narrow(split: int) -> None:
    low, high = age_groups(18, split), age_groups(split + 1, 65)
    shared = set(low) & set(high)
    assert len(shared) <= 1
    assert set(low) | set(high) == {
        "AGE_18_24", "AGE_25_34", "AGE_35_44", "AGE_45_54", "AGE_55_100",
    }  # fmt: skip


def test_a_narrow_range_is_bought_as_the_group_it_lies_in() -> None:
    assert age_groups(30, 34) == ["AGE_25_34"]
    assert age_groups(65, 65) == ["AGE_55_100"]


@pytest.mark.parametrize(("theirs", "ours"), [("TRAFFIC", "traffic"), ("VIDEO_VIEWS", "awareness")])
def test_objectives_of_campaigns_made_elsewhere_are_understood(theirs: str, ours: str) -> None:
    assert objective_of(theirs) == ours


def test_an_objective_that_we_do_not_know_is_refused_by_name() -> None:
    with pytest.raises(PlatformRefused) as caught:
        objective_of("APP_PROMOTION")
    assert caught.value.platform_code == "APP_PROMOTION"
