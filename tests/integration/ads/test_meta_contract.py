"""Meta keeps the promises of an ad platform."""

from collections.abc import AsyncIterator

import pytest

from tests.contracts.ad_platform import AdPlatformContract, AdPlatformHarness
from tests.integration.ads.meta import running_meta


class TestMeta(AdPlatformContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[AdPlatformHarness]:
        async with running_meta() as harness:
            yield harness
