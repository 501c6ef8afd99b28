"""What an ad account says of itself on each platform, and what the doctor makes of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from config.settings import Settings
from storage.database import Database
from tests.builders.organisation import an_organisation
from tests.builders.tiktok import tiktok_settings
from tests.emulators.ads.google.server import GoogleAdsEmulator
from tests.emulators.ads.google.service import Fault
from tests.emulators.ads.meta.errors import expired_token
from tests.emulators.ads.meta.server import MetaEmulator
from tests.emulators.ads.tiktok.server import TikTokEmulator
from tests.fakes.clock import FakeClock
from tests.integration.ads import google_account, meta
from tools.campaigns.account_check import Checked, check_accounts


@dataclass(frozen=True, kw_only=True)
class Place:
    """An account at an emulator: its settings, and what can be done to it there."""

    settings: dict[str, Any]
    secret: str
    title: Callable[[str], None]
    currency: Callable[[str], None]
    expire: Callable[[], None]
    close: Callable[[], None]
    forbid: Callable[[], None]


@asynccontextmanager
async def at_meta(clock: FakeClock) -> AsyncIterator[Place]:
    async with MetaEmulator(clock) as emulator:
        account = emulator.world.account(meta.ACCOUNT, meta.TOKEN)
        yield Place(
            settings={"meta": meta.settings_of(emulator)}, secret=meta.TOKEN,
            title=_setter(account, "name"), currency=_setter(account, "currency"),
            expire=lambda: _ignored(emulator.faults.refuse(expired_token())),
            close=lambda: setattr(account, "account_status", 101),
            forbid=lambda: account.permissions.update(ads_management="declined"),
        )  # fmt: skip


@asynccontextmanager
async def at_tiktok(clock: FakeClock) -> AsyncIterator[Place]:
    async with TikTokEmulator(clock) as emulator:
        account = emulator.advertiser()
        yield Place(
            settings={"tiktok": tiktok_settings(emulator.url, account)}, secret=account.token,
            title=_setter(account, "title"), currency=_setter(account, "currency"),
            expire=account.expire, close=lambda: setattr(account, "status", "STATUS_DISABLE"),
            forbid=lambda: setattr(account, "scopes", frozenset({"advertiser"})),
        )  # fmt: skip


@asynccontextmanager
async def at_google(clock: FakeClock) -> AsyncIterator[Place]:
    async with GoogleAdsEmulator(clock) as emulator:
        account = emulator.open_account()
        yield Place(
            settings={"google": google_account.settings_of(emulator, account)},
            secret=account.refresh_token,
            title=_setter(account, "title"), currency=_setter(account, "currency"),
            expire=lambda: emulator.tokens.revoke(account.refresh_token),
            close=lambda: emulator.service.faults.update(SearchStream=[Fault.account_disabled]),
            forbid=lambda: setattr(account, "read_only", True),
        )  # fmt: skip


def _setter(account: object, name: str) -> Callable[[str], None]:
    return lambda value: setattr(account, name, value)


def _ignored(found: object) -> None:
    """For what answers with more than is wanted."""


PLACES = {"meta": at_meta, "tiktok": at_tiktok, "google": at_google}


@pytest.fixture(params=PLACES)
async def place(request: pytest.FixtureRequest, clock: FakeClock) -> AsyncIterator[Place]:
    async with PLACES[request.param](clock) as opened:
        yield opened


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def checked(database: Database, place: Place, **more: Any) -> Checked:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    settings = Settings(organisation=organisation.slug, **place.settings, **more, _env_file=None)
    (found,) = await check_accounts(settings, database)
    for said in (found.seen, found.advice):
        assert place.secret not in said
    return found


async def test_an_account_that_is_fine_tells_its_name_money_and_days(
    database: Database, place: Place
) -> None:
    place.title("Autumn Shop")
    found = await checked(database, place)
    assert (found.seen, found.advice) == ("Autumn Shop, CNY, Asia/Shanghai", "")


async def test_another_currency_is_told(database: Database, place: Place) -> None:
    place.currency("USD")
    found = await checked(database, place)
    assert "reckons in CNY" in found.advice
    assert "USD" in found.advice


async def test_a_dead_token_is_told_with_what_to_do(database: Database, place: Place) -> None:
    place.expire()
    found = await checked(database, place)
    assert found.seen.startswith("6001 AD_ACCOUNT_TOKEN_EXPIRED")
    assert "set the new token" in found.advice


async def test_a_closed_account_is_told(database: Database, place: Place) -> None:
    place.close()
    assert (await checked(database, place)).seen.startswith("6000 NO_AD_ACCOUNT")


async def test_missing_rights_are_told(database: Database, place: Place) -> None:
    place.forbid()
    found = await checked(database, place)
    assert "rights are missing: " in found.advice


async def test_days_that_are_not_the_accounts_are_told(
    database: Database, clock: FakeClock
) -> None:
    async with at_google(clock) as place:
        elsewhere = place.settings["google"].model_copy(update={"timezone": "Europe/Berlin"})
        settings = {"google": elsewhere}
        place.settings.update(settings)
        assert "set its TIMEZONE to Asia/Shanghai" in (await checked(database, place)).advice


async def test_a_token_of_another_app_is_told(database: Database, clock: FakeClock) -> None:
    async with at_meta(clock) as place:
        wrong = place.settings["meta"].model_copy(update={"app_id": "901"})
        place.settings["meta"] = wrong
        assert "META_APP_ID 901" in (await checked(database, place)).advice


async def test_a_platform_that_is_down_is_told(database: Database, clock: FakeClock) -> None:
    async with at_meta(clock) as place:
        nowhere = {"base_url": "http://127.0.0.1:9"}
        place.settings["meta"] = place.settings["meta"].model_copy(update=nowhere)
        assert (await checked(database, place)).seen == "no answer"
