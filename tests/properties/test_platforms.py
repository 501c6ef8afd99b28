"""Whatever the platform, an order goes to its adapter and the answer has one form."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.automation import Desk
from tests.builders.tiktok import tiktok_town
from tests.fakes.ports import FakePlatforms
from tests.integration.ads.google_account import google
from tests.integration.ads.meta import running_meta
from tests.properties.conftest import Stage
from tests.properties.examples import campaign_orders, often
from tools.automation.service import ANSWERS
from tools.campaigns.platforms.base import AdPlatform

NAMES = ("meta", "tiktok", "google", "sandbox")


@dataclass
class Market:
    """A desk with an account at each of the four platforms."""

    stage: Stage
    desk: Desk
    platforms: dict[str, AdPlatform]

    async def ordered(self, order: dict[str, Any]) -> tuple[dict[str, Any], str, list[str]]:
        """The answer, the status answer after it, and on which platforms the campaign is."""
        # Later than the limits of calls that the platforms have.
        self.desk.shop.clock.advance(timedelta(minutes=10))
        answer = await self.desk.execute("create_campaign", order)
        assert answer["status"] == "success", answer
        campaign = await self.desk.shop.campaigns.get(answer["campaign_id"])
        holders = [
            name
            for name, platform in self.platforms.items()
            if await platform.find_campaign(campaign.key) is not None
        ]
        return answer, campaign.platform, holders


@pytest.fixture(scope="module")
def market(stage: Stage) -> Iterator[Market]:
    async def opened(stack: AsyncExitStack) -> Market:
        desk = await stage.desk()
        clock = desk.shop.clock
        meta = await stack.enter_async_context(running_meta())
        town = await stack.enter_async_context(tiktok_town(clock))
        ads = await stack.enter_async_context(google(clock))
        platforms: dict[str, AdPlatform] = {
            "meta": meta.platform, "tiktok": town.platform, "google": ads.platform,
            "sandbox": desk.shop.sandbox,
        }  # fmt: skip
        desk.platforms = FakePlatforms(*platforms.values())
        return Market(stage, desk, platforms)

    stack = AsyncExitStack()
    yield stage.run(opened(stack))
    stage.run(stack.aclose())


# Feature: campaign-automation, Property 14: the platform decides the adapter, and results have one form
@often
@given(
    platform=st.sampled_from(NAMES),
    order=campaign_orders(
        creatives=1, objective="sales", target_countries=["US"], daily_budget=600,
        age_groups=[[18, 34], [35, 54]],
    ),
)  # fmt: skip
def test_an_order_goes_to_its_platform_and_the_answer_has_one_form(
    market: Market, platform: str, order: dict[str, Any]
) -> None:
    answer, kept, holders = market.stage.run(market.ordered(order | {"platform": platform}))
    assert (kept, holders) == (platform, [platform])
    made = ANSWERS["create_campaign"].model_validate(answer)
    assert made.model_dump(by_alias=True, exclude_unset=True)["adsets"] == answer["adsets"]
