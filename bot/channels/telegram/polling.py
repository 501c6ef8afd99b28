"""Asks Telegram for news. The offset moves past an update when that is on disk, not before: to ask
with it tells Telegram to forget all earlier ones."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramRetryAfter,
)
from aiogram.types import Update

from bot.channels.telegram.receiving import read_update
from config.errors import TransientError

log = structlog.get_logger()

_WAIT_SECONDS = 30
_FIRST_RETRY, _LAST_RETRY = 0.5, 30.0

Receive = Callable[[Update], Awaitable[None]]


async def poll(bot: Bot, kinds: Sequence[str], receive: Receive) -> None:
    """Until cancelled."""
    offset: int | None = None
    pause = _FIRST_RETRY
    while True:
        try:
            for number, update in await _news(bot, offset, kinds):
                if update is not None:
                    await receive(update)
                offset = number + 1
            pause = _FIRST_RETRY
            continue
        except TelegramConflictError:
            log.warning("telegram.polled_elsewhere")
        except TelegramRetryAfter as error:
            pause = max(pause, error.retry_after)
        except (TelegramAPIError, ClientDecodeError, TransientError) as error:
            log.warning("telegram.poll_failed", error=type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LAST_RETRY)


async def _news(
    bot: Bot, offset: int | None, kinds: Sequence[str]
) -> list[tuple[int, Update | None]]:
    """Updates with their ids; one that cannot be read is None, and does not hide the others."""
    try:
        updates = await bot.get_updates(
            offset=offset, timeout=_WAIT_SECONDS, allowed_updates=list(kinds),
            request_timeout=2 * _WAIT_SECONDS,
        )  # fmt: skip
    except ClientDecodeError as error:
        found = error.data.get("result") if isinstance(error.data, dict) else None
        if not isinstance(found, list):
            raise
        return [
            (each["update_id"], read_update(each, bot))
            for each in found
            if isinstance(each, dict) and isinstance(each.get("update_id"), int)
        ]
    return [(update.update_id, update) for update in updates]
