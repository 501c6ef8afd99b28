"""What TikTok's codes become, and how long is waited after too many calls."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders.tiktok import TikTokTown, a_small_spec, patient, tiktok_platform, tiktok_town
from tests.emulators.ads.tiktok.server import TikTokEmulator
from tests.emulators.ads.tiktok.world import Advertiser
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.errors import (
    ErrorCode,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
)  # fmt: skip

CODES = {
    40000: ErrorCode.INVALID_REQUEST,
    40001: ErrorCode.AUTH_FAILED,
    40002: ErrorCode.INVALID_REQUEST,
    40007: ErrorCode.INVALID_REQUEST,
    40050: ErrorCode.INVALID_REQUEST,
    40100: ErrorCode.RATE_LIMIT_EXCEEDED,
    40132: ErrorCode.RATE_LIMIT_EXCEEDED,
    40133: ErrorCode.RATE_LIMIT_EXCEEDED,
    61000: ErrorCode.RATE_LIMIT_EXCEEDED,
    40102: ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    40104: ErrorCode.AUTH_FAILED,
    40105: ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    40202: ErrorCode.SERVICE_UNAVAILABLE,
    40300: ErrorCode.NO_AD_ACCOUNT,
    40502: ErrorCode.INVALID_REQUEST,
    40903: ErrorCode.CREATIVE_NOT_FOUND,
    40904: ErrorCode.CREATIVE_REJECTED,
    41000: ErrorCode.POLICY_VIOLATION,
    50000: ErrorCode.SERVICE_UNAVAILABLE,
    50002: ErrorCode.SERVICE_UNAVAILABLE,
    51008: ErrorCode.SERVICE_UNAVAILABLE,
    60001: ErrorCode.SERVICE_UNAVAILABLE,
    49999: ErrorCode.UNKNOWN_ERROR,
}


@pytest.fixture
async def town(clock: FakeClock) -> AsyncIterator[TikTokTown]:
    async with tiktok_town(clock) as opened:
        yield opened


async def refused(town: TikTokTown) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        await town.platform.find_campaign("k")
    return caught.value


@pytest.mark.parametrize(("code", "ours"), CODES.items())
async def test_a_code_is_translated_and_kept(town: TikTokTown, code: int, ours: ErrorCode) -> None:
    town.emulator.faults.next("code", "campaign/get", code=code)
    error = await refused(town)
    assert (error.code, error.platform, error.platform_code) == (ours, "tiktok", str(code))
    assert error.request_id
    assert isinstance(error, PlatformUnavailable if ours.transient else PlatformRefused)


@pytest.mark.parametrize("kind", ["page", "cut", "lost"])
async def test_an_answer_that_is_not_tiktoks_is_a_service_that_is_away(
    town: TikTokTown, kind: str
) -> None:
    town.emulator.faults.next(kind, "campaign/get")
    assert (await refused(town)).code is ErrorCode.SERVICE_UNAVAILABLE


async def test_a_change_that_was_done_in_part_leaves_its_outcome_open(town: TikTokTown) -> None:
    made = await town.platform.create_campaign(a_small_spec(), key="k")
    town.emulator.faults.next("code", "campaign/status/update", code=20001)
    with pytest.raises(PlatformUnavailable) as caught:
        await town.platform.set_status(made.external_id, DeliveryStatus.active)
    assert (caught.value.code, caught.value.platform_code) == (ErrorCode.UNKNOWN_ERROR, "20001")


async def test_an_expired_or_revoked_token_wants_a_new_grant(town: TikTokTown) -> None:
    town.account.expire()
    assert (await refused(town)).code is ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED
    town.account.revoke()
    assert (await refused(town)).code is ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED


async def test_the_account_of_another_is_not_ours(town: TikTokTown) -> None:
    stranger = town.emulator.advertiser()
    with pytest.raises(PlatformRefused) as caught:
        await town.another(town.account, advertiser_id=stranger.id).find_campaign("k")
    assert (caught.value.code, caught.value.platform_code) == (ErrorCode.AUTH_FAILED, "40001")


@pytest.mark.parametrize("code", [40100, 40132, 40133, 61000])
async def test_after_too_many_calls_nobody_calls_for_five_minutes(
    town: TikTokTown, code: int
) -> None:
    town.emulator.faults.next("code", "campaign/get", code=code)
    first = await refused(town)
    assert isinstance(first, PlatformUnavailable)
    assert first.retry_after == 300
    town.clock.advance(timedelta(minutes=4))
    second = await refused(town)
    assert isinstance(second, PlatformUnavailable)
    assert second.retry_after == 60
    assert len(town.emulator.calls) == 1
    town.clock.advance(timedelta(minutes=1))
    assert await town.platform.find_campaign("k") is None


async def test_the_five_minutes_are_not_waited_for_in_a_call(town: TikTokTown) -> None:
    town.emulator.faults.next("code", "campaign/get", code=40100)
    with pytest.raises(PlatformUnavailable):
        await patient(town.platform).find_campaign("k")
    assert len(town.emulator.calls) == 1


async def test_over_the_days_limit_calls_go_on_at_midnight_utc(town: TikTokTown) -> None:
    town.emulator.faults.next("code", "campaign/get", code=40100, message="Over QPD of the app")
    assert (await refused(town)).code is ErrorCode.QUOTA_EXCEEDED
    town.clock.advance(datetime(2026, 11, 18, 23, 59, tzinfo=UTC) - town.now())
    assert (await refused(town)).code is ErrorCode.QUOTA_EXCEEDED
    town.clock.advance(timedelta(minutes=1))
    assert await town.platform.find_campaign("k") is None


async def test_the_emulator_blocks_who_calls_too_often(clock: FakeClock) -> None:
    async with TikTokEmulator(clock, per_minute=3) as emulator:
        account = emulator.advertiser()
        for _ in range(3):
            await _find_anew(emulator, account, clock)
        with pytest.raises(PlatformUnavailable, match="over QPM"):
            await _find_anew(emulator, account, clock)
        clock.advance(timedelta(minutes=4))
        with pytest.raises(PlatformUnavailable, match="over QPM"):
            await _find_anew(emulator, account, clock)
        clock.advance(timedelta(minutes=1))
        await _find_anew(emulator, account, clock)


async def test_the_token_is_in_no_address_and_no_error(town: TikTokTown) -> None:
    seen: list[tuple[str, str]] = []
    observed = tiktok_platform(
        town.emulator, town.account, town.clock, observe=lambda *called: seen.append(called)
    )
    town.open.push_async_callback(observed.aclose)
    campaign = await observed.create_campaign(a_small_spec(), key="k")
    await observed.get_campaign(campaign.external_id)
    town.account.expire()
    with pytest.raises(PlatformRefused) as caught:
        await observed.get_campaign(campaign.external_id)
    everything = f"{town.emulator.calls} {caught.value!r} {caught.value} {seen}"
    assert town.account.token not in everything
    assert campaign.external_id not in f"{seen}"
    assert ("campaign/create", "200") in seen


async def _find_anew(emulator: TikTokEmulator, account: Advertiser, clock: FakeClock) -> None:
    """By a process that does not know what was said to others."""
    platform = tiktok_platform(emulator, account, clock)
    try:
        await platform.find_campaign("k")
    finally:
        await platform.aclose()
