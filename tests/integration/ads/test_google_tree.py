"""What stands in the account after a create, and what of it people may move."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from tests.contracts.ad_platform import a_spec
from tests.emulators.ads.google.accounts import Account
from tests.emulators.ads.google.service import Fault
from tests.fakes.clock import FakeClock
from tests.integration.ads.google_account import GoogleHarness, google
from tools.campaigns.platforms.base import CampaignSpec, DeliveryStatus, OptimizationGoal
from tools.campaigns.platforms.errors import (
    ErrorCode,
    ObjectDeleted,
    PlatformRefused,
    UnknownObject,
)

CENTS = ("1.01", "33.33", "33.34", "1234567.89", "100")


@pytest.fixture
async def harness(clock: FakeClock) -> AsyncIterator[GoogleHarness]:
    async with google(clock) as harness:
        yield harness


def of(account: Account, noun: str) -> list[dict[str, Any]]:
    return [MessageToDict(resource) for resource in account.of(noun)]


def an_ad_set(**changed: Any) -> CampaignSpec:
    """A campaign with one ad set that differs in this."""
    spec = a_spec("100")
    return replace(spec, ad_sets=(replace(spec.ad_sets[0], **changed),))


async def test_only_the_campaigns_are_paused_so_that_one_switch_starts_all(
    harness: GoogleHarness,
) -> None:
    await harness.platform.create_campaign(a_spec(), key="k")
    account = harness.account
    assert {each["status"] for each in of(account, "campaign")} == {"PAUSED"}
    assert {each["status"] for each in of(account, "ad_group")} == {"ENABLED"}
    assert {each["status"] for each in of(account, "ad_group_ad")} == {"ENABLED"}


async def test_each_ad_set_has_a_budget_that_nothing_else_may_use(harness: GoogleHarness) -> None:
    await harness.platform.create_campaign(a_spec("40", "60"), key="k")
    budgets = of(harness.account, "campaign_budget")
    assert [budget["amountMicros"] for budget in budgets] == ["40000000", "60000000"]
    assert not any(budget.get("explicitlyShared") for budget in budgets)
    used = [campaign["campaignBudget"] for campaign in of(harness.account, "campaign")]
    assert used == [budget["resourceName"] for budget in budgets]


async def test_people_are_those_of_the_ad_set(harness: GoogleHarness) -> None:
    await harness.platform.create_campaign(an_ad_set(countries=("DE", "US")), key="k")
    places = [each["location"] for each in of(harness.account, "campaign_criterion")]
    assert [place["geoTargetConstant"] for place in places] == [
        "geoTargetConstants/2276", "geoTargetConstants/2840",
    ]  # fmt: skip
    ages = of(harness.account, "ad_group_criterion")
    assert all(each["negative"] for each in ages)
    assert [each["ageRange"]["type"] for each in ages] == [
        "AGE_RANGE_35_44", "AGE_RANGE_45_54", "AGE_RANGE_55_64", "AGE_RANGE_65_UP",
        "AGE_RANGE_UNDETERMINED",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("goal", "bidding"),
    [
        (OptimizationGoal.value, "maximizeConversionValue"),
        (OptimizationGoal.conversions, "maximizeConversions"),
        (OptimizationGoal.clicks, "targetSpend"),
    ],
)
async def test_bids_are_for_the_lowest_cost_of_the_goal(
    harness: GoogleHarness, goal: OptimizationGoal, bidding: str
) -> None:
    await harness.platform.create_campaign(an_ad_set(goal=goal), key="k")
    assert of(harness.account, "campaign")[0][bidding] == {}


async def test_ads_say_what_was_agreed_to_and_lead_to_the_product(harness: GoogleHarness) -> None:
    page = "https://shop.example.com/autumn"
    spec = replace(a_spec("100", creatives=("CR-7",)), product_url=page)
    campaign = await harness.platform.create_campaign(spec, key="k")
    [ad] = [each["ad"] for each in of(harness.account, "ad_group_ad")]
    texts = ad["responsiveSearchAd"]
    assert ad["finalUrls"] == [page]
    assert [line["text"] for line in texts["headlines"]] == [
        "Try it", "CR-7", "Huo Shop", "shop.example.com",
    ]  # fmt: skip
    assert texts["descriptions"][0]["text"] == "Try it"
    automation = of(harness.account, "campaign")[0]["assetAutomationSettings"]
    assert {each["assetAutomationStatus"] for each in automation} == {"OPTED_OUT"}
    assert campaign.ad_sets[0].ads[0].name == "Try it"


async def test_without_a_product_page_ads_lead_to_the_website(harness: GoogleHarness) -> None:
    await harness.platform.create_campaign(a_spec("100"), key="k")
    pages = [each["ad"]["finalUrls"] for each in of(harness.account, "ad_group_ad")]
    assert pages == [["https://shop.example.com"]] * 2


@pytest.mark.parametrize("amount", CENTS)
async def test_money_makes_the_round_trip_to_the_cent(harness: GoogleHarness, amount: str) -> None:
    campaign = await harness.platform.create_campaign(a_spec("100"), key="k")
    ad_set = campaign.ad_sets[0].external_id
    await harness.platform.set_daily_budget(ad_set, Decimal(amount))
    state = await harness.platform.get_campaign(campaign.external_id)
    assert state.ad_sets[0].daily_budget == Decimal(amount)


async def test_names_of_several_lines_become_one(harness: GoogleHarness) -> None:
    spec = replace(an_ad_set(name="CN\n18-35"), name="Autumn\nsale")
    campaign = await harness.platform.create_campaign(spec, key="k")
    assert (campaign.name, campaign.ad_sets[0].name) == ("Autumn sale", "CN 18-35")
    assert await harness.platform.find_campaign("k") == campaign


async def test_a_country_that_google_does_not_know_is_refused_before_anything_is_made(
    harness: GoogleHarness,
) -> None:
    for code in ("XX", "'", "CHN"):
        with pytest.raises(PlatformRefused) as caught:
            await harness.platform.create_campaign(an_ad_set(countries=(code,)), key="k")
        assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert harness.account.resources == {}


async def test_what_google_refuses_is_not_made_in_part(harness: GoogleHarness) -> None:
    spec = a_spec("100", "100.001")
    with pytest.raises(PlatformRefused) as caught:
        await harness.platform.create_campaign(spec, key="k")
    code = "campaignBudgetError.NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT"
    assert (caught.value.platform_code, caught.value.code) == (code, ErrorCode.INVALID_REQUEST)
    assert harness.account.resources == {}


async def test_a_label_of_other_people_is_no_campaign_of_ours(harness: GoogleHarness) -> None:
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    label = next(iter(harness.account.of("label")))
    label.name = "Spring"
    with pytest.raises(UnknownObject):
        await harness.platform.get_campaign(campaign.external_id)


async def test_an_ad_group_of_other_people_is_never_touched(harness: GoogleHarness) -> None:
    campaign = await harness.platform.create_campaign(a_spec("100"), key="k")
    next(iter(harness.account.of("campaign"))).name = "Their campaign"
    with pytest.raises(UnknownObject):
        await harness.platform.set_daily_budget(campaign.ad_sets[0].external_id, Decimal(5))
    assert of(harness.account, "campaign_budget")[0]["amountMicros"] == "100000000"


async def test_what_is_removed_while_we_look_is_said_to_be_deleted(harness: GoogleHarness) -> None:
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    harness.emulator.service.faults["Mutate"] = [Fault.removed]
    with pytest.raises(ObjectDeleted) as caught:
        await harness.platform.set_status(campaign.external_id, DeliveryStatus.active)
    assert caught.value.values["ref"] == campaign.external_id
    assert caught.value.request_id


async def test_one_call_switches_all_campaigns_of_a_key(harness: GoogleHarness) -> None:
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    calls = harness.emulator.service.calls
    before = calls.count("Mutate")
    await harness.platform.set_status(campaign.external_id, DeliveryStatus.active)
    assert calls.count("Mutate") == before + 1
    assert {each["status"] for each in of(harness.account, "campaign")} == {"ENABLED"}


async def test_a_campaign_that_people_removed_does_not_hold_up_the_others(
    harness: GoogleHarness,
) -> None:
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    second = [*harness.account.of("campaign")][1]
    second.status = (
        second.DESCRIPTOR.fields_by_name["status"].enum_type.values_by_name["REMOVED"].number
    )
    await harness.platform.set_status(campaign.external_id, DeliveryStatus.active)
    statuses = [each["status"] for each in of(harness.account, "campaign")]
    assert sorted(statuses) == ["ENABLED", "ENABLED", "REMOVED"]
    with pytest.raises(ObjectDeleted):
        await harness.platform.set_daily_budget(campaign.ad_sets[1].external_id, Decimal(50))


async def test_what_is_as_it_should_be_is_left_alone(harness: GoogleHarness) -> None:
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    harness.emulator.service.faults["Mutate"] = [Fault.exhausted]
    await harness.platform.set_status(campaign.external_id, DeliveryStatus.paused)
    await harness.platform.set_ad_set_status(campaign.ad_sets[0].external_id, DeliveryStatus.active)
    assert harness.emulator.service.faults["Mutate"] == [Fault.exhausted]
