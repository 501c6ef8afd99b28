"""create_campaign: what is proposed, and what exists afterwards, once."""

from decimal import Decimal

import pytest

from config.errors import TransientError, UserFacingError
from config.i18n import say
from storage.ledger import OutcomeUnknown
from tests.builders.campaigns import Crash, Shop, a_shop, campaign_order
from tools.campaigns.creating import execute_creation
from tools.campaigns.failures import (
    AgesBackwards,
    AgesOverlap,
    BudgetTooSmall,
    CreativeForOtherPlatform,
    CreativeMissing,
    NoCreatives,
)
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.errors import ErrorCode, PlatformNotConfigured, PlatformRefused
from tools.campaigns.proposing import propose_creation


async def test_one_ad_set_per_age_group_and_one_ad_per_creative_in_each(shop: Shop) -> None:
    first, second = await shop.creative("Trial"), await shop.creative("IELTS")
    campaign = await shop.campaign(
        countries=["SG"], creative_ids=[second.ref, first.ref], daily_budget=Decimal(500)
    )
    assert [(row.ref, row.name, row.daily_budget) for row in campaign.ad_sets] == [
        ("A-1.1", "SG 18-35", Decimal("166.67")),
        ("A-1.2", "SG 36-50", Decimal("166.67")),
        ("A-1.3", "SG 51-65", Decimal("166.66")),
    ]
    assert [[ad.creative for ad in row.ads] for row in campaign.ad_sets] == [["CR-2", "CR-1"]] * 3


async def test_the_platform_has_what_was_approved_and_it_is_paused(shop: Shop) -> None:
    campaign = await shop.campaign(daily_budget=Decimal(100), age_groups=[(18, 24), (25, 44)])
    live = await shop.sandbox.get_campaign(campaign.external_id)
    assert live.status is DeliveryStatus.paused
    assert [(row.external_id, row.name, row.daily_budget) for row in live.ad_sets] == [
        (row.external_id, row.name, Decimal(50)) for row in campaign.ad_sets
    ]


async def test_the_proposal_says_that_it_starts_paused_and_costs_the_daily_budget(
    shop: Shop,
) -> None:
    await shop.creative()
    context = shop.context()
    proposal = await propose_creation(context, campaign_order(daily_budget=Decimal(500)))
    assert context.say("campaigns.create.starts_paused") in proposal.lines
    assert proposal.daily_cost == 500
    assert await shop.campaigns.list() == []


async def test_without_named_creatives_the_newest_fitting_ones_are_used_and_named(
    shop: Shop,
) -> None:
    for platform in ("meta", None, "sandbox", None, "sandbox"):
        await shop.creative(platform=platform)
    proposal = await propose_creation(shop.context(), campaign_order())
    assert [row["id"] for row in proposal.plan["creatives"]] == ["CR-5", "CR-4", "CR-3"]
    assert any("CR-5" in line for line in proposal.lines)


@pytest.mark.parametrize("spelling", ["CR-1", "cr_1", "1"])
async def test_a_creative_is_found_however_its_id_is_spelled(shop: Shop, spelling: str) -> None:
    await shop.creative()
    proposal = await propose_creation(shop.context(), campaign_order(creative_ids=[spelling]))
    assert [row["id"] for row in proposal.plan["creatives"]] == ["CR-1"]


async def test_a_missing_creative_is_named_with_code_5000(shop: Shop) -> None:
    await shop.creative()
    with pytest.raises(CreativeMissing) as caught:
        await propose_creation(shop.context(), campaign_order(creative_ids=["CR-1", "CR-99"]))
    assert caught.value.code == 5000
    assert caught.value.values["refs"] == "CR-99"


async def test_a_creative_of_another_organisation_is_missing(shop: Shop) -> None:
    other = await a_shop(shop.database, shop.clock, slug="other")
    creative = await other.creative()
    with pytest.raises(CreativeMissing):
        await propose_creation(shop.context(), campaign_order(creative_ids=[creative.ref]))


async def test_a_creative_made_for_another_platform_is_refused(shop: Shop) -> None:
    creative = await shop.creative(platform="tiktok")
    with pytest.raises(CreativeForOtherPlatform):
        await propose_creation(shop.context(), campaign_order(creative_ids=[creative.ref]))


async def test_without_any_creative_there_is_nothing_to_run(shop: Shop) -> None:
    with pytest.raises(NoCreatives):
        await propose_creation(shop.context(), campaign_order())


@pytest.mark.parametrize(
    ("groups", "error"),
    [
        ([(18, 35), (35, 50)], AgesOverlap),
        ([(36, 50), (18, 40)], AgesOverlap),
        ([(18, 24), (50, 36)], AgesBackwards),
    ],
)
async def test_overlapping_and_backwards_ages_are_refused(
    shop: Shop, groups: list[tuple[int, int]], error: type[UserFacingError]
) -> None:
    await shop.creative()
    with pytest.raises(error):
        await propose_creation(shop.context(), campaign_order(age_groups=groups))


async def test_a_budget_below_the_minimum_is_refused_with_the_least_amount(shop: Shop) -> None:
    await shop.creative()
    with pytest.raises(BudgetTooSmall) as caught:
        await propose_creation(shop.context(), campaign_order(daily_budget=Decimal("29.99")))
    least = shop.sandbox.min_daily_budget * 3
    assert caught.value.values["least"] == f"CN¥{least}"
    enough = await propose_creation(shop.context(), campaign_order(daily_budget=least))
    assert enough.daily_cost == least


async def test_a_platform_that_is_not_configured_is_refused(shop: Shop) -> None:
    await shop.creative()
    with pytest.raises(PlatformNotConfigured):
        await propose_creation(shop.context(), campaign_order(platform="meta"))


async def test_the_name_comes_from_product_objective_and_date_unless_given(shop: Shop) -> None:
    await shop.creative()
    url = "https://www.shop.example.com/english?from=ad"
    unnamed = await propose_creation(shop.context(), campaign_order(product_url=url))
    assert unnamed.plan["name"] == "shop.example.com sales US 2026-11-18"
    named = await propose_creation(shop.context(), campaign_order(name="Autumn"))
    assert named.plan["name"] == "Autumn"


async def test_names_stay_short_with_many_countries(shop: Shop) -> None:
    countries = ["SG", "MY", "TH", "VN", "ID", "PH", "KH", *["LA"] * 200]
    campaign = await shop.campaign(countries=countries)
    assert campaign.ad_sets[0].name == "SG/MY/TH/VN/ID+202 18-35"
    assert campaign.countries == countries


async def test_the_same_order_carried_out_twice_makes_one_campaign(shop: Shop) -> None:
    await shop.creative()
    context = shop.context()
    proposal = await propose_creation(context, campaign_order())
    first = await execute_creation(context, proposal.plan)
    second = await execute_creation(context, proposal.plan)
    assert first.data == second.data
    assert [row.ref for row in await shop.campaigns.list()] == ["C-1"]


async def test_a_lost_answer_does_not_make_a_second_campaign(shop: Shop) -> None:
    await shop.creative()
    context = shop.context()
    proposal = await propose_creation(context, campaign_order())
    shop.sandbox.faults.lose_answer("create_campaign")
    await execute_creation(context, proposal.plan)
    campaign = await shop.campaigns.get("C-1")
    found = await shop.sandbox.find_campaign(campaign.key)
    assert found is not None
    assert found.external_id == campaign.external_id


async def test_after_a_crash_between_platform_and_database_the_order_is_finished(
    shop: Shop,
) -> None:
    await shop.creative()
    proposal = await propose_creation(shop.context(), campaign_order())
    with pytest.raises(Crash):
        await execute_creation(shop.dying("approval:1"), proposal.plan)
    assert await shop.campaigns.list() == []
    await execute_creation(shop.context("approval:1"), proposal.plan)
    campaign = await shop.campaigns.get("C-1")
    found = await shop.sandbox.find_campaign(campaign.key)
    assert found is not None
    assert found.external_id == campaign.external_id


async def test_when_nobody_knows_the_order_is_left_open_and_finishes_later(shop: Shop) -> None:
    await shop.creative()
    context = shop.context()
    proposal = await propose_creation(context, campaign_order())
    shop.sandbox.faults.lose_answer("create_campaign")
    shop.sandbox.faults.refuse("find_campaign", ErrorCode.SERVICE_UNAVAILABLE)
    with pytest.raises(OutcomeUnknown):
        await execute_creation(context, proposal.plan)
    assert await shop.campaigns.list() == []
    await execute_creation(context, proposal.plan)
    assert [row.ref for row in await shop.campaigns.list()] == ["C-1"]


async def test_an_unavailable_platform_creates_nothing_and_the_order_may_be_repeated(
    shop: Shop,
) -> None:
    await shop.creative()
    context = shop.context()
    proposal = await propose_creation(context, campaign_order())
    shop.sandbox.faults.refuse("create_campaign", ErrorCode.RATE_LIMIT_EXCEEDED)
    with pytest.raises(TransientError):
        await execute_creation(context, proposal.plan)
    assert await shop.campaigns.list() == []
    assert (await execute_creation(context, proposal.plan)).data["campaign"] == "C-1"


async def test_what_the_platform_refuses_reaches_the_person_with_its_code(shop: Shop) -> None:
    await shop.creative()
    context = shop.context()
    proposal = await propose_creation(context, campaign_order())
    shop.sandbox.faults.refuse("create_campaign", ErrorCode.INSUFFICIENT_FUNDS)
    with pytest.raises(PlatformRefused) as caught:
        await execute_creation(context, proposal.plan)
    assert caught.value.code == 6002
    assert say(context.language, caught.value.key, **caught.value.values)


async def test_two_orders_make_two_campaigns(shop: Shop) -> None:
    first = await shop.campaign("approval:1")
    second = await shop.campaign("approval:2")
    assert (first.ref, second.ref) == ("C-1", "C-2")
    assert first.external_id != second.external_id
