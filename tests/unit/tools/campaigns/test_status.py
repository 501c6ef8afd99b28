"""get_campaign_status: live figures, a short memory, and honesty when there is neither."""

from datetime import timedelta
from decimal import Decimal

import pytest

from config.i18n import Language
from storage.tables.campaign import CampaignStatus
from tests.builders.campaigns import Shop
from tools.campaigns.arguments import GetCampaignStatus
from tools.campaigns.failures import CampaignNotFound, NoFigures
from tools.campaigns.figures import Figures
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.status import get_campaign_status
from tools.result import ToolResult


async def _status(shop: Shop, language: Language = Language.en) -> ToolResult:
    context = shop.context(language=language)
    return await get_campaign_status(context, GetCampaignStatus(campaign="C-1"))


async def test_the_figures_are_those_of_the_platform(shop: Shop) -> None:
    campaign = await shop.running_campaign(history=10)
    today = shop.sandbox.today(shop.clock.now())
    rows = await shop.sandbox.daily_metrics(
        [campaign.external_id], today - timedelta(days=6), today
    )
    data = (await _status(shop)).data
    assert data["source"] == "live"
    assert data["last_7_days"]["spend"] == f"{sum(row.spend for row in rows):.2f}"
    assert data["last_7_days"]["conversions"] == sum(row.conversions for row in rows)
    assert data["today"]["clicks"] == sum(row.clicks for row in rows if row.day == today)


async def test_ad_sets_sum_to_the_campaign_and_ads_to_their_ad_set(shop: Shop) -> None:
    await shop.creative("One")
    await shop.creative("Two")
    await shop.running_campaign(history=10)
    data = (await _status(shop)).data
    for figure in ("impressions", "clicks", "conversions"):
        whole = data["last_7_days"][figure]
        assert whole == sum(row["last_7_days"][figure] for row in data["ad_sets"])
        for ad_set in data["ad_sets"]:
            ads = [ad["last_7_days"][figure] for ad in ad_set["ads"]]
            assert len(ads) == 2
            assert sum(ads) == ad_set["last_7_days"][figure]


async def test_the_text_names_every_ad_set_in_the_order_in_which_it_shows_them(shop: Shop) -> None:
    await shop.running_campaign(history=3)
    result = await _status(shop, Language.zh_cn)
    assert result.shown == ("C-1", "A-1.1", "A-1.2", "A-1.3")
    places = [result.text.index(ref) for ref in result.shown]
    assert places == sorted(places)
    assert "投放中" in result.text


async def test_nothing_spent_yet_is_shown_without_ratios(shop: Shop) -> None:
    await shop.campaign()
    result = await _status(shop)
    assert result.data["last_7_days"]["roas"] is None
    assert "ROAS — · CPA — · CTR —" in result.text


async def test_when_the_platform_is_silent_the_last_figures_come_with_their_age(
    shop: Shop,
) -> None:
    await shop.running_campaign(history=10)
    live = await _status(shop)
    shop.clock.advance(timedelta(minutes=4, seconds=30))
    shop.sandbox.faults.refuse("get_campaign", ErrorCode.SERVICE_UNAVAILABLE)
    cached = await _status(shop)
    assert cached.data["source"] == "cache"
    assert cached.data["age_seconds"] == 270
    assert cached.data["last_7_days"] == live.data["last_7_days"]
    assert "4 min 30 s old" in cached.text


async def test_figures_older_than_five_minutes_are_not_shown(shop: Shop) -> None:
    await shop.running_campaign(history=10)
    await _status(shop)
    shop.clock.advance(timedelta(minutes=5, seconds=1))
    shop.sandbox.faults.refuse("daily_metrics", ErrorCode.RATE_LIMIT_EXCEEDED)
    with pytest.raises(NoFigures):
        await _status(shop)


async def test_without_earlier_figures_a_silent_platform_is_an_error(shop: Shop) -> None:
    await shop.running_campaign()
    shop.sandbox.faults.refuse("get_campaign", ErrorCode.SERVICE_UNAVAILABLE)
    with pytest.raises(NoFigures):
        await _status(shop)


async def test_a_refusal_is_told_and_not_hidden_behind_old_figures(shop: Shop) -> None:
    await shop.running_campaign(history=10)
    await _status(shop)
    shop.sandbox.faults.refuse("get_campaign", ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED)
    with pytest.raises(PlatformRefused) as caught:
        await _status(shop)
    assert caught.value.code == 6001


async def test_what_was_changed_on_the_platform_is_taken_over(shop: Shop) -> None:
    campaign = await shop.running_campaign(daily_budget=Decimal(300))
    first, second, _ = (row.external_id for row in campaign.ad_sets)
    await shop.sandbox.set_daily_budget(first, Decimal(150))
    await shop.sandbox.set_ad_set_status(second, DeliveryStatus.paused)
    await _status(shop)
    ours = await shop.campaigns.get("C-1")
    assert ours.daily_budget == 250
    assert ours.ad_sets[0].daily_budget == 150
    assert ours.ad_sets[1].status is CampaignStatus.paused


async def test_an_unknown_campaign_is_an_error(shop: Shop) -> None:
    with pytest.raises(CampaignNotFound) as caught:
        await _status(shop)
    assert caught.value.key == "campaigns.none_yet"


def test_ratios_are_of_sums() -> None:
    figures = Figures(
        spend=Decimal(100), revenue=Decimal(250), impressions=1000, clicks=20, conversions=4
    )
    assert (figures.roas, figures.cpa, figures.ctr) == (
        Decimal("2.5"), Decimal(25), Decimal("0.02"),
    )  # fmt: skip
