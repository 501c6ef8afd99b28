"""Telegram's refusals as ours: what surely was not taken, what never will be, what is in doubt."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponseError,
    ConnectionTimeoutError,
)

from bot.errors import Busy, Closed, Moved, NotDelivered
from config.errors import AppError, PermanentError, TransientError

_NOT_CONNECTED = (ClientConnectorError, ConnectionTimeoutError)
_NOBODY_THERE = (
    "chat not found", "PEER_ID_INVALID", "rights to send", "business connection", "BUSINESS_",
)  # fmt: skip


@contextmanager
def translated(chat: str = "") -> Iterator[None]:
    """Raise our errors for what a call to Telegram raises; a moved chat keeps the topic of
    `chat`."""
    try:
        yield
    except (TelegramAPIError, ClientDecodeError) as error:
        raise _ours(error, chat) from None


@contextmanager
def fetching() -> Iterator[None]:
    """Raise TransientError for a file that may come when it is asked for again, PermanentError for
    one that will not."""
    try:
        with translated():
            yield
    except NotDelivered as error:
        raise TransientError(str(error)) from None
    except ClientResponseError as error:
        # Its own words hold the address, and so the token.
        if error.status == HTTPStatus.NOT_FOUND:
            raise PermanentError("the file is gone") from None
        raise TransientError(f"the file was answered with {error.status}") from None
    except (ClientError, TimeoutError) as error:
        raise TransientError(type(error).__name__) from None


def _ours(error: TelegramAPIError | ClientDecodeError, chat: str) -> AppError:
    # Only what Telegram says: the method, and so what is in it, stays out of logs.
    said = error.message
    match error:
        case TelegramRetryAfter():
            return Busy(said, seconds=error.retry_after)
        case TelegramMigrateToChat():
            _, colon, topic = chat.partition(":")
            return Moved(said, chat=f"{error.migrate_to_chat_id}{colon}{topic}")
        case TelegramForbiddenError():
            return Closed(said)
        case TelegramBadRequest() if any(each in said for each in _NOBODY_THERE):
            return Closed(said)
        # A kind of network error in aiogram's tree, and yet a refusal.
        case TelegramEntityTooLarge():
            return PermanentError(said)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return NotDelivered(f"the token was refused: {said}")
        case TelegramConflictError():
            return NotDelivered(said)
        case TelegramNetworkError() if isinstance(error.__cause__, _NOT_CONNECTED):
            return NotDelivered("Telegram cannot be reached")
        case TelegramNetworkError() | TelegramServerError() | ClientDecodeError():
            return TransientError(said)
        case _:
            return PermanentError(said)
