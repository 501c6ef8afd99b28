"""Which platforms an organisation has."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from config.settings import SandboxSettings, Settings
from storage.database import Database
from tests.builders.organisation import an_organisation
from tests.builders.tiktok import tiktok_settings
from tests.contracts.ad_platform import a_spec
from tests.emulators.ads.market import Market
from tests.emulators.ads.tiktok.world import Advertiser
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.accounts import AccountFacts, AccountPlatform, AdAccount, Link
from tools.campaigns.platforms.configured import (
    ConfiguredPlatforms,
    open_accounts,
    open_platforms,
    sandbox_of,
)
from tools.campaigns.platforms.errors import (
    AccountRemoved,
    ErrorCode,
    PlatformError,
    PlatformNotConfigured,
    PlatformRefused,
    platform_error,
)
from tools.campaigns.platforms.lazy import LazyPlatform


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
    assert caught.value.values == {"platform": "Meta", "configured": "sandbox"}


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


class Account:
    """A real platform's account whose opening the test decides; keeps who is open and closed."""

    name = "meta"
    min_daily_budget = Decimal(7)

    def __init__(self) -> None:
        self.opened = self.closed = 0
        self.trouble: PlatformError | None = None

    async def open(self) -> AccountPlatform:
        self.opened += 1
        if self.trouble is not None:
            raise self.trouble
        return cast(AccountPlatform, self)

    async def facts(self) -> AccountFacts:
        return AccountFacts(title="Shop", currency="CNY", zone="Europe/Berlin")

    async def find_campaign(self, key: str) -> None:
        await asyncio.sleep(0)

    def today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo("Europe/Berlin")).date()

    async def aclose(self) -> None:
        self.closed += 1


def linked(account: Account, id_: str = "501", name: str = "main") -> LazyPlatform:
    return LazyPlatform(
        Link(
            account=AdAccount(platform="meta", name=name, id=id_), open=account.open,
            min_daily_budget=Decimal(1), zone=ZoneInfo("Asia/Shanghai"),
        )
    )  # fmt: skip


async def no_wait(seconds: float) -> None:
    """Nobody waits."""


async def test_an_account_is_opened_once_by_whoever_needs_it_first(clock: FakeClock) -> None:
    account = Account()
    platforms = ConfiguredPlatforms([], accounts=[linked(account)], sleep=no_wait)
    meta = platforms.get("meta")
    assert (account.opened, meta.min_daily_budget) == (0, Decimal(1))
    await asyncio.gather(*(meta.find_campaign(key) for key in "abc"))
    assert (account.opened, meta.min_daily_budget) == (1, Decimal(7))
    assert platforms.get("meta", "501") is meta
    await platforms.aclose()
    assert account.closed == 1


async def test_days_are_the_accounts_own_once_it_is_open() -> None:
    meta = linked(Account())
    late = datetime(2026, 11, 18, 20, tzinfo=UTC)
    assert meta.today(late) == date(2026, 11, 19)
    await meta.find_campaign("k")
    assert meta.today(late) == date(2026, 11, 18)


async def test_an_account_that_was_never_needed_has_nothing_to_close() -> None:
    account = Account()
    await ConfiguredPlatforms([], accounts=[linked(account)]).aclose()
    assert (account.opened, account.closed) == (0, 0)


async def test_a_refusal_names_the_account_and_the_next_call_tries_again() -> None:
    account = Account()
    account.trouble = platform_error(ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED, "meta")
    platforms = ConfiguredPlatforms([], accounts=[linked(account)], sleep=no_wait)
    with pytest.raises(PlatformRefused) as caught:
        await platforms.get("meta").find_campaign("k")
    assert caught.value.account_id == "501"
    account.trouble = None
    assert await platforms.facts(platforms.accounts[0]) == await account.facts()


async def test_each_account_is_its_own_and_one_that_is_gone_is_refused() -> None:
    first, second = Account(), Account()
    platforms = ConfiguredPlatforms(
        [], accounts=[linked(first), linked(second, "502", "eu")], sleep=no_wait
    )
    await platforms.get("meta", "502").find_campaign("k")
    assert (first.opened, second.opened) == (0, 1)
    assert platforms.get("meta") is platforms.get("meta", "501")
    with pytest.raises(AccountRemoved) as caught:
        platforms.get("meta", "503")
    assert (caught.value.code, caught.value.account_id) == (ErrorCode.NO_AD_ACCOUNT, "503")
    with pytest.raises(AccountRemoved):
        platforms.get("tiktok", "7")


def test_settings_name_the_accounts_and_nobody_is_asked(clock: FakeClock) -> None:
    settings = Settings(
        tiktok=tiktok_settings("http://127.0.0.1:9", advertiser("71")),
        tiktok_accounts={"eu": tiktok_settings("http://127.0.0.1:9", advertiser("72"))},
        _env_file=None,
    )
    found = [each.account for each in open_accounts(settings, clock)]
    assert [(each.platform, each.name, each.id) for each in found] == [
        ("tiktok", "main", "71"), ("tiktok", "eu", "72"),
    ]  # fmt: skip


def advertiser(id_: str) -> Advertiser:
    return Advertiser(id=id_, market=Market(FakeClock()), numbers=count(1))
