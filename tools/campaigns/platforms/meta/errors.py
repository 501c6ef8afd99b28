"""What the Graph API's errors mean to us.

Its code says the kind and its subcode the case: 190/463 is an expired token, 190/459 an account
that Meta has locked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from tools.campaigns.platforms.errors import ErrorCode, PlatformError, platform_error

log = structlog.get_logger()

NAME = "meta"
# Answers that say "ask for a report instead of waiting for it".
INSIGHTS_THROTTLED = frozenset({"4/1504022", "4/1504039", "100/1504018"})
NO_SUCH_OBJECT = frozenset({"100", "100/33", "803"})

_BY_CASE = {
    (190, 459): ErrorCode.AUTH_FAILED,
    (100, 1504018): ErrorCode.RATE_LIMIT_EXCEEDED,
}
_BY_CODE = {
    1: ErrorCode.SERVICE_UNAVAILABLE,
    2: ErrorCode.SERVICE_UNAVAILABLE,
    3: ErrorCode.AUTH_FAILED,
    4: ErrorCode.RATE_LIMIT_EXCEEDED,
    10: ErrorCode.AUTH_FAILED,
    17: ErrorCode.RATE_LIMIT_EXCEEDED,
    32: ErrorCode.RATE_LIMIT_EXCEEDED,
    100: ErrorCode.INVALID_REQUEST,
    102: ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    104: ErrorCode.AUTH_FAILED,
    190: ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED,
    341: ErrorCode.RATE_LIMIT_EXCEEDED,
    368: ErrorCode.POLICY_VIOLATION,
    613: ErrorCode.RATE_LIMIT_EXCEEDED,
    803: ErrorCode.INVALID_REQUEST,
}
# Meta may repeat the token that it does not like.
_ABOUT_TOKENS = frozenset({ErrorCode.AUTH_FAILED, ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED})
_PERMISSIONS = range(200, 300)
_BUSINESS_THROTTLES = range(80_000, 80_015)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """The `error` of an answer. `case` is its code, with the subcode if there is one."""

    code: int
    subcode: int | None
    message: str
    transient: bool
    trace: str | None

    @classmethod
    def of(cls, error: Mapping[str, Any]) -> "GraphError":
        return cls(
            code=int(error.get("code") or 0),
            subcode=error.get("error_subcode"),
            message=str(error.get("error_user_msg") or error.get("message", "")),
            transient=bool(error.get("is_transient")),
            trace=error.get("fbtrace_id"),
        )

    @property
    def case(self) -> str:
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)

    @property
    def meaning(self) -> ErrorCode:
        if self.subcode is not None and (self.code, self.subcode) in _BY_CASE:
            return _BY_CASE[self.code, self.subcode]
        if self.code in _BY_CODE:
            return _BY_CODE[self.code]
        if self.code in _PERMISSIONS:
            return ErrorCode.AUTH_FAILED
        if self.code in _BUSINESS_THROTTLES:
            return ErrorCode.RATE_LIMIT_EXCEEDED
        return ErrorCode.SERVICE_UNAVAILABLE if self.transient else ErrorCode.UNKNOWN_ERROR


def translated(error: GraphError, endpoint: str, *, retry_after: float | None) -> PlatformError:
    """`retry_after` is in seconds, and of use only when we were throttled."""
    log.warning(
        "platform_refused", platform=NAME, endpoint=endpoint, platform_code=error.case,
        request_id=error.trace, message="" if error.meaning in _ABOUT_TOKENS else error.message,
    )  # fmt: skip
    found = platform_error(
        error.meaning, NAME, detail=f"{endpoint}: {error.case}",
        retry_after=retry_after if error.meaning is ErrorCode.RATE_LIMIT_EXCEEDED else None,
    )  # fmt: skip
    return found.said(error.case, error.trace)


def unreadable(endpoint: str, status: int) -> PlatformError:
    """An answer that is not the Graph API's, as those of a gateway on the way."""
    code = ErrorCode.SERVICE_UNAVAILABLE if status >= 500 else ErrorCode.UNKNOWN_ERROR
    return platform_error(code, NAME, detail=f"{endpoint}: HTTP {status}")
