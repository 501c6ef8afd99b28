"""TikTok's codes in ours: it answers HTTP 200 to everything, and the code says what happened."""

import re
from datetime import datetime, time, timedelta
from typing import Final

from config.clock import Clock
from tools.campaigns.platforms.errors import ErrorCode, PlatformError, platform_error

NAME: Final = "tiktok"

OK, PARTIAL = 0, 20001
TOO_FREQUENT = frozenset({40100, 40132, 40133, 61000})
MINUTE_BLOCK = timedelta(minutes=5)

_CODES = {
    40000: ErrorCode.INVALID_REQUEST,
    40001: ErrorCode.AUTH_FAILED,
    40002: ErrorCode.INVALID_REQUEST,
    40007: ErrorCode.INVALID_REQUEST,
    40050: ErrorCode.INVALID_REQUEST,
    40101: ErrorCode.AUTH_FAILED,
    40102: ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    40104: ErrorCode.AUTH_FAILED,
    40105: ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    40113: ErrorCode.AUTH_FAILED,
    40125: ErrorCode.AUTH_FAILED,
    40130: ErrorCode.AUTH_FAILED,
    40202: ErrorCode.SERVICE_UNAVAILABLE,
    40300: ErrorCode.NO_AD_ACCOUNT,
    40302: ErrorCode.NO_AD_ACCOUNT,
    40502: ErrorCode.INVALID_REQUEST,
    40902: ErrorCode.CREATIVE_NOT_FOUND,
    40903: ErrorCode.CREATIVE_NOT_FOUND,
    40904: ErrorCode.CREATIVE_REJECTED,
    40905: ErrorCode.CREATIVE_NOT_FOUND,
    40907: ErrorCode.CREATIVE_REJECTED,
    40908: ErrorCode.CREATIVE_REJECTED,
    40912: ErrorCode.CREATIVE_NOT_FOUND,
    40913: ErrorCode.CREATIVE_NOT_FOUND,
    40916: ErrorCode.CREATIVE_REJECTED,
    41000: ErrorCode.POLICY_VIOLATION,
    50000: ErrorCode.SERVICE_UNAVAILABLE,
    50002: ErrorCode.SERVICE_UNAVAILABLE,
    60001: ErrorCode.SERVICE_UNAVAILABLE,
}
_SERVICES = range(51000, 52000)
_OF_THE_DAY = re.compile(r"\bQPD\b|per day|daily", re.IGNORECASE)


def translated(code: int, message: str, request_id: str | None) -> PlatformError:
    """The error of TikTok's code. `message` may quote what was sent: it goes to the log at most."""
    ours = _ours(code, message)
    limited = ours is ErrorCode.RATE_LIMIT_EXCEEDED
    error = platform_error(
        ours, NAME, detail=f"{code} {message}",
        retry_after=MINUTE_BLOCK.total_seconds() if limited else None,
    )  # fmt: skip
    return error.said(str(code), request_id)


def http_error(status: int) -> PlatformError:
    """The error of an answer that is none of TikTok's: a gateway's, or a web page."""
    known = {429: ErrorCode.RATE_LIMIT_EXCEEDED}
    other = ErrorCode.SERVICE_UNAVAILABLE if status >= 500 else ErrorCode.UNKNOWN_ERROR
    code = known.get(status, other)
    limited = code is ErrorCode.RATE_LIMIT_EXCEEDED
    return platform_error(
        code, NAME, detail=f"HTTP {status}",
        retry_after=MINUTE_BLOCK.total_seconds() if limited else None,
    )  # fmt: skip


def _ours(code: int, message: str) -> ErrorCode:
    if code in TOO_FREQUENT:
        daily = _OF_THE_DAY.search(message)
        return ErrorCode.QUOTA_EXCEEDED if daily else ErrorCode.RATE_LIMIT_EXCEEDED
    if code in _SERVICES:
        return ErrorCode.SERVICE_UNAVAILABLE
    return _CODES.get(code, ErrorCode.UNKNOWN_ERROR)


class Block:
    """TikTok's wait after too many calls: five minutes, or until 00:00 UTC over the day's limit.

    Calls within it would be refused as well, and might prolong it, so they are not made.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: datetime | None = None
        self._code = ErrorCode.RATE_LIMIT_EXCEEDED

    def check(self) -> None:
        """Raises the error of the wait while it lasts."""
        left = (self._until - self._clock.now()).total_seconds() if self._until else 0.0
        if left > 0:
            raise platform_error(self._code, NAME, detail="we wait", retry_after=left)

    def note(self, error: PlatformError) -> None:
        """Begin the wait when the error is about too many calls."""
        now = self._clock.now()
        if error.code is ErrorCode.RATE_LIMIT_EXCEEDED:
            self._until = now + MINUTE_BLOCK
        elif error.code is ErrorCode.QUOTA_EXCEEDED:
            tomorrow = now.date() + timedelta(days=1)
            self._until = datetime.combine(tomorrow, time(), now.tzinfo)
        else:
            return
        self._code = error.code
