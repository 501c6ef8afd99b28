"""What must not be read in a log, and what stands there instead.

Two ways at once: the very secrets of the settings are known, and are masked wherever they stand;
what looks like a secret or like personal data is masked too.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, SecretStr
from structlog.typing import EventDict, WrappedLogger

_CREDENTIALS_IN_URL = re.compile(r"://[^/\s@]+@")
# Telegram's tokens, alone and in its paths, where the whole segment goes.
_BOT_PATH = re.compile(r"(?i)/bot\d{1,20}(?::|%3a)[^/\s\"']+")
_BOT_TOKEN = re.compile(r"(?i)(?<![\w.])\d{5,20}(?::|%3a)[\w-]{20,}")
_SECRET_PARAMETER = re.compile(
    r"(?i)(?<![a-z])(\w*(?:token|key|secret|password|sign|signature))=[^&\s\"']+"
)
_SECRET_FIELD = re.compile(
    r"(?i)([\"'][\w-]*(?:token|secret|password|authorization|api_?key)[\"']\s*[:=,]\s*[bu]?)"
    r"([\"'])(?:(?!\2).)*\2"
)
_BEARER = re.compile(r"(?i)\b(bearer )\S+")
_SECRET_NAME = re.compile(r"(?i)(?:token|secret|password|authorization|cookie|api_?key)$")
# What people wrote stands in the values of a statement that failed.
_SQL_VALUES = re.compile(r"\[parameters: .*")
# Of a bank card or a resident.
_LONG_NUMBER = re.compile(r"(?<![\w-])\d{14,17}(\d{2}|\d[Xx])(?!\w)")
_MOBILE = re.compile(r"(?<![\d-])((?:\+?86[ -]?)?1[3-9]\d)[ -]\d{4}[ -](\d{4})(?!\d)")
_PHONE = re.compile(r"(?<![\d-])(\+?\d{3})\d{4,8}(\d{4})(?!\d)")
_EMAIL = re.compile(r"\b([\w.+-])[\w.+-]*(@[\w-]+\.[\w.]+)")
# Without any of these a text holds nothing that the patterns above could find.
_TELLING = re.compile(r"[@=:%\"'\[]|\d{3}|bearer ", re.IGNORECASE)
_NUMBER = re.compile(r"\d{3}")
# Made by the logging itself.
_OURS = frozenset({"timestamp", "level"})
# A shorter one would be found in ordinary words.
_LEAST_SECRET = 8


class Mask:
    """A structlog processor. `secrets` are masked wherever they stand, longer ones first."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        forms = {
            form
            for secret in secrets
            for form in (secret, quote(secret, safe="", errors="replace"))
        }
        known = (each for each in forms if len(each) >= _LEAST_SECRET)
        self._known = sorted(known, key=len, reverse=True)

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        return {
            key: value if key in _OURS else self._field(key, value) for key, value in event.items()
        }

    def text(self, text: str) -> str:
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, "***")
        return masked(text)

    def _field(self, name: object, value: object) -> object:
        if isinstance(name, str) and value and _SECRET_NAME.search(name):
            return "***"
        return self._value(value)

    def _value(self, value: object) -> Any:
        match value:
            case None | bool() | float():
                return value
            case str():
                return self.text(value)
            case int():
                text = self.text(str(value))
                return value if text == str(value) else text
            case Mapping():
                return {self._value(key): self._field(key, each) for key, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._value(each) for each in value]
            case _:
                return self.text(repr(value))


def masked(text: str) -> str:
    """`text` without what looks like a secret or like personal data."""
    if not _TELLING.search(text):
        return text
    text = _SQL_VALUES.sub("[parameters: ***", text)
    if ":" in text or "%" in text:
        text = _CREDENTIALS_IN_URL.sub("://***@", text)
        text = _BOT_PATH.sub("/bot***", text)
        text = _BOT_TOKEN.sub("***", text)
    if "=" in text:
        text = _SECRET_PARAMETER.sub(r"\1=***", text)
    if '"' in text or "'" in text:
        text = _SECRET_FIELD.sub(r"\1\2***\2", text)
    text = _BEARER.sub(r"\1***", text)
    if "@" in text:
        text = _EMAIL.sub(r"\1***\2", text)
    if _NUMBER.search(text):
        text = _LONG_NUMBER.sub(r"****\1", text)
        text = _MOBILE.sub(r"\1****\2", text)
        text = _PHONE.sub(r"\1****\2", text)
    return text


def secret_values(settings: BaseModel) -> frozenset[str]:
    """Every secret in the settings, however deep; of a URL its password."""
    return frozenset(_secrets_in(settings))


def named_secrets(value: object) -> frozenset[str]:
    """What stands under names that look secret in what somebody sent, however deep."""
    found: set[str] = set()
    if isinstance(value, Mapping):
        for name, each in value.items():
            secret = isinstance(name, str) and _SECRET_NAME.search(name) is not None
            found |= {each} if secret and isinstance(each, str) else named_secrets(each)
    elif isinstance(value, list | tuple):
        for each in value:
            found |= named_secrets(each)
    return frozenset(found)


def _secrets_in(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            yield from _forms(value.get_secret_value())
        case BaseModel():
            for name in type(value).model_fields:
                yield from _secrets_in(getattr(value, name))
        case Mapping():
            for each in value.values():
                yield from _secrets_in(each)
        case list() | tuple():
            for each in value:
                yield from _secrets_in(each)


def _forms(secret: str) -> Iterator[str]:
    if "://" not in secret:
        yield secret
        return
    password = urlsplit(secret).password
    if password:
        yield from {password, unquote(password)}
