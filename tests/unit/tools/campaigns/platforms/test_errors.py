from decimal import Decimal

import pytest

from config.errors import NotFound, TransientError, UserFacingError
from config.i18n import Language, say
from tools.campaigns.platforms.errors import (
    AccountRemoved,
    BudgetBelowMinimum,
    ErrorCode,
    ObjectDeleted,
    OtherCurrency,
    PlatformNotConfigured,
    PlatformRefused,
    PlatformUnavailable,
    UnknownObject,
    platform_error,
)  # fmt: skip

LANGUAGES = [Language.zh_cn, Language.en]
TRANSIENT = {1000, 1003, 3000, 3004, 4000, 4001, 4003}


def test_the_codes_are_those_of_the_contract() -> None:
    assert sorted(ErrorCode) == [
        1000, 1001, 1002, 1003, 1005, 3000, 3001, 3002, 3004, 4000, 4001, 4003, 5000, 6000, 6001,
        6002, 6003, 6005, 6011,
    ]  # fmt: skip


def test_an_expired_token_has_the_documented_number_and_type() -> None:
    code = ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED
    assert (code.value, code.name) == (6001, "AD_ACCOUNT_TOKEN_EXPIRED")


@pytest.mark.parametrize("code", ErrorCode)
def test_what_may_have_got_through_is_transient_and_the_rest_is_worded(code: ErrorCode) -> None:
    error = platform_error(code, "meta")
    assert isinstance(error, TransientError) == (code in TRANSIENT)
    assert isinstance(error, UserFacingError) == (code not in TRANSIENT)
    assert (error.code, error.platform) == (code, "meta")


def test_an_unexplained_error_is_not_repeated_blindly() -> None:
    assert {code.value for code in ErrorCode if code.retryable} == TRANSIENT - {1000}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_has_words_that_name_the_platform(code: ErrorCode, language: Language) -> None:
    assert "meta" in say(language, code.key, platform="meta")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UnknownObject("meta", "sb-c1"), "sb-c1"),
        (ObjectDeleted("meta", "sb-c1"), "sb-c1"),
        (BudgetBelowMinimum("meta", Decimal(5), Decimal(10)), "10"),
        (PlatformNotConfigured("meta", ["sandbox"]), "sandbox"),
        (PlatformNotConfigured("meta", []), "Meta"),
        (AccountRemoved("meta", "502"), "502"),
        (OtherCurrency("google", "77", "USD", "CNY"), "USD"),
    ],
)
def test_every_refusal_has_words(error: PlatformRefused, told: str, language: Language) -> None:
    assert told in say(language, error.key, **error.values)


def test_an_unknown_object_can_be_caught_as_not_found() -> None:
    with pytest.raises(NotFound):
        raise UnknownObject("meta", "x")


def test_a_transient_error_says_in_the_log_what_happened() -> None:
    error = PlatformUnavailable(ErrorCode.RATE_LIMIT_EXCEEDED, "meta", detail="17/2446079")
    assert str(error) == "meta: 1003 RATE_LIMIT_EXCEEDED 17/2446079"
