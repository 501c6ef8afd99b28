"""The emulator, an account in it, and the adapter on that account."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from config.platforms import GoogleAdsSettings
from tests.emulators.ads.google.accounts import Account
from tests.emulators.ads.google.server import GoogleAdsEmulator
from tests.emulators.ads.google.service import DEVELOPER_TOKEN
from tests.emulators.ads.google.tokens import CLIENT_ID, CLIENT_SECRET
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.base import AdPlatform
from tools.campaigns.platforms.google.platform import GooglePlatform
from tools.campaigns.platforms.http import Observe


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleHarness:
    """The harness of the contract; `bare` and `account` are its two ends."""

    emulator: GoogleAdsEmulator
    account: Account
    bare: GooglePlatform
    open_platforms: AsyncExitStack

    @property
    def platform(self) -> AdPlatform:
        return self.bare

    def now(self) -> datetime:
        return self.emulator.clock.now()

    async def days_pass(self, days: int) -> None:
        self.emulator.market.pass_days(days)

    async def another_account(self) -> GooglePlatform:
        other = platform_on(self.emulator, self.emulator.open_account())
        self.open_platforms.push_async_callback(other.aclose)
        return other


def settings_of(emulator: GoogleAdsEmulator, account: Account, **changed: Any) -> GoogleAdsSettings:
    given = {
        "customer_id": account.customer_id,
        "login_customer_id": account.login_customer_id,
        "developer_token": SecretStr(DEVELOPER_TOKEN),
        "client_id": CLIENT_ID,
        "client_secret": SecretStr(CLIENT_SECRET),
        "refresh_token": SecretStr(account.refresh_token),
        "business_name": "Huo Shop",
        "website": "https://shop.example.com",
        "base_url": emulator.url,
        "token_url": emulator.token_url,
        "calls_per_second": 1_000,
        "calls_per_minute": 100_000,
    }
    return GoogleAdsSettings.model_validate(given | changed)


def platform_on(
    emulator: GoogleAdsEmulator, account: Account, observe: Observe | None = None, **changed: Any
) -> GooglePlatform:
    settings = settings_of(emulator, account, **changed)
    return GooglePlatform(settings, emulator.clock, observe=observe)


@asynccontextmanager
async def google(clock: FakeClock, **options: Any) -> AsyncIterator[GoogleHarness]:
    """An account with these options, on a server of its own."""
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(GoogleAdsEmulator(clock))
        account = emulator.open_account(**options)
        platform = platform_on(emulator, account)
        stack.push_async_callback(platform.aclose)
        yield GoogleHarness(emulator=emulator, account=account, bare=platform, open_platforms=stack)
