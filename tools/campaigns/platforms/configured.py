"""The ad platforms of one organisation, as `tools.ports.AdPlatforms` wants them."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from config.clock import Clock
from config.settings import Settings
from storage.database import Database
from storage.tables.organisation import Organisation
from tools.campaigns.platforms.base import AdPlatform
from tools.campaigns.platforms.errors import PlatformNotConfigured
from tools.campaigns.platforms.patient import PatientPlatform
from tools.campaigns.platforms.retries import Sleep
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.platform import SandboxPlatform
from tools.ports import AdPlatforms


class ConfiguredPlatforms:
    def __init__(self, platforms: Sequence[AdPlatform], *, sleep: Sleep = asyncio.sleep) -> None:
        self._bare = {platform.name: platform for platform in platforms}
        self._patient = {
            name: PatientPlatform(bare, sleep=sleep) for name, bare in self._bare.items()
        }

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._patient)

    @property
    def sandbox(self) -> SandboxPlatform | None:
        """The sandbox itself, with what no other platform has."""
        bare = self._bare.get(SandboxPlatform.name)
        return bare if isinstance(bare, SandboxPlatform) else None

    def get(self, name: str) -> AdPlatform:
        """The platform called `name`, with retries; raises PlatformNotConfigured."""
        if name not in self._patient:
            raise PlatformNotConfigured(name, self.names)
        return self._patient[name]


async def open_platforms(
    settings: Settings, database: Database, organisation_id: int, clock: Clock
) -> ConfiguredPlatforms:
    """The platforms that the settings name, on the accounts of this organisation."""
    if settings.sandbox is None:
        return ConfiguredPlatforms([])
    async with database.reading() as session:
        organisation = await session.get_one(Organisation, organisation_id)
    market_clock = MarketClock(
        clock,
        epoch=organisation.created_at,
        zone=ZoneInfo(organisation.timezone),
        day_seconds=settings.sandbox.day_seconds,
    )
    return ConfiguredPlatforms(
        [SandboxPlatform(database, organisation_id, market_clock, settings.sandbox)]
    )


def sandbox_of(platforms: AdPlatforms) -> SandboxPlatform | None:
    """The sandbox among the platforms, for what only a sandbox can do: a past for the demo."""
    return platforms.sandbox if isinstance(platforms, ConfiguredPlatforms) else None
