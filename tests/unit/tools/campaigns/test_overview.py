"""What other domains learn of campaigns."""

from datetime import timedelta
from decimal import Decimal

from tests.builders.campaigns import Shop, a_shop
from tests.builders.metrics import FiguresAsTold, daily
from tests.fakes.ports import FakePlatforms
from tools.campaigns.overview import CampaignService
from tools.campaigns.platforms.base import DeliveryStatus
from tools.periods import Days


def _last_days(shop: Shop, count: int) -> Days:
    today = shop.sandbox.today(shop.clock.now())
    return Days(start=today - timedelta(days=count - 1), end=today)


async def test_daily_figures_cover_every_campaign_once_a_day(shop: Shop) -> None:
    first = await shop.running_campaign("approval:1", history=5)
    second = await shop.running_campaign("approval:2", history=2)
    days = _last_days(shop, 4)
    figures = await shop.campaigns.daily_metrics(days)
    told = [(row.date, row.campaign) for row in figures]
    assert told == sorted(set(told))
    assert {row.campaign for row in figures} == {first.number, second.number}
    assert {row.platform for row in figures} == {"sandbox"}
    assert {row.date for row in figures if row.campaign == first.number} == set(days.each())


async def test_daily_figures_come_by_day_in_whatever_order_the_platform_tells_them(
    shop: Shop,
) -> None:
    campaign = await shop.running_campaign()
    days = _last_days(shop, 4)
    rows = daily(
        campaign, campaign.ad_sets[0], days.end, spend=1, revenue=1, conversions=1, days=(0, 2, 1)
    )
    platforms = FakePlatforms(FiguresAsTold(shop.sandbox, rows))
    service = CampaignService.of(shop.context(platforms=platforms))
    told = [row.date for row in await service.daily_metrics(days)]
    assert told == days.each()[1:]


async def test_daily_figures_are_the_sums_over_all_ads(shop: Shop) -> None:
    campaign = await shop.running_campaign(history=5)
    days = _last_days(shop, 5)
    figures = await shop.campaigns.daily_metrics(days)
    rows = await shop.sandbox.daily_metrics([campaign.external_id], days.start, days.end)
    assert sum((row.spend for row in figures), Decimal(0)) == sum(row.spend for row in rows)
    assert sum(row.clicks for row in figures) == sum(row.clicks for row in rows) > 0


async def test_the_money_of_a_deleted_campaign_still_counts(shop: Shop) -> None:
    campaign = await shop.running_campaign(history=5)
    before = await shop.campaigns.daily_metrics(_last_days(shop, 4))
    await shop.sandbox.set_status(campaign.external_id, DeliveryStatus.deleted)
    assert await shop.campaigns.daily_metrics(_last_days(shop, 4)) == before != []


async def test_without_campaigns_there_are_no_figures(shop: Shop) -> None:
    assert await shop.campaigns.daily_metrics(_last_days(shop, 7)) == []
    assert await shop.campaigns.active_count() == 0


async def test_only_running_campaigns_are_counted(shop: Shop) -> None:
    await shop.campaign("approval:1")
    await shop.running_campaign("approval:2")
    assert await shop.campaigns.active_count() == 1


async def test_organisations_do_not_see_each_other(shop: Shop) -> None:
    await shop.running_campaign(history=3)
    other = await a_shop(shop.database, shop.clock, slug="other")
    assert await other.campaigns.list() == []
    assert await other.campaigns.daily_metrics(_last_days(shop, 3)) == []
