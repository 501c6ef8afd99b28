"""Our TikTok adapter keeps the promises of an ad platform against the emulator."""

from collections.abc import AsyncIterator

import pytest

from tests.builders.tiktok import tiktok_town
from tests.contracts.ad_platform import AdPlatformContract, AdPlatformHarness
from tests.fakes.clock import FakeClock


class TestTikTok(AdPlatformContract):
    @pytest.fixture
    async def harness(self, clock: FakeClock) -> AsyncIterator[AdPlatformHarness]:
        async with tiktok_town(clock) as town:
            yield town
