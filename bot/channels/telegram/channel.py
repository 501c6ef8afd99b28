"""The Telegram channel: one bot, by long polling or by webhook."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, Self, TypeVar

import structlog
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import BotCommand, BotCommandScopeChat, BotCommandScopeDefault, Update

from bot.channels.base import Capabilities, Duty, Handler, Pace, WebhookAnswer, WebhookCall
from bot.channels.telegram.drafts import LiveAnswers
from bot.channels.telegram.errors import fetching, translated
from bot.channels.telegram.polling import poll
from bot.channels.telegram.receiving import NAME, NUMBER_LIMIT, UPDATES, Me, event_of, read_update
from bot.channels.telegram.sending import parts_of, send_part
from bot.channels.telegram.session import Session
from bot.channels.telegram.spots import spot_of
from bot.messages import Address, File, OutboundMessage, RemoteFile, fetched
from bot.shelf import Shelf
from config.channels import TelegramSettings
from config.errors import ConfigurationError, PermanentError, TransientError

log = structlog.get_logger()

_SECRET = "x-telegram-bot-api-secret-token"
_MAX_DOWNLOAD = 20_000_000
_FIRST_RETRY, _LAST_RETRY = 1.0, 60.0
# Others think that a sender is dead when it needs longer than 30 seconds for one message.
_PATIENCE_SECONDS = 25.0

T = TypeVar("T")


class TelegramChannel:
    """`duty` is needed where several processes poll for one bot: one does it at a time; with a
    `shelf` each of them can finish an answer that another one began to show."""

    name = NAME
    capabilities = Capabilities(buttons=True, files=True, drafts=True, menus=True)
    chats: frozenset[str] | None = None

    def __init__(
        self, settings: TelegramSettings, duty: Duty | None = None, shelf: Shelf | None = None
    ) -> None:
        self._settings = settings
        self._duty = duty
        session = Session(
            api=TelegramAPIServer.from_base(settings.api), limit=100, timeout=_PATIENCE_SECONDS
        )
        self._bot = Bot(settings.token.get_secret_value(), session=session)
        self._live = LiveAnswers(self._bot, shelf)
        self._me: Me | None = None
        self._handler: Handler | None = None
        self._answering: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        await self._bot.session.close()

    async def run(self, handler: Handler) -> None:
        """Raises ConfigurationError when Telegram refuses the token or the webhook."""
        self._me = await self._introduced()
        self._handler = handler
        if self._settings.webhook_url is not None:
            await self._persistently(self._set_webhook)
            await asyncio.Event().wait()
        elif self._duty is None:
            await self._poll()
        else:
            await self._duty(f"poll:{self._me.id}", self._poll)

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        if call.method != "POST":
            return WebhookAnswer(status=405)
        secret = self._settings.webhook_secret
        said = call.headers.get(_SECRET, "")
        if secret is None or not hmac.compare_digest(
            said.encode("utf-8", "replace"), secret.get_secret_value().encode()
        ):
            log.warning("telegram.webhook_refused")
            return WebhookAnswer(status=401)
        if self._me is None or self._handler is None:
            return WebhookAnswer(status=503)
        data = _update_in(call.body)
        if data is None:
            return WebhookAnswer(status=400)
        update = read_update(data, self._bot)
        try:
            if update is not None:
                await self.receive(update)
        except TransientError:
            return WebhookAnswer(status=503)
        return WebhookAnswer(status=200)

    async def receive(self, update: Update) -> None:
        """Hand one update on; when this returns it is on disk. Raises TransientError when it is
        not, and has to be sent again."""
        assert self._me is not None
        assert self._handler is not None
        event = event_of(update, self._me)
        if event is not None:
            await self._handler(event)
        if update.callback_query is not None:
            # Only the spinner on the button waits for this.
            task = asyncio.create_task(self._answered(update.callback_query.id))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return parts_of(message)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        spot = spot_of(address)
        limits = self._settings.limits
        bot = f"{NAME}:{address.bot}"
        # All topics of a group share its limits.
        chat = f"{bot}:{address.chat if spot.business else spot.chat}"
        paces = {
            bot: Pace(count=limits.per_second, seconds=1),
            chat: Pace(count=limits.chat_burst, seconds=limits.chat_burst),
        }
        if spot.chat < 0:
            paces[f"{chat}:minute"] = Pace(count=limits.group_per_minute, seconds=60)
        return paces

    async def send(self, part: OutboundMessage) -> str:
        with translated(part.address.chat):
            sent = await self._live.finish(part)
            return str(sent or await send_part(self._bot, part))

    async def draft(self, so_far: OutboundMessage) -> None:
        with translated(so_far.address.chat):
            await self._live.show(so_far)

    async def download(self, file: RemoteFile) -> File:
        with fetching():
            found = await self._bot.get_file(file.remote)
            if found.file_path is None or (found.file_size or 0) > _MAX_DOWNLOAD:
                raise PermanentError("the file is too large for a bot")
            content = await self._bot.download_file(found.file_path, BytesIO())
        assert content is not None
        return fetched(file, content.read())

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        spot = spot_of(address) if address else None
        if spot is not None and spot.business:
            # The chat is its owner's.
            return
        scope = BotCommandScopeChat(chat_id=spot.chat) if spot else BotCommandScopeDefault()
        listed = [BotCommand(command=name, description=about[:256]) for name, about in commands]
        with translated():
            if listed:
                await self._bot.set_my_commands(listed, scope=scope, language_code=language)
            else:
                await self._bot.delete_my_commands(scope=scope, language_code=language)

    async def _poll(self) -> None:
        await self._persistently(self._bot.delete_webhook)
        await poll(self._bot, UPDATES, self.receive)

    async def _introduced(self) -> Me:
        user = await self._persistently(self._bot.get_me)
        return Me(id=user.id, username=user.username or "")

    async def _set_webhook(self) -> None:
        secret = self._settings.webhook_secret
        await self._bot.set_webhook(
            self._settings.webhook_url or "",
            secret_token=secret.get_secret_value() if secret else None,
            max_connections=self._settings.connections,
            allowed_updates=list(UPDATES),
        )

    async def _answered(self, query_id: str) -> None:
        try:
            await self._bot.answer_callback_query(query_id)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.info("telegram.query_unanswered", error=type(error).__name__)

    async def _persistently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Until it works: a service may start before its network does."""
        pause = _FIRST_RETRY
        while True:
            try:
                return await call()
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise ConfigurationError(
                    "TELEGRAM__TOKEN: Telegram does not know it; ask @BotFather for the bot's token"
                ) from None
            except TelegramBadRequest as error:
                raise ConfigurationError(f"TELEGRAM__WEBHOOK_URL: {error.message}") from None
            except (TelegramAPIError, ClientDecodeError) as error:
                log.warning("telegram.not_ready", error=type(error).__name__)
                wait = error.retry_after if isinstance(error, TelegramRetryAfter) else pause
            await asyncio.sleep(wait)
            pause = min(pause * 2, _LAST_RETRY)


def _update_in(body: bytes) -> dict[str, Any] | None:
    """The posted update, None when it is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    number = data.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return data if 0 <= number < NUMBER_LIMIT else None
