"""How often a call is repeated, and that a create is not repeated blindly."""

import asyncio
from datetime import timedelta

import pytest

from storage.database import Database
from tests.contracts.ad_platform import ACTIVE, a_spec
from tests.fakes.clock import FakeClock
from tests.unit.tools.campaigns.platforms.market import Market, open_market
from tools.campaigns.platforms.errors import (
    ErrorCode,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
)  # fmt: skip
from tools.campaigns.platforms.patient import PatientPlatform
from tools.campaigns.platforms.retries import retrying


class Line:
    """A call that fails with each of `errors` in turn and then succeeds."""

    def __init__(self, *errors: PlatformError) -> None:
        self._errors = list(errors)
        self.calls = 0
        self.slept: list[float] = []

    async def __call__(self) -> str:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return "done"

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def run(self) -> str:
        return await retrying(self, platform="meta", sleep=self.sleep)


def unavailable(retry_after: float | None = None) -> PlatformUnavailable:
    return PlatformUnavailable(ErrorCode.SERVICE_UNAVAILABLE, "meta", retry_after=retry_after)


async def test_a_busy_platform_is_asked_again_after_one_and_two_seconds() -> None:
    line = Line(unavailable(), unavailable())
    assert await line.run() == "done"
    assert (line.calls, line.slept) == (3, [1, 2])


async def test_after_three_attempts_the_last_error_is_told() -> None:
    last = unavailable()
    line = Line(unavailable(), unavailable(), last, unavailable())
    with pytest.raises(PlatformUnavailable) as caught:
        await line.run()
    assert caught.value is last
    assert line.calls == 3


@pytest.mark.parametrize("code", [code for code in ErrorCode if not code.transient])
async def test_a_refusal_is_final(code: ErrorCode) -> None:
    line = Line(PlatformRefused(code, "meta"))
    with pytest.raises(PlatformRefused):
        await line.run()
    assert (line.calls, line.slept) == (1, [])


async def test_an_unexplained_error_is_final_too() -> None:
    line = Line(PlatformUnavailable(ErrorCode.UNKNOWN_ERROR, "meta"))
    with pytest.raises(PlatformUnavailable):
        await line.run()
    assert line.calls == 1


async def test_the_time_that_the_platform_names_is_waited() -> None:
    line = Line(unavailable(retry_after=17))
    await line.run()
    assert line.slept == [17]


async def test_a_wait_of_minutes_is_left_to_somebody_who_can_wait() -> None:
    line = Line(unavailable(retry_after=300))
    with pytest.raises(PlatformUnavailable):
        await line.run()
    assert (line.calls, line.slept) == (1, [])


async def test_a_call_without_an_answer_becomes_unavailable() -> None:
    line = Line()

    async def silent() -> str:
        line.calls += 1
        await asyncio.Event().wait()
        return "never"

    with pytest.raises(PlatformUnavailable, match="no answer in"):
        await retrying(silent, platform="meta", sleep=line.sleep, seconds=0.001)
    assert (line.calls, line.slept) == (3, [1, 2])


async def _at_once(seconds: float) -> None:
    assert seconds >= 0


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def market(database: Database, clock: FakeClock) -> Market:
    return await open_market(database, clock)


@pytest.fixture
def patient(market: Market) -> PatientPlatform:
    return PatientPlatform(market.platform, sleep=_at_once)


async def test_a_create_whose_answer_was_lost_is_found_instead_of_repeated(
    market: Market, patient: PatientPlatform
) -> None:
    market.platform.faults.lose_answer("create_campaign")
    # Were the create repeated, this would strike it.
    market.platform.faults.refuse("create_campaign", ErrorCode.INSUFFICIENT_FUNDS)
    created = await patient.create_campaign(a_spec(), key="k")
    assert created == await market.platform.find_campaign("k")


async def test_a_create_that_did_not_happen_is_repeated(
    market: Market, patient: PatientPlatform
) -> None:
    market.platform.faults.refuse("create_campaign", ErrorCode.RATE_LIMIT_EXCEEDED, times=2)
    created = await patient.create_campaign(a_spec(), key="k")
    assert created == await market.platform.find_campaign("k")


async def test_a_create_that_cannot_be_read_back_is_not_repeated(
    market: Market, patient: PatientPlatform
) -> None:
    market.platform.faults.lose_answer("create_campaign")
    market.platform.faults.refuse("find_campaign", ErrorCode.AUTH_FAILED)
    market.platform.faults.refuse("create_campaign", ErrorCode.INSUFFICIENT_FUNDS)
    with pytest.raises(PlatformRefused) as caught:
        await patient.create_campaign(a_spec(), key="k")
    assert caught.value.code is ErrorCode.AUTH_FAILED


@pytest.mark.parametrize("method", ["set_status", "find_campaign", "get_campaign"])
async def test_other_calls_outlast_a_short_outage(
    market: Market, patient: PatientPlatform, method: str
) -> None:
    campaign = await patient.create_campaign(a_spec(), key="k")
    market.platform.faults.lose_answer(method)
    market.platform.faults.refuse(method, ErrorCode.SERVICE_UNAVAILABLE)
    await patient.set_status(campaign.external_id, ACTIVE)
    found = await patient.find_campaign("k")
    assert found == await patient.get_campaign(campaign.external_id)
    assert found is not None
    assert found.status is ACTIVE


async def test_a_slow_platform_is_given_up(market: Market) -> None:
    impatient = PatientPlatform(market.platform, sleep=_at_once, seconds=0.001)
    market.platform.faults.slow_down("get_campaign", timedelta(hours=1), times=3)
    with pytest.raises(PlatformUnavailable):
        await impatient.get_campaign("sb-c1")
