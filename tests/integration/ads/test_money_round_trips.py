"""Budgets over the wire and back at each platform: to the cent, or refused."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.builders.bad_days import PLACES
from tests.contracts.ad_platform import a_spec
from tests.fakes.clock import FakeClock
from tests.integration.ads.meta import running_meta, settings_of
from tools.campaigns.platforms.errors import PlatformRefused

# Sums at which binary fractions and micros go wrong first, and what chance adds.
AMOUNTS = ["20.00", "33.33", "1.1e2", "0.29e3", "1000000.01", "99.99", "4503.59", "100.10"]


def _quiet(*call: str) -> None:
    """Nobody counts."""


@pytest.mark.parametrize("platform", PLACES)
async def test_a_budget_comes_back_as_it_was_set(clock: FakeClock, platform: str) -> None:
    chance = Random(11)
    drawn = [Decimal(chance.randrange(2_000, 10_000_000)) / 100 for _ in range(12)]
    async with PLACES[platform](clock) as place:
        adapter = await place.process(_quiet)
        campaign = await adapter.create_campaign(a_spec("33.34", "33.33"), key="k")
        assert [row.daily_budget for row in campaign.ad_sets] == [
            Decimal("33.34"), Decimal("33.33"),
        ]  # fmt: skip
        ad_set = campaign.ad_sets[0].external_id
        for amount in (*map(Decimal, AMOUNTS), *drawn):
            # Meta allows four edits an hour.
            clock.advance(timedelta(hours=1))
            await adapter.set_daily_budget(ad_set, amount)
            state = await adapter.get_campaign(campaign.external_id)
            assert state.ad_sets[0].daily_budget == amount


async def test_an_account_without_decimals_takes_whole_units_and_refuses_others(
    clock: FakeClock,
) -> None:
    async with running_meta() as harness:
        harness.emulator.world.account("503", "EAAB-token-of-503", currency="JPY")
        adapter = await harness.opened(settings_of(harness.emulator, "503"))
        campaign = await adapter.create_campaign(a_spec("5000", "3334"), key="k")
        ad_set = campaign.ad_sets[0].external_id
        await adapter.set_daily_budget(ad_set, Decimal(5001))
        state = await adapter.get_campaign(campaign.external_id)
        assert [row.daily_budget for row in state.ad_sets] == [5001, 3334]
        with pytest.raises(PlatformRefused):
            await adapter.set_daily_budget(ad_set, Decimal("5001.5"))
        with pytest.raises(PlatformRefused):
            await adapter.create_campaign(a_spec("5000.5"), key="k2")
        assert await adapter.find_campaign("k2") is None
