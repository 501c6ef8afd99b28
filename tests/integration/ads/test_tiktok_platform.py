"""What our adapter asks TikTok for, beyond what every platform promises."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.builders.tiktok import TikTokTown, a_small_spec, tiktok_town
from tests.contracts.ad_platform import PAUSED, a_spec, started
from tests.emulators.ads.tiktok.world import Campaign
from tests.fakes.clock import FakeClock
from tools.arguments import Objective
from tools.campaigns.platforms.base import CampaignSpec, DeliveryStatus, OptimizationGoal
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused

Json = dict[str, Any]
PICTURE, VIDEO = "https://shop.example/a.jpg", "https://shop.example/b.mp4?v=1"


@pytest.fixture
async def town(clock: FakeClock) -> AsyncIterator[TikTokTown]:
    async with tiktok_town(clock) as opened:
        yield opened


def showing(spec: CampaignSpec, *urls: str | None) -> CampaignSpec:
    """The same with these addresses for the ads of each ad set."""
    ad_sets = tuple(
        replace(
            ad_set,
            ads=tuple(replace(ad, media_url=url) for ad, url in zip(ad_set.ads, urls, strict=True)),
        )
        for ad_set in spec.ad_sets
    )
    return replace(spec, ad_sets=ad_sets)


def posted(town: TikTokTown, endpoint: str) -> list[Json]:
    return [call.given for call in town.emulator.calls if call.endpoint == endpoint]


@pytest.mark.parametrize(
    ("objective", "goal", "asked"),
    [
        ("sales", OptimizationGoal.value, ("WEB_CONVERSIONS", "VALUE", "OCPM")),
        ("sales", OptimizationGoal.conversions, ("WEB_CONVERSIONS", "CONVERT", "OCPM")),
        ("sales", OptimizationGoal.clicks, ("WEB_CONVERSIONS", "CLICK", "CPC")),
        ("traffic", OptimizationGoal.clicks, ("TRAFFIC", "CLICK", "CPC")),
        ("awareness", OptimizationGoal.value, ("REACH", "REACH", "CPM")),
    ],
)
async def test_an_objective_and_a_goal_decide_what_is_paid_for(
    town: TikTokTown, objective: Objective, goal: OptimizationGoal, asked: tuple[str, ...]
) -> None:
    spec = a_spec("100")
    spec = replace(
        spec, objective=objective, ad_sets=tuple(replace(each, goal=goal) for each in spec.ad_sets)
    )
    made = await town.platform.create_campaign(spec, key="k")
    body = posted(town, "adgroup/create")[0]
    kind = posted(town, "campaign/create")[0]["objective_type"]
    assert (kind, body["optimization_goal"], body["billing_event"]) == asked
    assert (body["bid_type"], body["placement_type"]) == (
        "BID_TYPE_NO_BID", "PLACEMENT_TYPE_AUTOMATIC",
    )  # fmt: skip
    assert made.objective == objective


async def test_ages_are_bought_in_tiktoks_groups_without_overlap(town: TikTokTown) -> None:
    await town.platform.create_campaign(a_spec(), key="k")
    assert [body["age_groups"] for body in posted(town, "adgroup/create")] == [
        ["AGE_18_24", "AGE_25_34"], ["AGE_35_44", "AGE_45_54"], ["AGE_55_100"],
    ]  # fmt: skip


async def test_names_people_see_carry_no_marker_and_tiktoks_do(town: TikTokTown) -> None:
    made = await town.platform.create_campaign(a_small_spec(name="春季促销"), key="k")
    assert made.name == "春季促销"
    assert made.ad_sets[0].ads[1].name == "CR-2"
    names = [
        town.account.campaigns[0].fields["campaign_name"],
        town.account.ad_groups[1].fields["adgroup_name"],
        town.account.ads[1].fields["ad_name"],
    ]
    assert names[0].startswith("春季促销 #hk-")
    assert names[1].endswith(".2")
    assert names[2].endswith(".1.2 [CR-2]")


async def test_emoji_which_tiktok_refuses_in_names_are_left_out(town: TikTokTown) -> None:
    made = await town.platform.create_campaign(a_small_spec(name="双十一🎉大促❤️"), key="k")
    assert made.name == "双十一大促"


async def test_a_picture_is_uploaded_once_and_a_video_with_its_cover(town: TikTokTown) -> None:
    await town.platform.create_campaign(showing(a_small_spec(), PICTURE, VIDEO), key="k")
    pictures = [body["image_url"] for body in posted(town, "file/image/ad/upload")]
    assert pictures[0] == PICTURE
    assert len(pictures) == 2
    assert [body["video_url"] for body in posted(town, "file/video/ad/upload")] == [VIDEO]
    forms = [ad.fields["ad_format"] for ad in town.account.ads]
    assert forms == ["SINGLE_IMAGE", "SINGLE_VIDEO"] * 2


async def test_a_picture_that_cannot_be_fetched_stops_the_campaign_before_it_exists(
    town: TikTokTown,
) -> None:
    spec = showing(a_small_spec(), "https://shop.example/missing.jpg", None)
    with pytest.raises(PlatformRefused) as caught:
        await town.platform.create_campaign(spec, key="k")
    assert caught.value.code is ErrorCode.CREATIVE_NOT_FOUND
    assert town.account.campaigns == []


async def test_an_ad_with_nothing_to_show_is_refused(town: TikTokTown) -> None:
    bare = town.another(town.account, default_image_id=None)
    with pytest.raises(PlatformRefused) as caught:
        await bare.create_campaign(a_small_spec(), key="k")
    assert caught.value.code is ErrorCode.CREATIVE_NOT_FOUND
    assert town.account.campaigns == []


async def test_ads_lead_to_the_product_or_to_the_shop(town: TikTokTown) -> None:
    product = replace(a_small_spec(), product_url="https://shop.example/lamp")
    await town.platform.create_campaign(product, key="k")
    await town.platform.create_campaign(a_small_spec(), key="k2")
    pages = [ad.fields["landing_page_url"] for ad in town.account.ads]
    assert pages == ["https://shop.example/lamp"] * 4 + ["https://shop.example"] * 4


async def test_a_country_that_is_not_served_is_named(town: TikTokTown) -> None:
    spec = a_spec("100")
    spec = replace(
        spec, ad_sets=(replace(spec.ad_sets[0], countries=("US", "KP")),)
    )  # fmt: skip
    with pytest.raises(PlatformRefused) as caught:
        await town.platform.create_campaign(spec, key="k")
    assert caught.value.values["countries"] == "KP"
    assert town.account.campaigns == []


@pytest.mark.parametrize(
    "amount", ["20", "20.01", "33.33", "99.9", "1000000.1", "123456.78", "99999999.99"]
)
async def test_money_makes_the_round_trip_to_the_cent(town: TikTokTown, amount: str) -> None:
    made = await town.platform.create_campaign(a_spec(amount), key="k")
    assert made.daily_budget == Decimal(amount)
    twice = Decimal(amount) + Decimal("0.07")
    await town.platform.set_daily_budget(made.ad_sets[0].external_id, twice)
    assert (await town.platform.get_campaign(made.external_id)).daily_budget == twice
    assert Decimal(str(town.account.ad_groups[0].fields["budget"])) == twice


async def test_a_campaign_is_found_behind_a_thousand_others(town: TikTokTown) -> None:
    made = await town.platform.create_campaign(a_small_spec(), key="k")
    town.clock.advance(timedelta(hours=1))
    for number in range(1_100):
        fields = {"campaign_name": f"Other {number}", "advertiser_id": town.account.id,
                  "objective_type": "TRAFFIC"}  # fmt: skip
        town.account.campaigns.append(Campaign(
            id=town.account.new_id(), fields=fields, enabled=False,
            created=town.now(), modified=town.now(),
        ))  # fmt: skip
    assert await town.platform.find_campaign("k") == made


async def test_a_report_of_many_days_is_put_together(town: TikTokTown) -> None:
    made = await started(town.platform, a_small_spec())
    await town.days_pass(70)
    today = town.platform.today(town.now())
    rows = await town.platform.daily_metrics(
        [made.external_id], today - timedelta(days=69), today - timedelta(days=1)
    )
    days = {row.day for row in rows}
    assert len(days) == 69
    assert len(rows) == 69 * 4
    assert len(posted(town, "report/integrated/get")) == 3


async def test_the_reports_day_is_the_accounts(town: TikTokTown) -> None:
    abroad = town.another(town.account, timezone="America/Los_Angeles")
    assert town.platform.today(town.now()) == date(2026, 11, 18)
    assert abroad.today(town.now()) == date(2026, 11, 17)


async def test_what_was_changed_on_the_platform_itself_is_seen(town: TikTokTown) -> None:
    made = await started(town.platform, a_small_spec())
    group = town.account.ad_groups[1]
    group.enabled, group.fields["budget"] = False, 250.5
    town.account.campaigns[0].fields["campaign_name"] = "Renamed by hand"
    state = await town.platform.get_campaign(made.external_id)
    assert state.name == "Renamed by hand"
    assert state.ad_sets[1].status is PAUSED
    assert state.ad_sets[1].daily_budget == Decimal("250.5")
    group.deleted = True
    state = await town.platform.get_campaign(made.external_id)
    assert state.ad_sets[1].status is DeliveryStatus.deleted
