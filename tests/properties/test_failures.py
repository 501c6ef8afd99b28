"""What goes wrong at a platform is tried again as far as that helps, and then told."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.builders.automation import Desk, a_campaign_order
from tests.properties.conftest import Stage
from tests.properties.examples import often
from tests.properties.quick_loop import QuickLoop
from tools.campaigns.platforms.base import AdPlatform, PlatformCampaign
from tools.campaigns.platforms.errors import ErrorCode, PlatformError, platform_error
from tools.campaigns.platforms.google import errors as google
from tools.campaigns.platforms.meta import errors as meta
from tools.campaigns.platforms.patient import PatientPlatform
from tools.campaigns.platforms.tiktok import errors as tiktok

FOUND = cast(PlatformCampaign, object())


class Troubled:
    """A platform that fails with these codes, one a call, or takes so many seconds for each; it
    answers well afterwards."""

    name = "sandbox"

    def __init__(self, codes: Sequence[ErrorCode] = (), seconds: Sequence[float] = ()) -> None:
        self.codes = [*codes]
        self.seconds = [*seconds]
        self.calls = 0

    async def get_campaign(self, campaign_id: str) -> PlatformCampaign:
        self.calls += 1
        if self.seconds:
            await asyncio.sleep(self.seconds.pop(0))
        if self.codes:
            raise platform_error(self.codes.pop(0), self.name)
        return FOUND


CODES = st.sampled_from([each for each in ErrorCode if each is not ErrorCode.INVALID_REQUEST])


# Feature: campaign-automation, Property 9: a call is tried at most 3 times with back-off, then there
# is a clear error
@often
@given(codes=st.lists(CODES, max_size=5))
def test_a_call_is_tried_three_times_at_most_and_ends_in_a_clear_error(
    codes: list[ErrorCode],
) -> None:
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    platform = Troubled(codes)
    patient = PatientPlatform(cast(AdPlatform, platform), sleep=wait)
    lasting = next((code for code in codes[:3] if not code.retryable), None)
    tried = codes.index(lasting) + 1 if lasting else min(len(codes) + 1, 3)
    if lasting is None and len(codes) < 3:
        assert asyncio.run(patient.get_campaign("1")) is FOUND
    else:
        with pytest.raises(PlatformError) as caught:
            asyncio.run(patient.get_campaign("1"))
        assert caught.value.code is codes[tried - 1]
        assert caught.value.retries == tried - 1
    assert platform.calls == tried
    assert waits == [1, 2][: tried - 1]


@pytest.mark.parametrize(("times", "code"), [(2, None), (3, 4000)])
def test_so_is_a_call_of_the_module(stage: Stage, desk: Desk, times: int, code: int | None) -> None:
    faults = desk.shop.sandbox.faults
    faults.refuse("create_campaign", ErrorCode.SERVICE_UNAVAILABLE, times=times)
    with capture_logs() as logs:
        answer = stage.run(desk.execute("create_campaign", a_campaign_order()))
    assert answer.get("error", {}).get("code") == code
    assert [each["retry_count"] for each in logs if "retry_count" in each] == ([2] if code else [])


# Feature: campaign-automation, Property 18: a call that takes 30 s is given up and tried again
@often
@given(seconds=st.lists(st.floats(0, 90).filter(lambda each: each != 30), min_size=3, max_size=3))
def test_a_call_that_takes_too_long_is_given_up_and_tried_again(seconds: list[float]) -> None:
    platform = Troubled(seconds=seconds)
    patient = PatientPlatform(cast(AdPlatform, platform))
    in_time = next((place for place, each in enumerate(seconds) if each < 30), None)
    expected = 3 if in_time is None else in_time + 1
    with asyncio.Runner(loop_factory=QuickLoop) as runner:
        if in_time is None:
            with pytest.raises(PlatformError) as caught:
                runner.run(patient.get_campaign("1"))
            assert caught.value.code is ErrorCode.SERVICE_UNAVAILABLE
        else:
            assert runner.run(patient.get_campaign("1")) is FOUND
        passed = cast(QuickLoop, runner.get_loop()).passed
    assert platform.calls == expected
    spent = sum(min(each, 30) for each in seconds[:expected]) + sum([1, 2][: expected - 1])
    assert passed == pytest.approx(spent, abs=0.1)


REQUESTS = st.text("abcdef0123456789", min_size=4, max_size=20)
OUR_CODE: dict[str, dict[Any, int]] = {
    "meta": {
        (190, 460): 6001, (190, 463): 6001, (190, 464): 6001, (190, 467): 6001, (102, None): 6001,
        (190, 459): 1002, (368, None): 6005, (4, None): 1003, (17, 2446079): 1003, (32, None): 1003,
        (613, 1487742): 1003, (80000, None): 1003, (80004, None): 1003, (80014, None): 1003,
        (4, 1504022): 1003, (100, 1504018): 1003, (100, 1885364): 1001, (100, 1885621): 1001,
        (1, None): 4000, (2, None): 4000, (10, None): 1002, (200, None): 1002,
    },
    "tiktok": {
        40000: 1001, 40002: 1001, 40001: 1002, 40007: 1001, 40050: 1001, 40100: 1003, 40132: 1003,
        40133: 1003, 40102: 6001, 40104: 1002, 40105: 6001, 40202: 4000, 40502: 1001, 50000: 4000,
        50002: 4000, 51010: 4000, 60001: 4000, 61000: 1003, 77777: 1000,
    },
    "google": {
        "quotaError.RESOURCE_EXHAUSTED": 1005, "authenticationError.OAUTH_TOKEN_EXPIRED": 6001,
        "authenticationError.OAUTH_TOKEN_REVOKED": 6001, "policyFindingError.POLICY_FINDING": 6005,
        "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED": 1003,
        "authorizationError.USER_PERMISSION_DENIED": 1002, "internalError.TRANSIENT_ERROR": 4000,
        "campaignBudgetError.MONEY_AMOUNT_TOO_LARGE": 1001,
        "authenticationError.CUSTOMER_NOT_FOUND": 6000,
    },
}  # fmt: skip
CASES = st.sampled_from([(name, case) for name, cases in OUR_CODE.items() for case in cases])


def answered(platform: str, case: Any, request: str) -> tuple[PlatformError, str]:
    """The error of what the platform answers, and what it calls it."""
    if platform == "meta":
        code, subcode = case
        told = {"code": code, "error_subcode": subcode, "message": "no", "fbtrace_id": request}
        error = meta.GraphError.of(told)
        return meta.translated(error, "campaigns", retry_after=None), error.case
    if platform == "tiktok":
        return tiktok.translated(case, "no", request), str(case)
    kind, _, name = case.partition(".")
    failure = {
        "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
        "requestId": request, "errors": [{"errorCode": {kind: name}, "message": "no"}],
    }  # fmt: skip
    response = httpx.Response(400, json={"error": {"code": 400, "details": [failure]}})
    return google.translated(response, "campaigns"), case


# Feature: campaign-automation, Property 15: platform errors carry our code and the platform's details
@often
@given(case=CASES, request_id=REQUESTS)
def test_an_error_of_a_platform_has_our_code_and_its_own(
    desk: Desk, case: tuple[str, Any], request_id: str
) -> None:
    platform, theirs = case
    error, name = answered(platform, theirs, request_id)
    context = {"user_id": 1, "session_id": "s", "organisation": "o", "request_id": "mine"}
    told = desk.module.refuse("create_campaign", error, context)["error"]
    assert told["code"] == OUR_CODE[platform][theirs]
    assert told["type"] == ErrorCode(told["code"]).name
    assert told["message"]
    details = told["details"]
    assert (details["platform"], details["platform_code"]) == (platform, name)
    assert details["platform_request_id"] == request_id
    assert ("action_url" in details) == (told["code"] == 6001)
