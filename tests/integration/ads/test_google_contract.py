"""The Google adapter on the emulator keeps the promises of an ad platform."""

from collections.abc import AsyncIterator

import pytest

from tests.contracts.ad_platform import AdPlatformContract, AdPlatformHarness
from tests.fakes.clock import FakeClock
from tests.integration.ads.google_account import google


class TestGoogle(AdPlatformContract):
    @pytest.fixture
    async def harness(self, clock: FakeClock) -> AsyncIterator[AdPlatformHarness]:
        async with google(clock) as harness:
            yield harness
