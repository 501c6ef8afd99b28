"""The DingTalk channel: an app's robot, by stream or called by HTTP."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Self

import structlog

from bot.channels.base import Capabilities, Handler, Pace, WebhookAnswer, WebhookCall
from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.cards import Cards, chosen
from bot.channels.dingtalk.errors import Json, TokenRefused
from bot.channels.dingtalk.files import fetch_file
from bot.channels.dingtalk.frames import CARD, ROBOT, Frame, read_object
from bot.channels.dingtalk.live import LiveAnswers
from bot.channels.dingtalk.parts import parts_of
from bot.channels.dingtalk.places import NAME
from bot.channels.dingtalk.receiving import closed_by, message_of, pressed_of
from bot.channels.dingtalk.sending import Sender, as_part
from bot.channels.dingtalk.signing import is_signed
from bot.channels.dingtalk.stream import Stream, unknown_app
from bot.errors import NotDelivered
from bot.messages import Address, File, OutboundMessage, RemoteFile, fetched
from bot.shelf import Shelf
from config.channels import DingtalkSettings
from config.errors import AppError, PermanentError, TransientError
from config.i18n import Language

log = structlog.get_logger()

_FIRST_RETRY, _LAST_RETRY = 1.0, 60.0
# Others think that a sender is dead when it needs longer than 30 seconds for one message.
_PATIENCE_SECONDS = 25.0
_CALLS_A_SECOND = 20
# The turn waits meanwhile.
_DRAFT_SECONDS = 5.0


class DingtalkChannel:
    name = NAME
    chats: frozenset[str] | None = None

    def __init__(
        self, settings: DingtalkSettings, shelf: Shelf, language: Language = Language.zh_cn
    ) -> None:
        self._settings = settings
        self._shelf = shelf
        self._language = language
        self.capabilities = Capabilities(buttons=True, files=True, drafts=bool(settings.ai_card))
        self._handler: Handler | None = None
        self._open()

    def _open(self) -> None:
        settings = self._settings
        self._api = Api(settings)
        cards = Cards(self._api, settings.robot)
        self._live = (
            LiveAnswers(cards, settings.ai_card, self._shelf, self._language)
            if settings.ai_card
            else None
        )
        self._sender = Sender(settings, self._api, cards, self._live, self._language)

    async def __aenter__(self) -> Self:
        if self._api.is_closed:
            self._open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._api.aclose()

    async def run(self, handler: Handler) -> None:
        """Raises ConfigurationError when DingTalk does not know the app."""
        self._handler = handler
        if self._settings.http:
            await self._introduced()
            await asyncio.Event().wait()
        await Stream(self._settings, self._api, self._receive).run()

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        if not self._settings.http:
            return WebhookAnswer(status=404)
        if call.method != "POST":
            return WebhookAnswer(status=405)
        secret = self._settings.client_secret.get_secret_value()
        timestamp, signed = call.headers.get("timestamp", ""), call.headers.get("sign", "")
        if not is_signed(secret, timestamp, signed, time.time()):
            log.warning("dingtalk.webhook_refused")
            return WebhookAnswer(status=401)
        if self._handler is None:
            return WebhookAnswer(status=503)
        data = read_object(call.body)
        if data is None:
            return WebhookAnswer(status=400)
        try:
            await self._keep(data)
        except TransientError:
            return WebhookAnswer(status=503)
        return WebhookAnswer(status=200)

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return parts_of(message)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        return {f"{NAME}:{address.bot}": Pace(count=_CALLS_A_SECOND, seconds=1)}

    async def send(self, part: OutboundMessage) -> str:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._sender.send(as_part(part))
        except TimeoutError:
            raise TransientError("DingTalk took too long") from None

    async def draft(self, so_far: OutboundMessage) -> None:
        if self._live is None:
            return
        try:
            async with asyncio.timeout(_DRAFT_SECONDS):
                await self._live.show(so_far)
        except TimeoutError:
            raise TransientError("DingTalk took too long") from None

    async def download(self, file: RemoteFile) -> File:
        try:
            return fetched(file, await fetch_file(self._api, self._settings, file))
        except NotDelivered as error:
            raise TransientError(str(error)) from None

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        raise PermanentError("DingTalk's robots list no commands")

    async def _receive(self, frame: Frame) -> Json:
        """What is acknowledged with; raises LookupError for a topic that we know nothing of."""
        assert self._handler is not None
        if frame.kind == "EVENT":
            for closed in closed_by(frame.event, frame.data, self._settings.robot):
                await self._handler(closed)
            return {"status": "SUCCESS"}
        if frame.topic == ROBOT:
            await self._keep(frame.data)
            return {"response": None}
        if frame.topic == CARD:
            pressed = pressed_of(frame.data, self._settings)
            if pressed is None:
                return {"response": None}
            await self._handler(pressed)
            return chosen(pressed.text, self._language, private=pressed.private)
        raise LookupError(frame.topic)

    async def _keep(self, data: Json) -> None:
        assert self._handler is not None
        message = message_of(data, self._settings)
        if message is not None:
            await self._handler(message)

    async def _introduced(self) -> None:
        """Until DingTalk has given an access token: a service may start before its network does."""
        pause = _FIRST_RETRY
        while True:
            try:
                await self._api.token()
                return
            except TokenRefused:
                raise unknown_app() from None
            except AppError as error:
                log.warning("dingtalk.not_ready", error=str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LAST_RETRY)
