"""Every error the service raises on purpose, named by what happens next.

AppError
├── UserFacingError     # worded from the catalogues and shown to the person in the chat
│   ├── NotFound
│   ├── NotAllowed
│   └── InvalidInput
├── TransientError      # the same call may succeed later
├── PermanentError      # retrying cannot help
└── ConfigurationError  # stops the start; names the setting and what to do
"""

from typing import Any


class AppError(Exception):
    """Root of the tree."""


class UserFacingError(AppError):
    """A catalogue key and its values, so that each person reads it in their own language.
    `offers` are buttons: the catalogue key of a label, and what pressing it says."""

    offers: tuple[tuple[str, str], ...] = ()

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(f"{key} {values!r}" if values else key)
        self.key = key
        self.values = values


class NotFound(UserFacingError): ...


class NotAllowed(UserFacingError): ...


class InvalidInput(UserFacingError): ...


class TransientError(AppError):
    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(AppError): ...


class ConfigurationError(AppError): ...
