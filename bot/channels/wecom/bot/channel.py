"""The WeCom AI bot by long connection."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Self

import structlog

from bot.channels.base import Capabilities, Duty, Handler, Pace, WebhookAnswer, WebhookCall
from bot.channels.wecom.bot import cards
from bot.channels.wecom.bot.frames import Command, Frame, Json
from bot.channels.wecom.bot.intake import Intake
from bot.channels.wecom.bot.link import Link
from bot.channels.wecom.bot.media import Downloads
from bot.channels.wecom.bot.receiving import chat_of, event_of, message_of, pressed_of, task_of
from bot.channels.wecom.bot.sending import Part, paces_of, parts_of, push
from bot.channels.wecom.bot.streams import Streams
from bot.channels.wecom.bot.text import shown
from bot.channels.wecom.bot.timing import Timing
from bot.channels.wecom.bot.tokens import NAME, ReplyToken, read_token
from bot.messages import Address, File, InboundMessage, OutboundMessage, RemoteFile
from config.channels import WecomSettings
from config.errors import AppError
from config.i18n import Language, say
from config.i18n.detect import detect

log = structlog.get_logger()


class WecomBot:
    """`duty` is needed where several processes serve one bot: one of them is connected. `language`
    is for words of ours, where the chat shows none."""

    name = NAME
    capabilities = Capabilities(buttons=True, files=True, drafts=True)

    def __init__(
        self,
        settings: WecomSettings,
        duty: Duty | None = None,
        language: Language = Language.zh_cn,
        timing: Timing | None = None,
    ) -> None:
        self._settings = settings
        self._duty = duty
        self._language = language
        timing = timing or Timing()
        self._timing = timing
        self._link = Link(settings, timing, self._received)
        self._streams = Streams(self._link, timing)
        self._downloads = Downloads(settings.api)
        self._intake = Intake()
        self._handler: Handler | None = None
        self._courtesies: set[asyncio.Task[None]] = set()

    @property
    def chats(self) -> frozenset[str] | None:
        return None if self._link.subscribed else frozenset()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._courtesies:
            task.cancel()
        await asyncio.gather(*self._courtesies, return_exceptions=True)
        await self._intake.close()
        await self._streams.close()
        await self._downloads.close()

    async def run(self, handler: Handler) -> None:
        """Raises ConfigurationError when WeCom does not know the bot."""
        self._handler = handler
        if self._duty is None:
            await self._link.keep()
        else:
            await self._duty(f"connection:{NAME}:{self._settings.bot_id}", self._link.keep)

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        """WeCom calls nobody who is connected."""
        return WebhookAnswer(status=404)

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return parts_of(message, self._language)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        return paces_of(address)

    async def send(self, part: OutboundMessage) -> str:
        token = read_token(part.reply_token)
        if isinstance(part, Part) and part.answers and token is not None and token.request:
            key = part.key.rpartition("/")[0]
            sent = await self._streams.finish(token, key, part.content)
            if sent is not None:
                return sent
        return await push(self._link.session(), part)

    async def draft(self, so_far: OutboundMessage) -> None:
        token = read_token(so_far.reply_token)
        # Whoever is connected shows drafts of its own turns; the others' come when they are done.
        if token is not None and token.request and self._link.subscribed:
            content = shown(so_far.text)
            if content.strip():
                self._streams.show(so_far.address.chat, token, so_far.key, content)

    async def download(self, file: RemoteFile) -> File:
        return await self._downloads.fetch(file)

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        """WeCom shows no lists of commands."""

    def _received(self, frame: Frame) -> None:
        chat = chat_of(frame.body)
        match event_of(frame.body):
            case "":
                self._intake.put(chat or "", lambda: self._said(frame))
            case "template_card_event":
                self._intake.put(chat or "", lambda: self._pressed(frame))
            case "enter_chat":
                self._courteously(self._welcomed(frame))
            case "feedback_event":
                log.info("wecom.feedback", **feedback_of(frame.body))
            case event:
                log.info("wecom.event_ignored", kind=event[:40])

    async def _said(self, frame: Frame) -> None:
        token = ReplyToken(at=time.time(), request=frame.request).written()
        message = message_of(frame.body, self._settings.bot_id, token)
        if message is None:
            log.info("wecom.message_ignored", kind=str(frame.body.get("msgtype"))[:40])
            return
        await self._hand_on(message)

    async def _pressed(self, frame: Frame) -> None:
        message = pressed_of(frame.body, self._settings.bot_id)
        if message is None:
            return
        await self._hand_on(message)
        language = detect(message.text) or self._language
        card = cards.chosen(task_of(frame.body), message.text, language)
        body: Json = {"response_type": "update_template_card", "template_card": card}
        self._courteously(self._answered(Command.update, body, frame.request))

    async def _welcomed(self, frame: Frame) -> None:
        body = {"msgtype": "text", "text": {"content": say(self._language, "wecom_bot.welcome")}}
        await self._answered(Command.welcome, body, frame.request)

    async def _hand_on(self, message: InboundMessage) -> None:
        assert self._handler is not None
        await self._handler(message)

    async def _answered(self, command: Command, body: Json, request: str) -> None:
        """WeCom takes it for five seconds, and nobody misses it later."""
        try:
            await self._link.session().ask(command, body, request)
        except AppError as error:
            log.info("wecom.not_answered", command=command.value, error=str(error))

    def _courteously(self, work: Coroutine[None, None, None]) -> None:
        """Nothing waits for it."""
        task = asyncio.create_task(work)
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)


def feedback_of(body: Json) -> dict[str, int]:
    """What somebody thought of an answer, in numbers: their words stay out of logs."""
    event = body.get("event")
    found = event.get("feedback_event") if isinstance(event, dict) else None
    kind = found.get("type") if isinstance(found, dict) else None
    reasons = found.get("inaccurate_reason_list") if isinstance(found, dict) else None
    return {
        "kind": kind if isinstance(kind, int) else 0,
        "reasons": len(reasons) if isinstance(reasons, list) else 0,
    }
