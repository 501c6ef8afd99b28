"""Which platforms an organisation has."""

import pytest

from config.settings import SandboxSettings, Settings
from storage.database import Database
from tests.builders.organisation import an_organisation
from tests.contracts.ad_platform import a_spec
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.configured import ConfiguredPlatforms, open_platforms, sandbox_of
from tools.campaigns.platforms.errors import ErrorCode, PlatformNotConfigured


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def opened(
    database: Database, clock: FakeClock, sandbox: SandboxSettings | None
) -> ConfiguredPlatforms:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    settings = Settings(sandbox=sandbox, _env_file=None)
    return await open_platforms(settings, database, organisation.id, clock)


async def test_the_sandbox_is_there_unless_switched_off(
    database: Database, clock: FakeClock
) -> None:
    platforms = await opened(database, clock, SandboxSettings())
    assert platforms.names == ("sandbox",)
    assert platforms.get("sandbox").name == "sandbox"


async def test_an_unconnected_platform_is_refused_with_those_that_are_connected(
    database: Database, clock: FakeClock
) -> None:
    platforms = await opened(database, clock, SandboxSettings())
    with pytest.raises(PlatformNotConfigured) as caught:
        platforms.get("meta")
    assert caught.value.code is ErrorCode.NO_AD_ACCOUNT
    assert caught.value.values == {"platform": "meta", "configured": "sandbox"}


async def test_without_a_sandbox_there_is_none(database: Database, clock: FakeClock) -> None:
    platforms = await opened(database, clock, None)
    assert platforms.names == ()
    assert sandbox_of(platforms) is None


async def test_calls_are_repeated_for_everybody(database: Database, clock: FakeClock) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    sandbox = sandbox_of(await opened(database, clock, SandboxSettings()))
    assert sandbox is not None
    sandbox.faults.lose_answer("create_campaign")
    platforms = ConfiguredPlatforms([sandbox], sleep=sleep)
    assert await platforms.get("sandbox").create_campaign(a_spec(), key="k")
    assert slept == [1]


async def test_days_are_those_of_the_organisation_and_as_short_as_set(
    database: Database, clock: FakeClock
) -> None:
    platforms = await opened(database, clock, SandboxSettings(day_seconds=43_200))
    # 321 days and two hours after the organisation began, at twice the speed, in Shanghai.
    assert platforms.get("sandbox").today(clock.now()).isoformat() == "2027-10-05"
