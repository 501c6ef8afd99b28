"""What the adapter asks Meta for: targeting, goals, creatives, pages and reports."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr

from tests.contracts.ad_platform import a_spec, started
from tests.emulators.ads.meta.errors import GraphError
from tests.emulators.ads.meta.faults import Fault, Kind
from tests.emulators.ads.meta.world import AD, AD_SET, ARCHIVED, CAMPAIGN, Node
from tests.integration.ads.meta import MetaHarness, running_meta, settings_of
from tools.arguments import Objective
from tools.campaigns.platforms.base import CampaignSpec, DeliveryStatus, OptimizationGoal
from tools.campaigns.platforms.errors import PlatformRefused, PlatformUnavailable

TOO_BUSY = [GraphError(4, "busy", subcode=1504022), GraphError(4, "busy", subcode=1504039),
            GraphError(100, "too much", subcode=1504018)]  # fmt: skip


@pytest.fixture
async def meta() -> AsyncIterator[MetaHarness]:
    async with running_meta() as harness:
        yield harness


def nodes(meta: MetaHarness, kind: str) -> list[Node]:
    return [node for node in meta.emulator.world.nodes.values() if node.kind == kind]


async def test_an_ad_set_aims_at_its_people_for_the_lowest_cost(meta: MetaHarness) -> None:
    await meta.platform.create_campaign(a_spec("33.34"), key="k")
    fields = nodes(meta, AD_SET)[0].fields
    assert fields["daily_budget"] == 3334
    assert fields["bid_strategy"] == "LOWEST_COST_WITHOUT_CAP"
    assert fields["targeting"] == {
        "geo_locations": {"countries": ["CN"]}, "age_min": 18, "age_max": 35,
        "targeting_automation": {"advantage_audience": 0},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("objective", "goal", "asked"),
    [
        ("sales", OptimizationGoal.value, "VALUE"),
        ("sales", OptimizationGoal.conversions, "OFFSITE_CONVERSIONS"),
        ("sales", OptimizationGoal.clicks, "LINK_CLICKS"),
        ("traffic", OptimizationGoal.value, "LINK_CLICKS"),
        ("awareness", OptimizationGoal.value, "REACH"),
    ],
)
async def test_the_goal_fits_the_objective(
    meta: MetaHarness, objective: Objective, goal: OptimizationGoal, asked: str
) -> None:
    spec = a_spec("100")
    spec = replace(spec, objective=objective, ad_sets=(replace(spec.ad_sets[0], goal=goal),))
    campaign = await meta.platform.create_campaign(spec, key="k")
    assert campaign.objective == objective
    fields = nodes(meta, AD_SET)[0].fields
    assert fields["optimization_goal"] == asked
    assert ("promoted_object" in fields) == (asked in ("VALUE", "OFFSITE_CONVERSIONS"))


def with_media(spec: CampaignSpec, url: str | None, product: str | None) -> CampaignSpec:
    ad_set = spec.ad_sets[0]
    ads = tuple(replace(ad, media_url=url) for ad in ad_set.ads)
    return replace(spec, product_url=product, ad_sets=(replace(ad_set, ads=ads),))


async def test_an_ad_shows_its_words_and_picture_and_leads_to_the_product(
    meta: MetaHarness,
) -> None:
    spec = with_media(a_spec("100"), "https://i.example.com/1.png", "https://shop.example.com/p")
    await meta.platform.create_campaign(spec, key="k")
    creative = meta.emulator.world.nodes[nodes(meta, AD)[0].fields["creative"]["id"]]
    link = creative.fields["object_story_spec"]["link_data"]
    assert (link["message"], link["picture"]) == ("Try it", "https://i.example.com/1.png")
    assert link["link"] == link["call_to_action"]["value"]["link"] == "https://shop.example.com/p"


async def test_without_a_product_page_ads_lead_to_the_website(meta: MetaHarness) -> None:
    await meta.platform.create_campaign(with_media(a_spec("100"), None, None), key="k")
    creative = meta.emulator.world.nodes[nodes(meta, AD)[0].fields["creative"]["id"]]
    link = creative.fields["object_story_spec"]["link_data"]
    assert link["link"] == "https://shop.example.com"
    assert "picture" not in link


async def test_names_at_meta_carry_the_marker_that_people_do_not_see(meta: MetaHarness) -> None:
    campaign = await meta.platform.create_campaign(a_spec(name="秋季 #1"), key="k")
    assert campaign.name == "秋季 #1"
    assert nodes(meta, CAMPAIGN)[0].fields["name"] == f"秋季 #1 #hk-{campaign.key}"


async def test_a_campaign_that_others_made_is_shown_as_it_is(meta: MetaHarness) -> None:
    campaign = await meta.platform.create_campaign(a_spec("100"), key="k")
    for node in (*nodes(meta, CAMPAIGN), *nodes(meta, AD_SET), *nodes(meta, AD)):
        node.fields["name"] = f"By hand {node.kind}"
    nodes(meta, AD_SET)[0].fields.pop("daily_budget")
    shown = await meta.platform.get_campaign(campaign.external_id)
    assert (shown.name, shown.key) == ("By hand Campaign", "")
    assert shown.ad_sets[0].daily_budget == 0
    assert shown.ad_sets[0].ads[0].creative_id == nodes(meta, AD)[0].fields["creative"]["id"]


async def test_many_campaigns_are_found_over_many_pages(meta: MetaHarness) -> None:
    for number in range(3):
        await meta.platform.create_campaign(a_spec("100", name=f"C{number}"), key=f"k{number}")
    world = meta.emulator.world
    account = world.accounts["501"]
    for number in range(1_000):
        world.add(CAMPAIGN, account, {"name": str(number), "status": "PAUSED",
                                      "objective": "OUTCOME_SALES"})  # fmt: skip
    found = await meta.platform.find_campaign("k1")
    assert found is not None
    assert found.name == "C1"


async def test_what_we_delete_is_archived_so_that_its_figures_can_be_read(
    meta: MetaHarness,
) -> None:
    campaign = await started(meta.platform, a_spec("100"))
    await meta.days_pass(2)
    await meta.platform.set_status(campaign.external_id, DeliveryStatus.deleted)
    assert nodes(meta, CAMPAIGN)[0].status == ARCHIVED
    today = meta.platform.today(meta.now())
    rows = await meta.platform.daily_metrics(
        [campaign.external_id], today - timedelta(days=2), today
    )
    assert sum(row.spend for row in rows) > 100


async def test_figures_are_those_of_the_market_over_many_pages(meta: MetaHarness) -> None:
    campaign = await started(meta.platform, a_spec())
    await meta.days_pass(90)
    today = meta.platform.today(meta.now())
    start = today - timedelta(days=90)
    rows = await meta.platform.daily_metrics([campaign.external_id], start, today)
    assert rows == meta.emulator.world.market.figures([campaign.external_id], start, today)
    assert len(rows) > 500


@pytest.mark.parametrize("error", TOO_BUSY, ids=str)
async def test_figures_that_are_too_much_at_once_come_as_a_report(
    meta: MetaHarness, error: GraphError
) -> None:
    campaign = await started(meta.platform, a_spec())
    await meta.days_pass(30)
    today = meta.platform.today(meta.now())
    asked = [campaign.external_id], today - timedelta(days=30), today
    at_once = await meta.platform.daily_metrics(*asked)
    meta.emulator.faults.refuse(error, method="GET", edge="insights")
    assert await meta.platform.daily_metrics(*asked) == at_once


async def test_a_report_that_is_never_done_is_a_platform_that_is_not_there(
    meta: MetaHarness,
) -> None:
    campaign = await started(meta.platform, a_spec("100"))
    today = meta.platform.today(meta.now())
    meta.emulator.faults.refuse(TOO_BUSY[0], method="GET", edge="insights")
    meta.emulator.report_looks = 100
    with pytest.raises(PlatformUnavailable, match="Job Running"):
        await meta.platform.daily_metrics([campaign.external_id], today, today)


async def test_a_budget_that_is_set_already_is_not_sent(meta: MetaHarness) -> None:
    campaign = await meta.platform.create_campaign(a_spec("100"), key="k")
    meta.emulator.calls.clear()
    await meta.platform.set_daily_budget(campaign.ad_sets[0].external_id, Decimal("100.00"))
    assert meta.emulator.writes == []


async def test_two_processes_that_create_at_once_leave_one_campaign(meta: MetaHarness) -> None:
    other = await meta.on_account("501")
    for number in range(10):
        key = f"k{number}"
        one, two = await asyncio.gather(
            meta.platform.create_campaign(a_spec("100", "30"), key=key),
            other.create_campaign(a_spec("100", "30"), key=key),
        )
        assert one == two == await meta.platform.find_campaign(key)
        live = [node for node in nodes(meta, CAMPAIGN) if node.status == "PAUSED"]
        assert len(live) == number + 1


async def test_a_copy_that_somebody_made_at_meta_outlives_a_repeated_create(
    meta: MetaHarness,
) -> None:
    campaign = await meta.platform.create_campaign(a_spec("100"), key="k")
    made = nodes(meta, CAMPAIGN)[0]
    copied = meta.emulator.world.add(CAMPAIGN, made.account, dict(made.fields))
    assert await meta.platform.create_campaign(a_spec("100"), key="k") == campaign
    assert copied.status == "PAUSED"


async def test_an_app_with_a_secret_proves_that_it_knows_it(meta: MetaHarness) -> None:
    meta.emulator.world.accounts["501"].app_secret = "hush"
    settings = settings_of(meta.emulator)
    with pytest.raises(PlatformRefused):
        await meta.opened(settings)
    knowing = settings.model_copy(update={"app_secret": SecretStr("hush")})
    platform = await meta.opened(knowing)
    assert (await platform.create_campaign(a_spec("100"), key="k")).name == "Autumn"


async def test_in_the_eu_an_ad_says_who_stands_behind_it(meta: MetaHarness) -> None:
    spec = a_spec("100")
    spec = replace(spec, ad_sets=(replace(spec.ad_sets[0], countries=("DE",)),))
    with pytest.raises(PlatformRefused):
        await meta.platform.create_campaign(spec, key="k")
    settings = settings_of(meta.emulator).model_copy(update={"beneficiary": "Acme GmbH"})
    await (await meta.opened(settings)).create_campaign(spec, key="k")
    fields = nodes(meta, AD_SET)[-1].fields
    assert fields["dsa_beneficiary"] == fields["dsa_payor"] == "Acme GmbH"


async def test_an_account_counts_days_and_money_in_its_own_way(meta: MetaHarness) -> None:
    world = meta.emulator.world
    world.account("503", "EAAB-503", currency="JPY", zone="America/Los_Angeles",
                  min_daily_budget=150)  # fmt: skip
    platform = await meta.on_account("503")
    assert platform.min_daily_budget == 150
    # 10:00 in Shanghai is the evening before in Los Angeles.
    assert platform.today(meta.now()) == meta.platform.today(meta.now()) - timedelta(days=1)
    await platform.create_campaign(a_spec("500"), key="k")
    assert nodes(meta, AD_SET)[0].fields["daily_budget"] == 500


async def test_a_campaign_that_somebody_deleted_at_meta_is_shown_as_deleted(
    meta: MetaHarness,
) -> None:
    campaign = await meta.platform.create_campaign(a_spec("100"), key="k")
    nodes(meta, CAMPAIGN)[0].fields["status"] = "DELETED"
    shown = await meta.platform.get_campaign(campaign.external_id)
    assert (shown.status, shown.ad_sets) == (DeliveryStatus.deleted, ())


async def test_no_answer_at_all_is_no_answer(meta: MetaHarness) -> None:
    meta.emulator.faults.plan(Fault(kind=Kind.reset))
    with pytest.raises(PlatformUnavailable):
        await meta.platform.get_campaign("123")
    assert meta.counted[-1] == ("campaign", "no_answer")
