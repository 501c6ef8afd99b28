"""The demo's campaigns."""

from datetime import timedelta

from sqlalchemy import delete

from storage.tables.campaign import Campaign
from tests.builders.campaigns import Shop
from tools.campaigns import demo
from tools.campaigns.platforms.configured import ConfiguredPlatforms
from tools.optimization.reviewing import review
from tools.periods import Days


async def _seed(shop: Shop) -> None:
    platforms = ConfiguredPlatforms([shop.sandbox])
    await demo.seed(shop.database, shop.organisation.id, shop.clock, platforms)


async def test_seeding_again_changes_nothing(shop: Shop) -> None:
    await _seed(shop)
    today = shop.sandbox.today(shop.clock.now())
    days = Days(start=today.replace(day=1), end=today)
    before = await shop.campaigns.daily_metrics(days)
    await _seed(shop)
    assert await shop.campaigns.daily_metrics(days) == before
    assert [row.ref for row in await shop.campaigns.list()] == ["C-2", "C-1"]
    assert len(await shop.campaigns.creatives()) == 6


async def test_both_campaigns_run_and_have_45_days_behind_them(shop: Shop) -> None:
    await _seed(shop)
    today = shop.sandbox.today(shop.clock.now())
    days = Days(start=today - timedelta(days=demo.HISTORY), end=today)
    figures = await shop.campaigns.daily_metrics(days)
    assert {row.date for row in figures if row.spend > 0} == set(days.each())
    assert await shop.campaigns.active_count() == 2


async def test_a_crash_after_the_platform_call_does_not_double_a_campaign(shop: Shop) -> None:
    await _seed(shop)
    before = {row.external_id for row in await shop.campaigns.list()}
    async with shop.database.unit_of_work() as session:
        await session.execute(delete(Campaign))
    await _seed(shop)
    assert {row.external_id for row in await shop.campaigns.list()} == before


async def test_the_optimiser_has_something_to_say(shop: Shop) -> None:
    await _seed(shop)
    found = [await review(shop.context(), ref, "roas") for ref in ("C-1", "C-2")]
    assert all(each.suggestions for each in found)


async def test_without_a_sandbox_there_are_creatives_and_no_campaigns(shop: Shop) -> None:
    await demo.seed(shop.database, shop.organisation.id, shop.clock, ConfiguredPlatforms([]))
    assert len(await shop.campaigns.creatives()) == 6
    assert await shop.campaigns.list() == []
