"""What Meta refuses means the same to us as on every platform, and keeps Meta's own words for it."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import structlog

from tests.contracts.ad_platform import a_spec
from tests.emulators.ads.meta import errors
from tests.emulators.ads.meta.errors import GraphError
from tests.emulators.ads.meta.faults import Fault, Kind
from tests.integration.ads.meta import TOKEN, MetaHarness, running_meta
from tools.campaigns.platforms.errors import (
    ErrorCode,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    UnknownObject,
)  # fmt: skip

THROTTLED = ErrorCode.RATE_LIMIT_EXCEEDED
EXPIRED = ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED
TABLE = [
    *[((190, subcode), EXPIRED) for subcode in (None, 458, 460, 463, 464, 467)],
    ((102, None), EXPIRED),
    ((190, 459), ErrorCode.AUTH_FAILED),
    ((104, None), ErrorCode.AUTH_FAILED),
    ((10, None), ErrorCode.AUTH_FAILED),
    ((200, None), ErrorCode.AUTH_FAILED),
    ((294, None), ErrorCode.AUTH_FAILED),
    ((368, None), ErrorCode.POLICY_VIOLATION),
    ((4, None), THROTTLED),
    ((17, 2446079), THROTTLED),
    ((32, None), THROTTLED),
    ((613, 1487742), THROTTLED),
    ((80000, None), THROTTLED),
    ((80004, None), THROTTLED),
    ((80014, None), THROTTLED),
    ((100, 1885364), ErrorCode.INVALID_REQUEST),
    ((100, 1885621), ErrorCode.INVALID_REQUEST),
    ((1, None), ErrorCode.SERVICE_UNAVAILABLE),
    ((2, None), ErrorCode.SERVICE_UNAVAILABLE),
    ((-3, None), ErrorCode.UNKNOWN_ERROR),
]


@pytest.fixture
async def meta() -> AsyncIterator[MetaHarness]:
    async with running_meta() as harness:
        yield harness


@pytest.mark.parametrize(
    ("case", "meaning"), TABLE, ids=lambda value: "/".join(map(str, value)) if
    isinstance(value, tuple) else value.name,
)  # fmt: skip
async def test_every_error_of_the_table_has_its_meaning(
    meta: MetaHarness, case: tuple[int, int | None], meaning: ErrorCode
) -> None:
    meta.emulator.faults.refuse(GraphError(case[0], "Said by Meta", subcode=case[1]))
    with pytest.raises(PlatformError) as caught:
        await meta.platform.find_campaign("k")
    assert caught.value.code is meaning
    assert caught.value.platform_code == "/".join(str(part) for part in case if part)
    assert caught.value.request_id is not None
    assert isinstance(caught.value, PlatformUnavailable) == meaning.transient


async def test_a_transient_error_without_a_known_code_may_be_repeated(meta: MetaHarness) -> None:
    meta.emulator.faults.refuse(GraphError(9_999, "Try again", transient=True))
    with pytest.raises(PlatformUnavailable) as caught:
        await meta.platform.find_campaign("k")
    assert caught.value.code is ErrorCode.SERVICE_UNAVAILABLE


async def test_when_throttled_meta_says_how_long_to_wait(meta: MetaHarness) -> None:
    meta.emulator.faults.refuse(GraphError(80_004, "Too many calls"), regain=3)
    with pytest.raises(PlatformUnavailable) as caught:
        await meta.platform.find_campaign("k")
    assert caught.value.retry_after == 180


async def test_a_throttle_that_names_no_time_is_left_to_the_retries(meta: MetaHarness) -> None:
    meta.emulator.faults.refuse(GraphError(17, "Too many calls"))
    with pytest.raises(PlatformUnavailable) as caught:
        await meta.platform.find_campaign("k")
    assert caught.value.retry_after is None


async def test_a_page_of_a_gateway_is_no_answer_of_meta(meta: MetaHarness) -> None:
    meta.emulator.faults.plan(Fault(kind=Kind.gateway))
    with pytest.raises(PlatformUnavailable) as caught:
        await meta.platform.find_campaign("k")
    assert caught.value.code is ErrorCode.SERVICE_UNAVAILABLE
    assert caught.value.platform_code is None


async def test_what_meta_refuses_in_an_ad_set_is_a_wrong_request(meta: MetaHarness) -> None:
    meta.emulator.world.accounts["501"].pixel = "another"
    with pytest.raises(PlatformRefused) as caught:
        await meta.platform.create_campaign(a_spec(), key="k")
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert await meta.platform.find_campaign("k") is None


async def test_an_unknown_object_keeps_metas_own_words(meta: MetaHarness) -> None:
    with pytest.raises(UnknownObject) as caught:
        await meta.platform.get_campaign("123456")
    assert caught.value.platform_code == "100/33"


async def test_a_budget_that_the_currency_cannot_express_is_not_rounded(meta: MetaHarness) -> None:
    campaign = await meta.platform.create_campaign(a_spec(), key="k")
    meta.emulator.calls.clear()
    with pytest.raises(PlatformRefused):
        await meta.platform.set_daily_budget(campaign.ad_sets[0].external_id, Decimal("50.005"))
    assert meta.emulator.writes == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (2, ErrorCode.POLICY_VIOLATION),
        (3, ErrorCode.INSUFFICIENT_FUNDS),
        (7, ErrorCode.POLICY_VIOLATION),
        (101, ErrorCode.NO_AD_ACCOUNT),
    ],
)
async def test_an_account_on_which_nothing_can_run_is_refused_at_once(
    meta: MetaHarness, status: int, code: ErrorCode
) -> None:
    meta.emulator.world.accounts["501"].account_status = status
    with pytest.raises(PlatformRefused) as caught:
        await meta.on_account("501")
    assert caught.value.code is code


async def test_the_token_is_in_no_address_no_log_and_no_error(meta: MetaHarness) -> None:
    meta.emulator.calls.clear()
    meta.emulator.faults.refuse(errors.service(), method="POST", edge="ads", skip=1)
    with structlog.testing.capture_logs() as logged, pytest.raises(PlatformError) as caught:
        await meta.platform.create_campaign(a_spec(), key="k")
    assert TOKEN not in f"{logged} {caught.value!r}"
    assert logged
    assert {call.token for call in meta.emulator.calls} == {TOKEN}
    assert not any(TOKEN in value for call in meta.emulator.calls for value in call.given.values())


async def test_a_token_that_meta_repeats_in_its_answer_is_not_logged(meta: MetaHarness) -> None:
    meta.emulator.world.accounts["501"].token = "EAAB-another"
    with structlog.testing.capture_logs() as logged, pytest.raises(PlatformRefused) as caught:
        await meta.platform.find_campaign("k")
    assert caught.value.code is EXPIRED
    assert [line["platform_code"] for line in logged] == ["190"]
    assert TOKEN not in f"{logged} {caught.value!r}"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_answer_that_lacks_what_it_should_hold_is_an_open_outcome(
    meta: MetaHarness, method: str
) -> None:
    meta.emulator.faults.plan(Fault(kind=Kind.empty, method=method))
    with pytest.raises(PlatformUnavailable) as caught:
        await meta.platform.create_campaign(a_spec(), key="k")
    assert caught.value.code is ErrorCode.UNKNOWN_ERROR


async def test_calls_are_counted_by_what_they_do(meta: MetaHarness) -> None:
    meta.counted.clear()
    meta.emulator.faults.refuse(errors.service(), method="POST", edge="adsets")
    with pytest.raises(PlatformUnavailable):
        await meta.platform.create_campaign(a_spec(), key="k")
    assert meta.counted == [
        ("campaigns", "200"), ("campaigns_create", "200"), ("adsets_create", "500"),
    ]  # fmt: skip
