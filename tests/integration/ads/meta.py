"""An ad account at the emulated Meta, with our adapter on it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from config.platforms import MetaSettings
from tests.emulators.ads.meta.server import MetaEmulator
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.http import RateBudget
from tools.campaigns.platforms.meta.platform import MetaPlatform

ACCOUNT, TOKEN = "501", "EAAB-token-of-501"
STRANGER, STRANGERS_TOKEN = "502", "EAAB-token-of-502"
_AMPLE = RateBudget(per_second=100_000, per_minute=1_000_000)


async def no_wait(seconds: float) -> None:
    """Waits that a test does not want to live through."""


def settings_of(emulator: MetaEmulator, account: str = ACCOUNT) -> MetaSettings:
    return MetaSettings(
        access_token=SecretStr(emulator.world.accounts[account].token), account_id=account,
        page_id="1001", pixel_id="2001", website="https://shop.example.com",
        base_url=emulator.url,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MetaHarness:
    """The harness of the contract, and the emulator behind it."""

    emulator: MetaEmulator
    clock: FakeClock
    platform: MetaPlatform
    stack: AsyncExitStack
    counted: list[tuple[str, str]]

    def now(self) -> datetime:
        return self.clock.now()

    async def days_pass(self, days: int) -> None:
        self.emulator.world.market.pass_days(days)

    async def another_account(self) -> MetaPlatform:
        return await self.on_account(STRANGER)

    async def on_account(self, account: str) -> MetaPlatform:
        return await self.opened(settings_of(self.emulator, account))

    async def opened(self, settings: MetaSettings) -> MetaPlatform:
        return await _open(settings, self.clock, self.stack, self.counted)


@asynccontextmanager
async def running_meta(clock: FakeClock | None = None) -> AsyncIterator[MetaHarness]:
    clock = clock or FakeClock()
    async with MetaEmulator(clock) as emulator, AsyncExitStack() as stack:
        emulator.world.account(ACCOUNT, TOKEN)
        emulator.world.account(STRANGER, STRANGERS_TOKEN)
        counted: list[tuple[str, str]] = []
        platform = await _open(settings_of(emulator), clock, stack, counted)
        yield MetaHarness(
            emulator=emulator, clock=clock, platform=platform, stack=stack, counted=counted
        )


async def _open(
    settings: MetaSettings, clock: FakeClock, stack: AsyncExitStack, counted: list[tuple[str, str]]
) -> MetaPlatform:
    platform = await MetaPlatform.open(
        settings, clock, observe=lambda *call: counted.append(call), budget=_AMPLE, sleep=no_wait
    )
    stack.push_async_callback(platform.aclose)
    return platform
