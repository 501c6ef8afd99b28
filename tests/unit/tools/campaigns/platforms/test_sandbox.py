"""What only the sandbox has: a memory that outlives processes, a past, faults, an oracle."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from config.settings import SandboxSettings
from storage.database import Database
from tests.contracts.ad_platform import ACTIVE, PAUSED, a_spec, started
from tests.fakes.clock import FakeClock
from tests.unit.tools.campaigns.platforms.market import (
    Market,
    earned,
    market_clock,
    open_market,
    spent,
)  # fmt: skip
from tools.campaigns.platforms.base import AdMetrics, PlatformCampaign
from tools.campaigns.platforms.errors import ErrorCode, PlatformError, PlatformUnavailable
from tools.campaigns.platforms.sandbox.platform import SandboxPlatform


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def market(database: Database, clock: FakeClock) -> Market:
    return await open_market(database, clock)


async def figures(
    market: Market,
    campaign: PlatformCampaign,
    days: int = 60,
    platform: SandboxPlatform | None = None,
) -> list[AdMetrics]:
    """Of the last `days` days, today included."""
    today = market.today()
    return await (platform or market.platform).daily_metrics(
        [campaign.external_id], today - timedelta(days=days - 1), today
    )


def another_process(market: Market, organisation_id: int = 1, seed: int = 7) -> SandboxPlatform:
    return SandboxPlatform(
        market.database, organisation_id, market_clock(market.clock), SandboxSettings(seed=seed)
    )


async def test_another_process_sees_the_same_market(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    await market.days_pass(9)
    first = await figures(market, campaign)
    assert first
    assert await figures(market, campaign, platform=another_process(market)) == first


async def test_another_seed_is_another_market(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    await market.days_pass(9)
    other = await figures(market, campaign, platform=another_process(market, seed=8))
    assert earned(other) != earned(await figures(market, campaign))


async def test_asking_again_gives_the_same_answer_out_of_memory(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    await market.days_pass(20)
    assert await figures(market, campaign) == await figures(market, campaign)


async def test_asking_early_does_not_change_what_is_told_later(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    for _ in range(6):
        await figures(market, campaign)
        await market.days_pass(1)
    curious = await figures(market, campaign)
    assert curious == await figures(market, campaign, platform=another_process(market))


async def test_today_is_partial_and_grows(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    morning = spent(await figures(market, campaign, days=1))
    await market.days_pass(0.25)
    noon = spent(await figures(market, campaign, days=1))
    assert morning == 0
    assert Decimal(70) < noon <= Decimal(75)


async def test_a_campaign_can_be_given_a_past(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    await market.platform.backdate(campaign.external_id, 45)
    rows = await figures(market, campaign)
    assert len({row.day for row in rows}) == 46
    assert min(row.day for row in rows) == market.today() - timedelta(days=45)
    assert Decimal(12_500) < spent(rows) <= Decimal(300 * 45)
    aged = await market.platform.get_campaign(campaign.external_id)
    assert aged.created_at == campaign.created_at - timedelta(days=45)


async def test_a_past_changed_later_is_computed_again(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    await market.days_pass(10)
    before = await figures(market, campaign)
    await market.platform.backdate(campaign.external_id, 1)
    after = await figures(market, campaign)
    # The day of the start was a part of a day before, and is a whole one now.
    assert len({row.day for row in after}) == len({row.day for row in before}) + 1
    assert after == await figures(market, campaign, platform=another_process(market))


async def test_a_larger_budget_from_noon_on_is_spent_from_noon_on(market: Market) -> None:
    campaign = await started(market.platform, a_spec("100"))
    # From 10:00 to midnight, and twelve hours into the next day.
    await market.days_pass(14 / 24 + 0.5)
    await market.platform.set_daily_budget(campaign.ad_sets[0].external_id, Decimal(200))
    await market.days_pass(0.5)
    yesterday = market.today() - timedelta(days=1)
    rows = [row for row in await figures(market, campaign) if row.day == yesterday]
    assert Decimal(140) < spent(rows) <= Decimal(150)


async def test_the_oracle_knows_which_ad_set_is_the_better_one(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    truths = await market.platform.truths(campaign.external_id)
    await market.platform.backdate(campaign.external_id, 60)
    rows = await figures(market, campaign, days=57)
    seen = {
        ad_set: earned(row for row in rows if row.ad_set_id == ad_set)
        / spent(row for row in rows if row.ad_set_id == ad_set)
        for ad_set in truths
    }
    day = market.today()
    told = {ad_set: truth.revenue(truth.spend(100), day) for ad_set, truth in truths.items()}
    assert max(seen, key=lambda ref: seen[ref]) == max(told, key=lambda ref: told[ref])


@pytest.mark.parametrize("code", ErrorCode)
async def test_every_error_can_be_injected_once_and_does_nothing(
    market: Market, code: ErrorCode
) -> None:
    market.platform.faults.refuse("create_campaign", code)
    with pytest.raises(PlatformError) as caught:
        await market.platform.create_campaign(a_spec(), key="k")
    assert caught.value.code is code
    assert await market.platform.find_campaign("k") is None
    assert await market.platform.create_campaign(a_spec(), key="k")


METHODS = (
    "find_campaign", "get_campaign", "set_status", "set_ad_set_status", "set_daily_budget",
    "daily_metrics",
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
async def test_every_method_can_fail(market: Market, method: str) -> None:
    campaign = await started(market.platform, a_spec())
    ref, ad_set = campaign.external_id, campaign.ad_sets[0].external_id
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "find_campaign": lambda: market.platform.find_campaign("k"),
        "get_campaign": lambda: market.platform.get_campaign(ref),
        "set_status": lambda: market.platform.set_status(ref, PAUSED),
        "set_ad_set_status": lambda: market.platform.set_ad_set_status(ad_set, PAUSED),
        "set_daily_budget": lambda: market.platform.set_daily_budget(ad_set, Decimal(50)),
        "daily_metrics": lambda: figures(market, campaign),
    }
    market.platform.faults.refuse(method, ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED)
    with pytest.raises(PlatformError):
        await calls[method]()
    assert await market.platform.get_campaign(ref) == campaign


async def test_a_lost_answer_is_an_effect_that_nobody_was_told_of(market: Market) -> None:
    campaign = await started(market.platform, a_spec())
    ad_set = campaign.ad_sets[0].external_id
    market.platform.faults.lose_answer("set_daily_budget")
    with pytest.raises(PlatformUnavailable):
        await market.platform.set_daily_budget(ad_set, Decimal(50))
    state = await market.platform.get_campaign(campaign.external_id)
    assert state.ad_sets[0].daily_budget == Decimal(50)
    assert state.status is ACTIVE


async def test_faults_strike_in_their_order(market: Market) -> None:
    faults = market.platform.faults
    faults.refuse("find_campaign", ErrorCode.AUTH_FAILED, times=2)
    faults.slow_down("find_campaign", timedelta(microseconds=1))
    faults.refuse("find_campaign", ErrorCode.QUOTA_EXCEEDED)
    assert [await _outcome(market) for _ in range(5)] == [1002, 1002, None, 1005, None]


async def _outcome(market: Market) -> int | None:
    try:
        await market.platform.find_campaign("k")
    except PlatformError as error:
        return error.code.value
    return None
