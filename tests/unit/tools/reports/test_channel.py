"""The channel report says where leads come from, what they cost, and what to do."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.i18n import Language
from config.i18n.money import format_money
from storage.tables.campaign import Campaign
from storage.tables.lead import LeadStatus, Source
from tests.unit.tools.reports.office import DAY, Office
from tools.campaigns.service import Figures
from tools.periods import Days
from tools.reports.advice import best, dear, losing
from tools.reports.channels import Channel, Channels, Platform

WEEK = "last_7_days"


async def some_leads(
    office: Office, source: Source, count: int, *, ago: timedelta = DAY, **values: Any
) -> None:
    for _ in range(count):
        await office.sales.lead(ago=ago, source_platform=source, **values)


def a_channel(source: Source, leads: int, *, spend: int | None = None, won: int = 0) -> Channel:
    return Channel(
        source=source, leads=leads, before=0, contacted=leads, converted=won,
        spend=None if spend is None else Decimal(spend), revenue=None,
    )  # fmt: skip


async def test_sources_are_counted_and_the_largest_comes_first(office: Office) -> None:
    await some_leads(office, Source.baidu, 1, status=LeadStatus.converted)
    await some_leads(office, Source.douyin, 2, status=LeadStatus.following)
    await some_leads(office, Source.douyin, 1)
    result = await office.report("channel_report", period=WEEK)
    assert [(row["source"], row["leads"], row["contacted"], row["converted"])
            for row in result.data["sources"]] == [("douyin", 3, 2, 0), ("baidu", 1, 1, 1)]  # fmt: skip
    assert "1. Douyin  3 (75.0%) · contacted 2 · converted 0 (0.0%)" in result.text
    assert "2. Baidu  1 (25.0%) · contacted 1 · converted 1 (100.0%)" in result.text
    assert result.data["leads"] == 4


async def test_it_begins_with_a_sentence(office: Office) -> None:
    await some_leads(office, Source.douyin, 3)
    await some_leads(office, Source.baidu, 1)
    await some_leads(office, Source.baidu, 2, ago=8 * DAY)
    text = (await office.report("channel_report", period=WEEK)).text
    assert text.startswith(
        "Last 7 days: 4 new leads (sources: 2), up 100% on the 7 days before. "
        "Douyin brought most: 3, 75.0% of all.\nDouyin grew most, from 0 to 3.\n"
    )
    chinese = await office.report("channel_report", language=Language.zh_cn, period=WEEK)
    assert chinese.text.startswith(
        "近 7 天新增线索 4 条，来自 2 个来源，比前 7 天上升 100%；抖音最多，3 条，占 75.0%。"
    )


async def test_the_period_before_is_compared(office: Office) -> None:
    await some_leads(office, Source.douyin, 3)
    await some_leads(office, Source.douyin, 2, ago=8 * DAY)
    result = await office.report("channel_report", period=WEEK)
    assert "3 (100.0%, +50%)" in result.text
    assert result.data["sources"][0]["before"] == 2
    assert "11-05 to 11-11" in result.text


async def test_it_comes_with_a_picture(office: Office) -> None:
    await some_leads(office, Source.douyin, 1)
    (picture,) = (await office.report("channel_report", period=WEEK)).attachments
    assert picture.content.startswith(b"\x89PNG")
    assert picture.name == "channel-2026-11-12-2026-11-18.png"


async def a_campaign(office: Office) -> Campaign:
    return await office.shop.running_campaign(history=20, name="秋季班")


@pytest.mark.parametrize("called", ["C-1", "c-1", " 秋季班 "])
async def test_the_money_of_a_campaign_goes_to_the_leads_that_name_it(
    office: Office, called: str
) -> None:
    await a_campaign(office)
    await some_leads(office, Source.douyin, 3, source_campaign=called)
    await some_leads(office, Source.baidu, 1, utm_campaign=called)
    await some_leads(office, Source.wechat, 2)
    result = await office.report("channel_report", period=WEEK)
    rows = await office.money(WEEK)
    spend = sum((row.spend for row in rows), Decimal(0))
    revenue = sum((row.revenue for row in rows), Decimal(0))
    douyin, wechat, baidu = result.data["sources"]
    assert douyin["spend"] == f"{spend * 3 / 4:.2f}"
    assert baidu["spend"] == f"{spend / 4:.2f}"
    assert douyin["cost_per_lead"] == f"{spend / 4:.2f}"
    assert douyin["roas"] == f"{revenue / spend:.2f}"
    assert douyin["roi"] == f"{revenue / spend - 1:.2f}"
    assert wechat["spend"] is None


async def test_a_lead_that_names_only_a_platform_shares_what_is_left_of_it(office: Office) -> None:
    await a_campaign(office)
    await some_leads(office, Source.web, 2, utm_source="Sandbox", utm_campaign="unknown")
    result = await office.report("channel_report", period=WEEK)
    spend = sum((row.spend for row in await office.money(WEEK)), Decimal(0))
    assert result.data["sources"][0]["spend"] == f"{spend:.2f}"


async def test_money_is_never_counted_twice(office: Office) -> None:
    await a_campaign(office)
    await some_leads(office, Source.douyin, 1, source_campaign="C-1")
    await some_leads(office, Source.web, 5, utm_source="sandbox")
    result = await office.report("channel_report", period=WEEK)
    web, douyin = result.data["sources"]
    spend = sum((row.spend for row in await office.money(WEEK)), Decimal(0))
    assert (web["spend"], douyin["spend"]) == (None, f"{spend:.2f}")


async def test_platforms_have_rows_of_their_own(office: Office) -> None:
    await a_campaign(office)
    result = await office.report("channel_report", period=WEEK)
    rows = await office.money(WEEK)
    spend = sum((row.spend for row in rows), Decimal(0))
    assert result.data["platforms"]["sandbox"]["spend"] == f"{spend:.2f}"
    assert f"Sandbox  spend {format_money(Language.en, 'CNY', spend)}" in result.text
    assert "no new leads, though ads cost" in result.text


async def test_leads_of_other_days_and_organisations_stay_out(office: Office) -> None:
    await some_leads(office, Source.douyin, 1, ago=20 * DAY)
    result = await office.report("channel_report", period=WEEK)
    assert "no data" in result.text


async def test_leads_that_wait_are_the_advice(office: Office) -> None:
    await some_leads(office, Source.douyin, 6)
    text = (await office.report("channel_report", period=WEEK)).text
    assert "6 leads were not contacted yet" in text


def test_the_dearest_source_is_named_when_it_is_clearly_dear() -> None:
    cheap, costly = a_channel(Source.douyin, 10, spend=100), a_channel(Source.baidu, 2, spend=200)
    assert dear([cheap, costly]) == (costly, Decimal(4))
    assert dear([cheap, a_channel(Source.baidu, 9, spend=100)]) is None
    assert dear([costly]) is None


def test_a_platform_that_loses_money_is_named() -> None:
    def platform(spend: int, revenue: int) -> Platform:
        figures = Figures(spend=Decimal(spend), revenue=Decimal(revenue))
        return Platform(name="meta", now=figures, before=Figures())

    bad = platform(100, 80)
    week = Days(start=date(2026, 11, 12), end=date(2026, 11, 18))
    assert losing(week, [platform(200, 300), bad]) is bad
    assert losing(week, [platform(200, 300), platform(0, 0)]) is None
    assert losing(Days(start=week.end, end=week.end), [bad]) is None


def test_the_best_source_needs_enough_leads() -> None:
    good, few = a_channel(Source.wechat, 10, won=6), a_channel(Source.baidu, 1, won=1)
    rest = a_channel(Source.douyin, 30, won=2)
    assert best(Channels(sources=[rest, good, few], platforms=[])) is good
    assert best(Channels(sources=[good], platforms=[])) is None
    assert best(Channels(sources=[rest, few], platforms=[])) is None
