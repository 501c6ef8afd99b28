"""One spelling for every contact, so that the same person is found again."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from tools.leads.errors import BadEmail, BadPhone

_HOME_REGION, _HOME_CODE = "CN", 86
_HIDDEN, _ENDING = 8, 4


def normal_phone(phone: str) -> str:
    """E.164 (+8613800138000); a number without + is Chinese. Raises BadPhone."""
    try:
        parsed = phonenumbers.parse(phone, _HOME_REGION)
    except phonenumbers.NumberParseException as error:
        raise BadPhone(phone) from error
    if not _may_exist(parsed):
        raise BadPhone(phone)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def phone_or_none(text: str) -> str | None:
    """`text` as E.164 when it is a phone number."""
    try:
        return normal_phone(text)
    except BadPhone:
        return None


def normal_email(email: str) -> str:
    """Lower-case; the mailbox is not asked whether it exists. Raises BadEmail."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise BadEmail(email) from error


def wechat_key(wechat: str) -> str:
    return wechat.strip().lower()


def shown_phone(phone: str | None) -> str | None:
    """As people in China write it: without +86."""
    return phone.removeprefix(f"+{_HOME_CODE}") if phone else None


def masked_phone(phone: str | None) -> str | None:
    """138****0000, for lists."""
    shown = shown_phone(phone)
    return f"{shown[:-_HIDDEN]}****{shown[-_ENDING:]}" if shown else None


def _may_exist(number: phonenumbers.PhoneNumber) -> bool:
    if number.country_code == _HOME_CODE:
        # Ten digits of a mobile are "possible" too, and the usual typing mistake.
        return phonenumbers.is_valid_number(number)
    # Abroad only the length counts: number plans change faster than any library.
    possible = phonenumbers.is_possible_number_with_reason(number)
    return possible == phonenumbers.ValidationResult.IS_POSSIBLE
