"""Accounts at the emulated TikTok, and our adapter on them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr

from config.platforms import TikTokSettings
from tests.contracts.ad_platform import a_spec
from tests.emulators.ads.tiktok.server import TikTokEmulator
from tests.emulators.ads.tiktok.world import Advertiser
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.base import AdPlatform, CampaignSpec
from tools.campaigns.platforms.http import Observe, RateBudget
from tools.campaigns.platforms.patient import PatientPlatform
from tools.campaigns.platforms.tiktok.api import Budgets
from tools.campaigns.platforms.tiktok.platform import TikTokPlatform

_ALL = RateBudget(per_second=10_000, per_minute=100_000)
UNLIMITED = Budgets(ads=_ALL, others=_ALL)


@dataclass(kw_only=True)
class TikTokTown:
    """One emulator, one account, our platform on it; the harness of the contract."""

    clock: FakeClock
    emulator: TikTokEmulator
    account: Advertiser
    platform: TikTokPlatform
    open: AsyncExitStack

    def now(self) -> datetime:
        return self.clock.now()

    async def days_pass(self, days: int) -> None:
        self.account.market.pass_days(days)

    async def another_account(self) -> AdPlatform:
        return self.another(self.emulator.advertiser())

    def another(self, account: Advertiser, **options: Any) -> TikTokPlatform:
        """A platform that remembers nothing, as a new process has it; `observe` and settings."""
        platform = tiktok_platform(self.emulator, account, self.clock, **options)
        self.open.push_async_callback(platform.aclose)
        return platform


def tiktok_settings(url: str, account: Advertiser, **more: Any) -> TikTokSettings:
    return TikTokSettings(
        **{
            "access_token": SecretStr(account.token), "advertiser_id": account.id,
            "identity_id": account.identity_id, "pixel_id": account.pixel_id,
            "default_image_id": account.image_id, "landing_page": "https://shop.example",
            "base_url": url,
        }
        | more
    )  # fmt: skip


def tiktok_platform(
    emulator: TikTokEmulator, account: Advertiser, clock: FakeClock,
    *, observe: Observe | None = None, **settings: Any,
) -> TikTokPlatform:  # fmt: skip
    return TikTokPlatform(
        tiktok_settings(emulator.url, account, **settings), clock, observe=observe,
        # Without certificates, which take longer to load than all calls of a test.
        transport=httpx.AsyncHTTPTransport(verify=False), budgets=UNLIMITED,
    )  # fmt: skip


@asynccontextmanager
async def tiktok_town(clock: FakeClock, **account: Any) -> AsyncIterator[TikTokTown]:
    async with TikTokEmulator(clock) as emulator, AsyncExitStack() as opened:
        owner = emulator.advertiser(**account)
        platform = tiktok_platform(emulator, owner, clock)
        opened.push_async_callback(platform.aclose)
        yield TikTokTown(
            clock=clock, emulator=emulator, account=owner, platform=platform, open=opened
        )


def patient(platform: AdPlatform, *, seconds: float = 30.0) -> PatientPlatform:
    """With retries that do not wait."""
    return PatientPlatform(platform, sleep=_at_once, seconds=seconds)


def a_small_spec(**more: Any) -> CampaignSpec:
    """Two ad sets with two ads each."""
    return a_spec("100", "33.33", **more)


async def _at_once(seconds: float) -> None:
    """The wait is asked for, and nobody keeps it."""
