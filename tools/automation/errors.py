"""Every error of the module as its callers see it: the codes of CA-7, one shape."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from config.errors import InvalidInput, NotAllowed, NotFound, TransientError, UserFacingError
from config.i18n import Language, say
from storage.ledger import OutcomeUnknown
from tools.approvals.errors import NotYourApproval
from tools.campaigns.platforms.errors import ErrorCode, PlatformError

# What execute() turns into an answer; anything else is a bug and is raised.
FAILURES = (UserFacingError, TransientError, ValidationError, SQLAlchemyError, OSError)
# What kind of refusal it is, for programs; the first that fits.
_REASONS = {NotFound: "not_found", NotAllowed: "not_allowed", InvalidInput: "invalid"}
_UNREADABLE = {
    "malformed": "automation.malformed", "too_large": "automation.too_large",
    "too_slow": "automation.too_slow",
}  # fmt: skip
# Where a person renews the permission of an ad account.
ACTION_URLS = {
    "meta": "https://business.facebook.com/latest/settings/ad_accounts",
    "tiktok": "https://ads.tiktok.com/i18n/account",
    "google": "https://ads.google.com/aw/accountaccess/users",
}


class UnknownAction(NotFound):
    def __init__(self, known: Sequence[str]) -> None:
        super().__init__("automation.unknown_action", known=", ".join(known))


class UnknownCaller(NotAllowed):
    """No such organisation here, or no such person in it."""

    code = ErrorCode.AUTH_FAILED

    def __init__(self) -> None:
        super().__init__("automation.unknown_caller")


class UnknownToken(NotAllowed):
    code = ErrorCode.AUTH_FAILED
    reason = "token"

    def __init__(self) -> None:
        super().__init__("automation.unknown_token")


class TooManyCalls(NotAllowed):
    """`retry_after` is in seconds."""

    code = ErrorCode.RATE_LIMIT_EXCEEDED

    def __init__(self, retry_after: float) -> None:
        super().__init__("automation.too_many_calls", n=ceil(retry_after))
        self.retry_after = retry_after


class Unreadable(InvalidInput):
    """The request is no order: `reason` is malformed, too_large or too_slow."""

    def __init__(self, reason: str) -> None:
        super().__init__(_UNREADABLE[reason])
        self.reason = reason


class RoleTooLow(NotAllowed):
    code = ErrorCode.AUTH_FAILED

    def __init__(self) -> None:
        super().__init__("tools.not_allowed")


class WrongPlatform(InvalidInput):
    def __init__(self, ref: str, platform: str, asked: str) -> None:
        super().__init__("automation.wrong_platform", ref=ref, platform=platform, asked=asked)


class Unfinished(TransientError):
    """The platform fell silent half way; `text` is worded already."""

    def __init__(self, text: str, details: dict[str, Any]) -> None:
        super().__init__(text)
        self.text = text
        self.details = details


def code_of(error: BaseException) -> ErrorCode:
    """The platform's own code also when our error was raised because of it."""
    if isinstance(error, OutcomeUnknown):
        return ErrorCode.UNKNOWN_ERROR
    if isinstance(error, NotYourApproval):
        return ErrorCode.AUTH_FAILED
    for each in (error, error.__cause__):
        code = getattr(each, "code", None)
        if isinstance(code, ErrorCode):
            return code
    if isinstance(error, UserFacingError):
        unanswered = isinstance(error.__cause__, TransientError)
        return ErrorCode.SERVICE_UNAVAILABLE if unanswered else ErrorCode.INVALID_REQUEST
    if isinstance(error, ValidationError):
        return ErrorCode.INVALID_REQUEST
    return ErrorCode.SERVICE_UNAVAILABLE


def message_of(error: BaseException, language: Language, platform: str) -> str:
    match error:
        case UserFacingError():
            return say(language, error.key, **error.values)
        case ValidationError():
            name, problem = problem_of(error)
            return say(language, "tools.bad_argument", name=name, problem=problem)
        case Unfinished():
            return error.text
        case PlatformError():
            return say(language, error.code.key, platform=error.platform)
        case _:
            service = platform or say(language, "automation.the_service")
            return say(language, ErrorCode.SERVICE_UNAVAILABLE.key, platform=service)


def details_of(error: BaseException, account_ids: dict[str, str]) -> dict[str, Any]:
    """What a program can act on; never a value that the caller sent."""
    match error:
        case ValidationError():
            name, problem = problem_of(error)
            return {"parameter": name, "problem": problem}
        case Unfinished():
            return error.details
        case OutcomeUnknown():
            return {"outcome": "unknown", "effect": error.values["kind"]}
        case TooManyCalls():
            return {"retry_after": error.retry_after}
    found = error if isinstance(error, PlatformError) else error.__cause__
    if isinstance(found, PlatformError):
        return _of_platform(found, account_ids)
    kind = next((_REASONS[each] for each in _REASONS if isinstance(error, each)), None)
    reason = getattr(error, "reason", kind)
    return {"reason": reason} if reason else {}


def problem_of(error: ValidationError) -> tuple[str, str]:
    """The first problem: which parameter, and what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    return ".".join(str(part) for part in first["loc"]) or "parameters", first["msg"]


def _of_platform(error: PlatformError, account_ids: dict[str, str]) -> dict[str, Any]:
    details: dict[str, Any] = {"platform": error.platform}
    for theirs, ours in (("platform_code", "platform_code"), ("request_id", "platform_request_id")):
        if (value := getattr(error, theirs, None)) is not None:
            details[ours] = value
    if isinstance(error, TransientError) and error.retry_after is not None:
        details["retry_after"] = error.retry_after
    if error.code is ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED:
        details["ad_account_id"] = error.account_id or account_ids.get(error.platform)
        details["action_url"] = ACTION_URLS.get(error.platform)
    return details
