"""aiogram's connection to Telegram, made to bear answers that are not Telegram's."""

from http import HTTPStatus
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramNotFound
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType


class Session(AiohttpSession):
    """Raises TelegramAPIError, with a message, or ClientDecodeError, and nothing else: proxies
    answer failures that have no description, and pages in other encodings."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 (aiogram passes it by name)
    ) -> TelegramType:
        try:
            return await super().make_request(bot, method, timeout)
        except UnicodeDecodeError as error:
            raise ClientDecodeError("not in UTF-8", error, None) from None

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        if status_code == HTTPStatus.NOT_IMPLEMENTED:
            # Other servers of this API say so to methods that are too new for them.
            raise TelegramNotFound(method, "Not Found: method not found")
        try:
            return super().check_response(bot, method, status_code, content)
        except TypeError as error:
            raise ClientDecodeError("a failure without a description", error, content) from None
        except TelegramAPIError as error:
            said: Any = error.message
            error.message = said or ""
            raise
