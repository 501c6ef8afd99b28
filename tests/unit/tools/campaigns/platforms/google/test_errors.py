"""Google's errors under our codes, with Google's own kept."""

from typing import Any

import httpx
import pytest

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused, PlatformUnavailable
from tools.campaigns.platforms.google.errors import translated

FAILURE = "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure"
TABLE = {
    "quotaError.RESOURCE_EXHAUSTED": (429, ErrorCode.QUOTA_EXCEEDED),
    "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED": (429, ErrorCode.RATE_LIMIT_EXCEEDED),
    "quotaError.EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION": (
        429, ErrorCode.RATE_LIMIT_EXCEEDED,
    ),
    "authenticationError.OAUTH_TOKEN_EXPIRED": (401, ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED),
    "authenticationError.OAUTH_TOKEN_REVOKED": (401, ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED),
    "authenticationError.DEVELOPER_TOKEN_INVALID": (401, ErrorCode.AUTH_FAILED),
    "authenticationError.CUSTOMER_NOT_FOUND": (401, ErrorCode.NO_AD_ACCOUNT),
    "authorizationError.CUSTOMER_NOT_ENABLED": (403, ErrorCode.NO_AD_ACCOUNT),
    "authorizationError.USER_PERMISSION_DENIED": (403, ErrorCode.AUTH_FAILED),
    "authorizationError.DEVELOPER_TOKEN_NOT_APPROVED": (403, ErrorCode.AUTH_FAILED),
    "policyFindingError.POLICY_FINDING": (400, ErrorCode.POLICY_VIOLATION),
    "policyViolationError.POLICY_ERROR": (400, ErrorCode.POLICY_VIOLATION),
    "adError.LINE_TOO_WIDE": (400, ErrorCode.CREATIVE_REJECTED),
    "assetError.DUPLICATE_ASSET": (400, ErrorCode.CREATIVE_REJECTED),
    "internalError.INTERNAL_ERROR": (500, ErrorCode.SERVICE_UNAVAILABLE),
    "internalError.TRANSIENT_ERROR": (503, ErrorCode.SERVICE_UNAVAILABLE),
    "internalError.ERROR_CODE_NOT_PUBLISHED": (500, ErrorCode.UNKNOWN_ERROR),
    "databaseError.CONCURRENT_MODIFICATION": (400, ErrorCode.SERVICE_UNAVAILABLE),
    "campaignBudgetError.MONEY_AMOUNT_TOO_LARGE": (400, ErrorCode.INVALID_REQUEST),
    "fieldError.REQUIRED": (400, ErrorCode.INVALID_REQUEST),
    "someNewError.OF_TOMORROW": (500, ErrorCode.UNKNOWN_ERROR),
}  # fmt: skip


def an_answer(status: int, *codes: str, **more: Any) -> httpx.Response:
    errors = []
    for code in codes:
        kind, _, name = code.partition(".")
        errors.append({"errorCode": {kind: name}, "message": "…", **more})
    detail = {"@type": FAILURE, "errors": errors, "requestId": "r-1"}
    return httpx.Response(status, json={"error": {"code": status, "details": [detail]}})


@pytest.mark.parametrize("said", TABLE)
def test_a_code_of_google_becomes_one_of_ours(said: str) -> None:
    status, code = TABLE[said]
    error = translated(an_answer(status, said), "googleAds:mutate")
    assert (error.code, error.platform, error.platform_code, error.request_id) == (
        code, "google", said, "r-1",
    )  # fmt: skip
    assert isinstance(error, PlatformUnavailable if code.transient else PlatformRefused)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED), (403, ErrorCode.AUTH_FAILED),
        (404, ErrorCode.INVALID_REQUEST), (408, ErrorCode.SERVICE_UNAVAILABLE),
        (429, ErrorCode.RATE_LIMIT_EXCEEDED), (502, ErrorCode.SERVICE_UNAVAILABLE),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", ["<html>", "{}", '{"error": "text"}', "[]", "null"])
def test_without_a_failure_the_status_decides(status: int, code: ErrorCode, body: str) -> None:
    answer = httpx.Response(status, text=body, headers={"request-id": "r-2"})
    error = translated(answer, "googleAds:search")
    assert (error.code, error.platform_code, error.request_id) == (code, None, "r-2")


def test_a_stream_of_rows_puts_its_error_into_a_list() -> None:
    inner = an_answer(400, "queryError.UNRECOGNIZED_FIELD").json()
    error = translated(httpx.Response(400, json=[inner]), "googleAds:searchStream")
    assert error.platform_code == "queryError.UNRECOGNIZED_FIELD"


def test_the_cause_is_named_and_not_what_follows_from_it() -> None:
    follows = "newResourceCreationError.TEMP_ID_RESOURCE_HAD_ERRORS"
    error = translated(an_answer(400, follows, "labelError.DUPLICATE_NAME"), "googleAds:mutate")
    assert error.platform_code == "labelError.DUPLICATE_NAME"


def test_the_wait_that_google_asks_for_is_kept() -> None:
    said = "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED"
    delay = {"quotaErrorDetails": {"retryDelay": "30s"}}
    error = translated(an_answer(429, said, details=delay), "googleAds:mutate")
    assert isinstance(error, PlatformUnavailable)
    assert error.retry_after == 30
