"""Whatever breaks while a campaign is made: there is one in the end, whole, and nothing runs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from tests.builders.tiktok import TikTokTown, a_small_spec, patient, tiktok_town
from tests.contracts.ad_platform import ACTIVE, PAUSED, a_spec
from tests.emulators.ads.tiktok.world import Campaign
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.base import AdSpec, CampaignSpec, PlatformCampaign
from tools.campaigns.platforms.errors import (
    ErrorCode,
    PlatformRefused,
    PlatformUnavailable,
)  # fmt: skip
from tools.campaigns.platforms.tiktok.names import mark_of, marked

SPEC = a_small_spec()
# The campaign, two ad groups, ads for each, ads on, ad groups on, the name.
WRITES = 8
AFTER = ("lost", "dropped")
BEFORE = ("page", "cut", "code")


@pytest.fixture
async def town(clock: FakeClock) -> AsyncIterator[TikTokTown]:
    async with tiktok_town(clock) as opened:
        yield opened


def writes(town: TikTokTown) -> list[str]:
    return [call.endpoint for call in town.emulator.calls if call.method == "POST"]


def assert_one_whole_campaign(town: TikTokTown, made: PlatformCampaign) -> None:
    """The only one there is, with each ad set and ad once, switched off at the top alone."""
    assert [campaign.id for campaign in town.account.living] == [made.external_id]
    assert (made.name, made.status) == ("Autumn", PAUSED)
    assert [ad_set.name for ad_set in made.ad_sets] == ["CN 18-35", "CN 36-50"]
    assert [ad_set.status for ad_set in made.ad_sets] == [ACTIVE, ACTIVE]
    assert [ad_set.daily_budget for ad_set in made.ad_sets] == [Decimal(100), Decimal("33.33")]
    for ad_set in made.ad_sets:
        assert [ad.creative_id for ad in ad_set.ads] == ["CR-1", "CR-2"]
    living = [ad for ad in town.account.ads if ad.ad_group.campaign.id == made.external_id]
    assert all(ad.enabled for ad in living if not ad.deleted)


async def test_an_undisturbed_create_takes_these_writes(town: TikTokTown) -> None:
    made = await town.platform.create_campaign(SPEC, key="k")
    assert_one_whole_campaign(town, made)
    assert len(writes(town)) == WRITES


@pytest.mark.parametrize("kind", AFTER + BEFORE)
@pytest.mark.parametrize("step", range(WRITES))
async def test_an_answer_lost_at_any_step_leaves_one_campaign(
    town: TikTokTown, step: int, kind: str
) -> None:
    town.emulator.faults.nth_write(step, kind)
    made = await patient(town.platform).create_campaign(SPEC, key="k")
    assert not town.emulator.faults.waiting
    assert_one_whole_campaign(town, made)


@pytest.mark.parametrize("kind", ["lost", "cut"])
@pytest.mark.parametrize("step", range(WRITES))
async def test_another_process_goes_on_where_the_first_one_broke_off(
    town: TikTokTown, step: int, kind: str
) -> None:
    town.emulator.faults.nth_write(step, kind)
    with pytest.raises(PlatformUnavailable):
        await town.platform.create_campaign(SPEC, key="k")
    assert not any(campaign.running for campaign in town.account.campaigns)
    made = await town.another(town.account).create_campaign(SPEC, key="k")
    assert_one_whole_campaign(town, made)


@pytest.mark.parametrize("step", range(WRITES))
async def test_what_is_half_made_is_not_found(town: TikTokTown, step: int) -> None:
    town.emulator.faults.nth_write(step, "cut")
    with pytest.raises(PlatformUnavailable):
        await town.platform.create_campaign(SPEC, key="k")
    assert await town.platform.find_campaign("k") is None


async def test_a_call_that_is_never_answered_is_given_up_and_looked_up(town: TikTokTown) -> None:
    town.emulator.faults.next("silent", "campaign/create")
    made = await patient(town.platform, seconds=3).create_campaign(SPEC, key="k")
    assert_one_whole_campaign(town, made)


@pytest.mark.parametrize("step", range(1, WRITES))
async def test_a_refusal_at_any_step_leaves_nothing_behind(town: TikTokTown, step: int) -> None:
    town.emulator.faults.nth_write(step, "code", code=40002)
    with pytest.raises(PlatformRefused):
        await town.platform.create_campaign(SPEC, key="k")
    assert town.account.living == []
    assert_one_whole_campaign(town, await town.platform.create_campaign(SPEC, key="k"))


async def test_a_refusal_removes_no_campaign_that_another_finished(town: TikTokTown) -> None:
    def another_finishes(endpoint: str, status: str) -> None:
        if endpoint == "ad/create":
            fields = town.account.campaigns[0].fields
            fields["campaign_name"] = fields["campaign_name"].removesuffix("~")

    town.emulator.faults.next("code", "ad/status/update", code=40002)
    slow = town.another(town.account, observe=another_finishes)
    made = await slow.create_campaign(SPEC, key="k")
    assert [campaign.id for campaign in town.account.living] == [made.external_id]


async def test_who_comes_second_takes_the_campaign_of_the_first(town: TikTokTown) -> None:
    """The first one began and finished between the other's look and its first write."""

    def another_makes_it(endpoint: str, status: str) -> None:
        if endpoint == "tool/region":
            town.account.campaigns.append(_finished_by_another(town))

    slow = town.another(town.account, observe=another_makes_it)
    made = await slow.create_campaign(SPEC, key="k")
    assert [campaign.id for campaign in town.account.living] == [made.external_id]
    assert made.ad_sets == ()
    assert not any(campaign.running for campaign in town.account.campaigns)


def _finished_by_another(town: TikTokTown) -> Campaign:
    fields = {"campaign_name": marked("Autumn", mark_of("k")), "advertiser_id": town.account.id,
              "objective_type": "WEB_CONVERSIONS"}  # fmt: skip
    return Campaign(
        id=town.account.new_id(), fields=fields, enabled=False, created=town.now(),
        modified=town.now(),
    )  # fmt: skip


async def test_a_half_made_campaign_that_cannot_be_removed_stays_off(town: TikTokTown) -> None:
    town.emulator.faults.nth_write(3, "code", code=40102)
    town.emulator.faults.next("code", "campaign/status/update", code=40102)
    with pytest.raises(PlatformRefused) as caught:
        await town.platform.create_campaign(SPEC, key="k")
    assert caught.value.code is ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED
    assert [campaign.enabled for campaign in town.account.living] == [False]
    assert_one_whole_campaign(town, await town.platform.create_campaign(SPEC, key="k"))


@pytest.mark.parametrize("other", [a_spec("100", "50"), a_spec("100", "33.33", name="Winter")])
async def test_what_was_begun_with_another_plan_is_removed(
    town: TikTokTown, other: CampaignSpec
) -> None:
    town.emulator.faults.nth_write(5, "cut")
    with pytest.raises(PlatformUnavailable):
        await town.platform.create_campaign(other, key="k")
    assert_one_whole_campaign(town, await town.platform.create_campaign(SPEC, key="k"))


async def test_ads_that_come_into_being_late_are_removed_again(town: TikTokTown) -> None:
    """TikTok may carry out a call long after we gave it up, and takes an ad's name twice."""
    town.emulator.faults.next("dropped", "adgroup/status/update")
    with pytest.raises(PlatformUnavailable):
        await town.platform.create_campaign(SPEC, key="k")
    late = next(call.given for call in town.emulator.calls if call.endpoint == "ad/create")
    async with httpx.AsyncClient(headers={"Access-Token": town.account.token}) as client:
        answer = await client.post(f"{town.emulator.url}/open_api/v1.3/ad/create/", json=late)
    assert len(answer.json()["data"]["ad_ids"]) == 2
    made = await town.platform.create_campaign(SPEC, key="k")
    assert_one_whole_campaign(town, made)
    assert sum(ad.enabled and not ad.deleted for ad in town.account.ads) == 4


async def test_two_processes_at_once_make_one_campaign(town: TikTokTown) -> None:
    """The second finds the names taken, and the campaign of the first."""
    other = town.another(town.account)
    one, two = await asyncio.gather(
        town.platform.create_campaign(SPEC, key="k"), other.create_campaign(SPEC, key="k")
    )
    assert one.external_id == two.external_id
    made = await town.platform.find_campaign("k")
    assert made is not None
    assert_one_whole_campaign(town, made)


async def test_an_account_that_ignores_the_status_is_switched_off_at_once(
    clock: FakeClock,
) -> None:
    async with tiktok_town(clock, status_on_create=False) as town:
        made = await town.platform.create_campaign(SPEC, key="k")
        assert_one_whole_campaign(town, made)
        assert writes(town)[:2] == ["campaign/create", "campaign/status/update"]


async def test_everything_is_created_disabled(town: TikTokTown) -> None:
    await town.platform.create_campaign(SPEC, key="k")
    bodies = [call.given for call in town.emulator.calls if call.endpoint.endswith("/create")]
    created = [each for body in bodies for each in body.get("creatives", [body])]
    assert len(created) == 1 + 2 + 4
    assert {each["operation_status"] for each in created} == {"DISABLE"}


async def test_when_some_ads_are_refused_the_campaign_is_removed(town: TikTokTown) -> None:
    ad_set = SPEC.ad_sets[0]
    too_long = AdSpec(creative_id="CR-9", name="CR-9", copy="太长" * 80)
    spec = replace(SPEC, ad_sets=(replace(ad_set, ads=(*ad_set.ads, too_long)),))
    with pytest.raises(PlatformRefused) as caught:
        await town.platform.create_campaign(spec, key="k")
    assert (caught.value.code, caught.value.platform_code) == (
        ErrorCode.CREATIVE_REJECTED, "20001",
    )  # fmt: skip
    assert town.account.living == []


@pytest.mark.parametrize("kind", ["lost", "cut"])
async def test_a_change_whose_answer_was_lost_may_be_repeated(town: TikTokTown, kind: str) -> None:
    platform = patient(town.platform)
    made = await platform.create_campaign(SPEC, key="k")
    for endpoint in ("campaign/status/update", "adgroup/update", "adgroup/status/update"):
        town.emulator.faults.next(kind, endpoint)
    first, second = (ad_set.external_id for ad_set in made.ad_sets)
    await platform.set_daily_budget(first, Decimal("77.70"))
    await platform.set_ad_set_status(second, PAUSED)
    await platform.set_status(made.external_id, ACTIVE)
    state = await platform.get_campaign(made.external_id)
    assert not town.emulator.faults.waiting
    assert [ad_set.daily_budget for ad_set in state.ad_sets] == [Decimal("77.7"), Decimal("33.33")]
    assert (state.status, state.ad_sets[1].status) == (ACTIVE, PAUSED)
