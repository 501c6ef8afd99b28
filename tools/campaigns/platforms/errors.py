"""What an ad platform can answer instead of doing what we asked (the numbers are CA-7's).

PlatformError
├── PlatformUnavailable      # transient: a write may or may not have got through
└── PlatformRefused          # user-facing: nothing was done, and a person has to act
    ├── UnknownObject
    ├── ObjectDeleted
    ├── BudgetBelowMinimum
    ├── OtherCurrency
    ├── PlatformNotConfigured
    └── AccountRemoved
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum
from typing import Any, Self

from config.errors import (
    AppError,
    InvalidInput,
    NotAllowed,
    NotFound,
    TransientError,
    UserFacingError,
)  # fmt: skip


class ErrorCode(IntEnum):
    """The number is the code and the name the type that callers of the module see."""

    UNKNOWN_ERROR = 1000
    INVALID_REQUEST = 1001
    AUTH_FAILED = 1002
    RATE_LIMIT_EXCEEDED = 1003
    QUOTA_EXCEEDED = 1005
    MCP_CONNECTION_FAILED = 3000
    MCP_TOOL_NOT_FOUND = 3001
    MCP_INVALID_PARAMS = 3002
    MCP_TIMEOUT = 3004
    SERVICE_UNAVAILABLE = 4000
    AI_MODEL_TIMEOUT = 4001
    GENERATION_FAILED = 4003
    CREATIVE_NOT_FOUND = 5000
    NO_AD_ACCOUNT = 6000
    AD_ACCOUNT_TOKEN_EXPIRED = 6001
    INSUFFICIENT_FUNDS = 6002
    CREATIVE_REJECTED = 6003
    POLICY_VIOLATION = 6005
    INSUFFICIENT_CREDIT = 6011

    @property
    def key(self) -> str:
        """The catalogue text that says what happened and what to do; takes `platform`."""
        return f"platforms.{self.name.lower()}"

    @property
    def retryable(self) -> bool:
        """Whether the same call, a little later, is likely to succeed."""
        return self in _RETRYABLE

    @property
    def transient(self) -> bool:
        """Whether the outcome of a write is open after this error."""
        # An unexplained answer is not worth repeating blindly, but a write may have got through.
        return self.retryable or self is ErrorCode.UNKNOWN_ERROR


_RETRYABLE = frozenset({
    ErrorCode.RATE_LIMIT_EXCEEDED, ErrorCode.MCP_CONNECTION_FAILED, ErrorCode.MCP_TIMEOUT,
    ErrorCode.SERVICE_UNAVAILABLE, ErrorCode.AI_MODEL_TIMEOUT, ErrorCode.GENERATION_FAILED,
})  # fmt: skip


# As people know them, in every language.
_SHOWN = {"meta": "Meta", "tiktok": "TikTok", "google": "Google"}


class PlatformError(AppError):
    """`platform_code` and `request_id` are the platform's own, for its support; both are absent
    when it did not say them, or when the error is ours. `retries`: how often it was asked again;
    `account_id`: of the ad account that was asked, where it is known."""

    code: ErrorCode
    platform: str
    platform_code: str | None = None
    request_id: str | None = None
    retries: int = 0
    account_id: str | None = None

    def said(self, platform_code: str | None, request_id: str | None) -> Self:
        """The same error, with what the platform called it."""
        self.platform_code, self.request_id = platform_code, request_id
        return self


class PlatformUnavailable(PlatformError, TransientError):
    """`retry_after` is in seconds, when the platform named a time."""

    def __init__(
        self, code: ErrorCode, platform: str, *, detail: str = "", retry_after: float | None = None
    ) -> None:
        message = f"{platform}: {code.value} {code.name} {detail}".rstrip()
        TransientError.__init__(self, message, retry_after=retry_after)
        self.code = code
        self.platform = platform


class PlatformRefused(PlatformError, UserFacingError):
    """Worded by the code, or by a more telling `key` of the catalogue."""

    def __init__(
        self, code: ErrorCode, platform: str, *, key: str | None = None, **values: Any
    ) -> None:
        shown = _SHOWN.get(platform, platform)
        UserFacingError.__init__(self, key or code.key, platform=shown, **values)
        self.code = code
        self.platform = platform


class UnknownObject(PlatformRefused, NotFound):
    def __init__(self, platform: str, external_id: str) -> None:
        super().__init__(
            ErrorCode.INVALID_REQUEST, platform, key="platforms.unknown_object", ref=external_id
        )


class ObjectDeleted(PlatformRefused, NotAllowed):
    def __init__(self, platform: str, external_id: str) -> None:
        super().__init__(
            ErrorCode.INVALID_REQUEST, platform, key="platforms.object_deleted", ref=external_id
        )


class BudgetBelowMinimum(PlatformRefused, InvalidInput):
    def __init__(self, platform: str, amount: Decimal, minimum: Decimal) -> None:
        super().__init__(
            ErrorCode.INVALID_REQUEST, platform, key="platforms.budget_below_minimum",
            amount=amount, minimum=minimum,
        )  # fmt: skip


class PlatformNotConfigured(PlatformRefused, NotFound):
    def __init__(self, platform: str, configured: Sequence[str]) -> None:
        super().__init__(
            ErrorCode.NO_AD_ACCOUNT, platform, key="platforms.not_configured",
            configured=", ".join(_SHOWN.get(each, each) for each in configured) or "—",
        )  # fmt: skip


class AccountRemoved(PlatformRefused, NotFound):
    """Something runs on an account that the settings no longer name."""

    def __init__(self, platform: str, account: str) -> None:
        super().__init__(
            ErrorCode.NO_AD_ACCOUNT, platform, key="platforms.account_removed", account=account
        )
        self.account_id = account


class OtherCurrency(PlatformRefused, NotAllowed):
    """Amounts would mean something else there than what people agreed to."""

    def __init__(self, platform: str, account: str, currency: str, ours: str) -> None:
        super().__init__(
            ErrorCode.INVALID_REQUEST, platform, key="platforms.other_currency",
            account=account, currency=currency, ours=ours,
        )  # fmt: skip
        self.account_id = account


def platform_error(
    code: ErrorCode, platform: str, *, detail: str = "", retry_after: float | None = None
) -> PlatformError:
    """The error of a code; `detail` goes to the log of transient ones, never to people."""
    if code.transient:
        return PlatformUnavailable(code, platform, detail=detail, retry_after=retry_after)
    return PlatformRefused(code, platform)
