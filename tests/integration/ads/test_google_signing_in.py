"""Access tokens come and go without anybody noticing; a dead permission is said plainly."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from tests.contracts.ad_platform import a_spec
from tests.emulators.ads.google.service import DEVELOPER_TOKEN, Fault
from tests.emulators.ads.google.tokens import CLIENT_SECRET
from tests.fakes.clock import FakeClock
from tests.integration.ads.google_account import GoogleHarness, google, platform_on
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused, PlatformUnavailable
from tools.campaigns.platforms.patient import PatientPlatform


@pytest.fixture
async def harness(clock: FakeClock) -> AsyncIterator[GoogleHarness]:
    async with google(clock) as harness:
        yield harness


async def at_once(seconds: float) -> None:
    """The waits between attempts."""


async def refusal(harness: GoogleHarness, **settings: Any) -> PlatformRefused:
    platform = platform_on(harness.emulator, harness.account, **settings)
    harness.open_platforms.push_async_callback(platform.aclose)
    with pytest.raises(PlatformRefused) as caught:
        await platform.find_campaign("k")
    return caught.value


async def test_one_token_serves_an_hour(harness: GoogleHarness, clock: FakeClock) -> None:
    await harness.platform.create_campaign(a_spec(), key="k")
    clock.advance(timedelta(minutes=58))
    await harness.platform.find_campaign("k")
    assert harness.emulator.tokens.asked == 1
    clock.advance(timedelta(minutes=3))
    await harness.platform.find_campaign("k")
    assert harness.emulator.tokens.asked == 2


async def test_a_token_that_ends_early_is_renewed_and_the_write_made_once(
    harness: GoogleHarness,
) -> None:
    await harness.platform.find_campaign("k")
    harness.emulator.service.faults["Mutate"] = [Fault.token_expired]
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    assert harness.emulator.tokens.asked == 2
    assert harness.emulator.service.calls.count("Mutate") == 2
    assert len(campaign.ad_sets) == 3
    assert len([*harness.account.of("campaign")]) == 3


async def test_many_calls_at_once_renew_it_once(harness: GoogleHarness) -> None:
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    harness.emulator.tokens.forget_access()
    assert await harness.platform.get_campaign(campaign.external_id) == campaign
    assert harness.emulator.tokens.asked == 2


async def test_a_permission_that_was_taken_back_needs_a_person(harness: GoogleHarness) -> None:
    harness.emulator.tokens.revoke(harness.account.refresh_token)
    error = await refusal(harness)
    assert (error.code, error.platform_code) == (
        ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED, "invalid_grant",
    )  # fmt: skip


async def test_a_wrong_secret_of_the_app_is_for_an_admin(harness: GoogleHarness) -> None:
    error = await refusal(harness, client_secret=SecretStr("wrong"))
    assert (error.code, error.platform_code) == (ErrorCode.AUTH_FAILED, "invalid_client")


async def test_a_wrong_developer_token_is_for_an_admin(harness: GoogleHarness) -> None:
    error = await refusal(harness, developer_token=SecretStr("wrong"))
    assert error.code is ErrorCode.AUTH_FAILED
    assert error.platform_code == "authenticationError.DEVELOPER_TOKEN_INVALID"
    assert error.request_id


async def test_a_token_that_is_refused_again_is_not_asked_for_for_ever(
    harness: GoogleHarness,
) -> None:
    harness.emulator.service.faults["SearchStream"] = [Fault.token_expired] * 2
    error = await refusal(harness)
    assert error.code is ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED
    assert harness.emulator.tokens.asked == 2


async def test_a_token_endpoint_that_is_down_is_asked_again(harness: GoogleHarness) -> None:
    harness.emulator.tokens.down = 2
    with pytest.raises(PlatformUnavailable):
        await harness.bare.find_campaign("k")
    assert await PatientPlatform(harness.bare, sleep=at_once).find_campaign("k") is None


async def test_an_account_below_a_manager_is_reached_through_it(clock: FakeClock) -> None:
    async with google(clock, login_customer_id="9876543210") as harness:
        assert await harness.platform.find_campaign("k") is None
        error = await refusal(harness, login_customer_id=None)
        assert error.platform_code == "authorizationError.USER_PERMISSION_DENIED"


async def test_no_secret_is_in_an_error_a_log_or_an_address(
    harness: GoogleHarness, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = await refusal(harness, developer_token=SecretStr("wrong-developer-token"))
        await harness.platform.create_campaign(a_spec(), key="k")
    secrets = (DEVELOPER_TOKEN, CLIENT_SECRET, harness.account.refresh_token, "ya29.",
               "wrong-developer-token")  # fmt: skip
    said = f"{error!r} {error} {error.__cause__!r} {caplog.text}"
    assert "googleAds:mutate" in caplog.text
    assert [secret for secret in secrets if secret in said] == []


async def test_the_settings_say_how_often_google_is_asked(harness: GoogleHarness) -> None:
    platform = platform_on(harness.emulator, harness.account, calls_per_minute=1)
    harness.open_platforms.push_async_callback(platform.aclose)
    await platform.find_campaign("k")
    with pytest.raises(PlatformUnavailable) as caught:
        await platform.find_campaign("k")
    assert caught.value.code is ErrorCode.RATE_LIMIT_EXCEEDED
    assert harness.emulator.service.calls == ["SearchStream"]


async def test_every_call_is_counted_without_ids(harness: GoogleHarness) -> None:
    counted: list[tuple[str, str]] = []
    platform = platform_on(
        harness.emulator, harness.account, observe=lambda *call: counted.append(call)
    )
    await platform.create_campaign(a_spec(), key="k")
    await platform.aclose()
    assert counted[0] == ("oauth2/token", "200")
    assert ("googleAds:mutate", "200") in counted
    assert not any(harness.account.customer_id in endpoint for endpoint, _ in counted)
