"""A create whose answers get lost, at any step and in any way, never leaves two campaigns."""

from collections.abc import AsyncIterator
from decimal import Decimal
from random import Random

import pytest

from tests.contracts.ad_platform import a_spec
from tests.emulators.ads.google.accounts import Account, status_name
from tests.emulators.ads.google.service import Fault
from tests.fakes.clock import FakeClock
from tests.integration.ads.google_account import GoogleHarness, google, settings_of
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.errors import PlatformRefused, PlatformUnavailable
from tools.campaigns.platforms.google.client import GoogleAdsClient
from tools.campaigns.platforms.google.errors import DUPLICATE_LABEL
from tools.campaigns.platforms.google.tree import Advertiser, operations
from tools.campaigns.platforms.patient import PatientPlatform

# What a create asks for: is there one, where are the countries, the tree, and the state of it.
STEPS = [("SearchStream", 0), ("SearchStream", 1), ("Mutate", 0)] + [
    ("SearchStream", place) for place in range(2, 6)
]
WAYS = [
    Fault.reset_before, Fault.reset_after, Fault.unavailable, Fault.unavailable_after,
    Fault.malformed, Fault.throttled, Fault.concurrent,
]  # fmt: skip


@pytest.fixture
async def harness(clock: FakeClock) -> AsyncIterator[GoogleHarness]:
    async with google(clock) as harness:
        yield harness


async def at_once(seconds: float) -> None:
    """The waits between attempts."""


def plan(harness: GoogleHarness, step: tuple[str, int], *faults: Fault) -> None:
    method, place = step
    harness.emulator.service.faults[method] = [*[None] * place, *faults]


def check_one_paused_campaign(account: Account) -> None:
    counts = {noun: len([*account.of(noun)]) for noun in ("label", "campaign", "ad_group")}
    assert counts == {"label": 1, "campaign": 3, "ad_group": 3}
    assert len([*account.of("campaign_budget")]) == 3
    assert {status_name(campaign) for campaign in account.of("campaign")} == {"PAUSED"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[0]}-{step[1]}")
async def test_the_retries_make_exactly_one(
    harness: GoogleHarness, step: tuple[str, int], way: Fault
) -> None:
    plan(harness, step, way)
    patient = PatientPlatform(harness.bare, sleep=at_once)
    campaign = await patient.create_campaign(a_spec(), key="k")
    assert harness.emulator.service.faults[step[0]] == []
    check_one_paused_campaign(harness.account)
    assert campaign == await harness.bare.find_campaign("k")
    assert campaign.status is DeliveryStatus.paused


@pytest.mark.parametrize("way", [Fault.reset_after, Fault.unavailable_after, Fault.malformed])
async def test_a_create_that_is_given_up_is_found_by_its_key_later(
    harness: GoogleHarness, way: Fault
) -> None:
    plan(harness, ("Mutate", 0), way)
    with pytest.raises(PlatformUnavailable):
        await harness.bare.create_campaign(a_spec(), key="k")
    again = await harness.bare.create_campaign(a_spec("500", name="Other"), key="k")
    assert (again.name, again.daily_budget) == ("Autumn", Decimal(300))
    check_one_paused_campaign(harness.account)


async def test_an_answer_that_never_comes_is_not_waited_for_for_ever(
    harness: GoogleHarness,
) -> None:
    plan(harness, ("Mutate", 0), Fault.silent)
    patient = PatientPlatform(harness.bare, sleep=at_once, seconds=3)
    campaign = await patient.create_campaign(a_spec(), key="k")
    assert len(campaign.ad_sets) == 3
    check_one_paused_campaign(harness.account)


async def test_a_tree_that_is_not_readable_yet_is_not_taken_for_none(
    harness: GoogleHarness,
) -> None:
    await harness.bare.create_campaign(a_spec(), key="k")
    whole = harness.account.resources
    for hidden in ("/campaigns/", "/adGroups/"):
        harness.account.resources = {
            name: each for name, each in whole.items() if hidden not in name
        }
        with pytest.raises(PlatformUnavailable):
            await harness.bare.create_campaign(a_spec(), key="k")
    harness.account.resources = whole
    check_one_paused_campaign(harness.account)


async def test_many_creates_on_a_bad_day_make_each_campaign_once(harness: GoogleHarness) -> None:
    random = Random(7)
    patient = PatientPlatform(harness.bare, sleep=at_once)
    keys = [f"P-{number}" for number in range(100)]
    for key in keys:
        plan(harness, ("Mutate", 0), random.choice(WAYS))
        plan(harness, ("SearchStream", random.randrange(6)), random.choice(WAYS))
        await patient.create_campaign(a_spec("50"), key=key)
    found = [await harness.bare.find_campaign(key) for key in keys]
    assert [campaign.key for campaign in found if campaign] == keys
    assert len([*harness.account.of("campaign")]) == len(keys)
    assert {status_name(each) for each in harness.account.of("campaign")} == {"PAUSED"}


async def test_a_request_that_arrives_twice_is_turned_away_once(harness: GoogleHarness) -> None:
    """The second time it comes late: after the retry had looked, found nothing and made it."""
    emulator, account = harness.emulator, harness.account
    client = GoogleAdsClient(settings_of(emulator, account), emulator.clock)
    advertiser = Advertiser(
        customer_id=account.customer_id, business_name="Huo Shop", created_at="0",
        website="https://shop.example.com", countries={"CN": "geoTargetConstants/2156"},
    )  # fmt: skip
    tree = operations(a_spec(), "k", advertiser)
    await client.mutate(tree)
    with pytest.raises(PlatformRefused) as caught:
        await client.mutate(tree)
    await client.aclose()
    assert caught.value.platform_code == DUPLICATE_LABEL
    check_one_paused_campaign(account)


@pytest.mark.parametrize("way", WAYS)
async def test_a_change_whose_answer_is_lost_is_made_once(
    harness: GoogleHarness, way: Fault
) -> None:
    campaign = await harness.bare.create_campaign(a_spec(), key="k")
    patient = PatientPlatform(harness.bare, sleep=at_once)
    plan(harness, ("Mutate", 0), way)
    await patient.set_status(campaign.external_id, DeliveryStatus.active)
    plan(harness, ("Mutate", 0), way)
    await patient.set_daily_budget(campaign.ad_sets[0].external_id, campaign.daily_budget)
    state = await harness.bare.get_campaign(campaign.external_id)
    assert state.status is DeliveryStatus.active
    assert [ad_set.daily_budget for ad_set in state.ad_sets] == [300, 100, 100]
