"""Many creates under many faults: none twice, none lost, none left running."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.tiktok import TikTokTown, a_small_spec, tiktok_town
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.base import DeliveryStatus, PlatformCampaign
from tools.campaigns.platforms.errors import PlatformError

SPEC = a_small_spec()
KINDS = ("page", "cut", "lost", "dropped", "code")
CODES = (50000, 40202, 40002, 40100)
# Reads and writes of an undisturbed create are about twenty.
PLANS = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from(KINDS), st.sampled_from(CODES)),
    min_size=1, max_size=5,
)  # fmt: skip


async def until_made(town: TikTokTown, key: str) -> PlatformCampaign:
    """Each attempt by a process of its own, which looks first, as after a kill."""
    for _ in range(30):
        town.clock.advance(timedelta(minutes=6))
        process = town.another(town.account)
        try:
            found = await process.find_campaign(key)
            return found or await process.create_campaign(SPEC, key=key)
        except PlatformError:
            assert not any(campaign.running for campaign in town.account.campaigns)
    raise AssertionError("thirty attempts were not enough")


def assert_whole(town: TikTokTown, made: list[PlatformCampaign]) -> None:
    living = [campaign.id for campaign in town.account.living]
    assert sorted(living) == sorted(campaign.external_id for campaign in made)
    assert len(set(living)) == len(made)
    for campaign in made:
        assert campaign.status is DeliveryStatus.paused
        assert [len(ad_set.ads) for ad_set in campaign.ad_sets] == [2, 2]


@settings(max_examples=25, deadline=None)
@given(plan=PLANS)
def test_any_plan_of_faults_ends_in_one_campaign(plan: list[tuple[int, str, int]]) -> None:
    async def story() -> None:
        async with tiktok_town(FakeClock()) as town:
            for number, kind, code in plan:
                town.emulator.faults.nth_write(number, kind, code=code)
            assert_whole(town, [await until_made(town, "k")])

    asyncio.run(story())


@pytest.mark.parametrize("seed", range(4))
async def test_fifty_creates_in_a_row_with_two_faults_each(clock: FakeClock, seed: int) -> None:
    chance = Random(seed)
    async with tiktok_town(clock) as town:
        made = []
        for number in range(50):
            for _ in range(2):
                town.emulator.faults.nth_write(
                    chance.randrange(8), chance.choice(KINDS), code=chance.choice(CODES)
                )
            made.append(await until_made(town, f"key-{number}"))
        assert_whole(town, made)
