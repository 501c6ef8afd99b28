"""The ad platforms of one organisation, as `tools.ports.AdPlatforms` wants them."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from config.clock import Clock
from config.platforms import (
    PLATFORMS,
    AccountSettings,
    GoogleAdsSettings,
    MetaSettings,
    TikTokSettings,
)
from config.settings import Settings
from storage.database import Database
from storage.tables.organisation import Organisation
from tools.campaigns.platforms.accounts import (
    SANDBOX,
    AccountFacts,
    AccountPlatform,
    AdAccount,
    Link,
)
from tools.campaigns.platforms.base import AdPlatform
from tools.campaigns.platforms.errors import AccountRemoved, PlatformNotConfigured
from tools.campaigns.platforms.google.platform import GooglePlatform
from tools.campaigns.platforms.lazy import LazyPlatform
from tools.campaigns.platforms.meta.platform import MetaPlatform
from tools.campaigns.platforms.patient import PatientPlatform
from tools.campaigns.platforms.retries import Sleep, retrying
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.platform import SandboxPlatform
from tools.campaigns.platforms.tiktok.platform import TikTokPlatform
from tools.ports import AdPlatforms

# Called with the platform, the endpoint and the status (platforms/http.py).
Count = Callable[[str, str, str], None]


class ConfiguredPlatforms:
    """`accounts` are those at the real platforms; `platforms` have one account each."""

    def __init__(
        self, platforms: Sequence[AdPlatform], *, accounts: Sequence[LazyPlatform] = (),
        sleep: Sleep = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._links = accounts
        self._sleep = sleep
        self._bare: dict[str, dict[str, AdPlatform]] = {
            platform.name: {platform.name: platform} for platform in platforms
        }
        for link in accounts:
            self._bare.setdefault(link.name, {})[link.account.id] = link
        self._patient = {
            name: {id_: PatientPlatform(bare, sleep=sleep) for id_, bare in of_one.items()}
            for name, of_one in self._bare.items()
        }

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._patient)

    @property
    def accounts(self) -> Sequence[AdAccount]:
        return [link.account for link in self._links]

    @property
    def sandbox(self) -> SandboxPlatform | None:
        """The sandbox itself, with what no other platform has."""
        bare = self._bare.get(SANDBOX, {}).get(SANDBOX)
        return bare if isinstance(bare, SandboxPlatform) else None

    def get(self, name: str, account: str | None = None) -> AdPlatform:
        """The platform called `name`, with retries, on the account with this id or else on its
        first one; raises PlatformNotConfigured and AccountRemoved."""
        found = self._patient.get(name, {})
        if account is not None and account not in found:
            raise AccountRemoved(name, account)
        if not found:
            raise PlatformNotConfigured(name, self.names)
        return found[account] if account is not None else next(iter(found.values()))

    async def facts(self, account: AdAccount) -> AccountFacts:
        """What the platform says of the account now; raises what it refuses."""
        for link in self._links:
            if link.account == account:
                return await retrying(link.facts, platform=link.name, sleep=self._sleep)
        raise AccountRemoved(account.platform, account.id)

    async def aclose(self) -> None:
        for link in self._links:
            await link.aclose()


async def open_platforms(
    settings: Settings, database: Database, organisation_id: int, clock: Clock,
    *, observe: Count | None = None,
) -> ConfiguredPlatforms:  # fmt: skip
    """The platforms that the settings name, on the accounts of this organisation; `aclose` at the
    end."""
    accounts = open_accounts(settings, clock, observe=observe)
    if settings.sandbox is None:
        return ConfiguredPlatforms([], accounts=accounts)
    async with database.reading() as session:
        organisation = await session.get_one(Organisation, organisation_id)
    market_clock = MarketClock(
        clock,
        epoch=organisation.created_at,
        zone=ZoneInfo(organisation.timezone),
        day_seconds=settings.sandbox.day_seconds,
    )
    sandbox = SandboxPlatform(database, organisation_id, market_clock, settings.sandbox)
    return ConfiguredPlatforms([sandbox], accounts=accounts)


def open_accounts(
    settings: Settings, clock: Clock, *, observe: Count | None = None
) -> list[LazyPlatform]:
    """Every account of the settings, the first of each platform first. Nobody is asked yet."""
    return [LazyPlatform(link) for link in _links(settings, clock, observe or _ignore)]


def _links(settings: Settings, clock: Clock, observe: Count) -> Iterator[Link]:
    for platform in PLATFORMS:
        for name, account in settings.ad_accounts(platform).items():
            yield Link(
                account=AdAccount(platform=platform, name=name, id=account.id),
                min_daily_budget=account.min_daily_budget,
                zone=ZoneInfo(account.timezone),
                open=partial(_open, account, clock, partial(observe, platform)),
            )  # fmt: skip


async def _open(
    account: AccountSettings, clock: Clock, observe: Callable[[str, str], None]
) -> AccountPlatform:
    match account:
        case MetaSettings():
            return await MetaPlatform.open(account, clock, observe=observe)
        case TikTokSettings():
            return TikTokPlatform(account, clock, observe=observe)
        case GoogleAdsSettings():
            return GooglePlatform(account, clock, observe=observe)


def sandbox_of(platforms: AdPlatforms) -> SandboxPlatform | None:
    """The sandbox among the platforms, for what only a sandbox can do: a past for the demo."""
    return platforms.sandbox if isinstance(platforms, ConfiguredPlatforms) else None


def _ignore(platform: str, endpoint: str, status: str) -> None:
    """Nobody counts."""
