"""The market behind the emulators answers under their ids, with the sandbox's figures."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.emulators.ads.market import Market
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.base import DeliveryStatus, OptimizationGoal

ACTIVE, PAUSED = DeliveryStatus.active, DeliveryStatus.paused


@pytest.fixture
def market() -> Market:
    market = Market(FakeClock())
    market.campaign("1", name="Autumn", objective="sales")
    for number in ("11", "12"):
        market.ad_set(
            number, campaign="1", name=number, countries=("CN",), ages=(18, 35),
            daily_budget=Decimal(100), goal=OptimizationGoal.value, status=ACTIVE,
        )  # fmt: skip
        market.ad(f"{number}1", ad_set=number, creative="CR-1", name="CR-1")
    return market


def spent(market: Market, ad_set: str, days: int) -> Decimal:
    today = market.today()
    rows = market.figures(["1"], today - timedelta(days=days), today)
    return sum((row.spend for row in rows if row.ad_set_id == ad_set), Decimal(0))


def test_a_paused_campaign_spends_nothing(market: Market) -> None:
    market.pass_days(2)
    assert spent(market, "11", 3) == 0


def test_figures_come_under_the_ids_of_the_emulator(market: Market) -> None:
    market.change("1", status=ACTIVE)
    market.pass_days(1)
    rows = market.figures(["1"], market.today(), market.today())
    assert {(row.campaign_id, row.ad_set_id, row.ad_id) for row in rows} == {
        ("1", "11", "111"),
        ("1", "12", "121"),
    }


def test_changes_hold_from_now_on(market: Market) -> None:
    market.change("1", status=ACTIVE)
    market.change("11", daily_budget=Decimal(10))
    market.pass_days(1)
    assert 0 < spent(market, "11", 1) <= 20
    market.change("12", status=PAUSED)
    before = spent(market, "12", 1)
    market.pass_days(2)
    assert spent(market, "12", 3) == before > 20


def test_an_ad_that_is_dropped_leaves_its_money_to_the_others(market: Market) -> None:
    market.ad("112", ad_set="11", creative="CR-2", name="CR-2")
    market.drop("111")
    market.change("1", status=ACTIVE)
    market.pass_days(1)
    rows = market.figures(["1"], market.today(), market.today())
    assert {row.ad_id for row in rows} == {"112", "121"}


def test_an_ad_set_without_ads_has_no_figures(market: Market) -> None:
    market.ad_set(
        "13", campaign="1", name="13", countries=("CN",), ages=(36, 50),
        daily_budget=Decimal(100), goal=OptimizationGoal.value, status=ACTIVE,
    )  # fmt: skip
    market.change("1", status=ACTIVE)
    market.pass_days(1)
    assert spent(market, "13", 1) == 0
    assert spent(market, "11", 1) > 0
