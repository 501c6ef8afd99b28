"""What Google answers, as one of our codes; its own code and request id are kept.

A refusal carries a GoogleAdsFailure with one error per thing that is wrong; what Google calls an
error is `kind.NAME`, for instance `campaignBudgetError.MONEY_AMOUNT_TOO_LARGE`.
"""

from collections.abc import Iterator
from typing import Any

import httpx

from tools.campaigns.platforms.errors import ErrorCode, PlatformError, platform_error

PLATFORM = "google"
DUPLICATE_LABEL = "labelError.DUPLICATE_NAME"
REMOVED = frozenset({
    "contextError.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE",
    "campaignBudgetError.CAMPAIGN_BUDGET_REMOVED",
})  # fmt: skip
# Said of what comes after the thing that is really wrong.
_CONSEQUENCE = "newResourceCreationError.TEMP_ID_RESOURCE_HAD_ERRORS"
_BY_CODE = {
    "authenticationError.CUSTOMER_NOT_FOUND": ErrorCode.NO_AD_ACCOUNT,
    "authenticationError.CLIENT_CUSTOMER_ID_INVALID": ErrorCode.NO_AD_ACCOUNT,
    "authenticationError.NOT_ADS_USER": ErrorCode.NO_AD_ACCOUNT,
    "authenticationError.OAUTH_TOKEN_DISABLED": ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    "authenticationError.OAUTH_TOKEN_EXPIRED": ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    "authenticationError.OAUTH_TOKEN_INVALID": ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    "authenticationError.OAUTH_TOKEN_REVOKED": ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    "authorizationError.CUSTOMER_NOT_ENABLED": ErrorCode.NO_AD_ACCOUNT,
    "databaseError.CONCURRENT_MODIFICATION": ErrorCode.SERVICE_UNAVAILABLE,
    "internalError.DEADLINE_EXCEEDED": ErrorCode.SERVICE_UNAVAILABLE,
    "internalError.INTERNAL_ERROR": ErrorCode.SERVICE_UNAVAILABLE,
    "internalError.TRANSIENT_ERROR": ErrorCode.SERVICE_UNAVAILABLE,
    "quotaError.RESOURCE_EXHAUSTED": ErrorCode.QUOTA_EXCEEDED,
    "quotaError.ACCESS_PROHIBITED": ErrorCode.AUTH_FAILED,
    "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED": ErrorCode.RATE_LIMIT_EXCEEDED,
}
_BY_KIND = {
    "adError": ErrorCode.CREATIVE_REJECTED,
    "assetError": ErrorCode.CREATIVE_REJECTED,
    "authenticationError": ErrorCode.AUTH_FAILED,
    "authorizationError": ErrorCode.AUTH_FAILED,
    "internalError": ErrorCode.UNKNOWN_ERROR,
    "policyFindingError": ErrorCode.POLICY_VIOLATION,
    "policyViolationError": ErrorCode.POLICY_VIOLATION,
    "quotaError": ErrorCode.RATE_LIMIT_EXCEEDED,
}
_BY_STATUS = {
    401: ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    403: ErrorCode.AUTH_FAILED,
    408: ErrorCode.SERVICE_UNAVAILABLE,
    429: ErrorCode.RATE_LIMIT_EXCEEDED,
}


def translated(response: httpx.Response, endpoint: str) -> PlatformError:
    """The error of an answer that is not a success."""
    failures = list(_failures(response))
    said = [(code, error) for failure in failures for code, error in _codes(failure)]
    named = [pair for pair in said if pair[0] != _CONSEQUENCE] or said
    platform_code, error = named[0] if named else (None, {})
    request_id = next((f["requestId"] for f in failures if f.get("requestId")), None)
    return platform_error(
        _code(platform_code, response.status_code), PLATFORM,
        detail=f"{endpoint}: HTTP {response.status_code} {platform_code or ''}".rstrip(),
        retry_after=_retry_delay(error),
    ).said(platform_code, request_id or response.headers.get("request-id"))  # fmt: skip


def _code(platform_code: str | None, status: int) -> ErrorCode:
    if platform_code is None:
        if status >= 500:
            return ErrorCode.SERVICE_UNAVAILABLE
        return _BY_STATUS.get(status, ErrorCode.INVALID_REQUEST)
    kind = platform_code.partition(".")[0]
    known = _BY_CODE.get(platform_code) or _BY_KIND.get(kind)
    if known is not None:
        return known
    # A kind we do not know, answered as a fault of theirs, leaves the outcome open.
    return ErrorCode.UNKNOWN_ERROR if status >= 500 else ErrorCode.INVALID_REQUEST


def _failures(response: httpx.Response) -> Iterator[dict[str, Any]]:
    try:
        body = response.json()
    except ValueError:
        return
    # A stream of rows puts its error into a list, as it does with rows.
    body = body[0] if isinstance(body, list) and body else body
    error = body.get("error") if isinstance(body, dict) else None
    for detail in (error or {}).get("details", ()) if isinstance(error, dict) else ():
        if str(detail.get("@type", "")).endswith(".GoogleAdsFailure"):
            yield detail


def _codes(failure: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for error in failure.get("errors", ()):
        for kind, name in error.get("errorCode", {}).items():
            yield f"{kind}.{name}", error


def _retry_delay(error: dict[str, Any]) -> float | None:
    delay = str(error.get("details", {}).get("quotaErrorDetails", {}).get("retryDelay", ""))
    return float(delay.removesuffix("s")) if delay.endswith("s") else None
