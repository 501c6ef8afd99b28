"""The WeCom AI bot in URL mode: WeCom calls us, and fetches the answers by asking again."""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import structlog

from bot.channels.base import Capabilities, Handler, Pace, WebhookAnswer, WebhookCall
from bot.channels.wecom.bot import cards
from bot.channels.wecom.bot.channel import feedback_of
from bot.channels.wecom.bot.media import Downloads
from bot.channels.wecom.bot.passive import final_body, flat_body, passive_parts
from bot.channels.wecom.bot.receiving import event_of, message_of, pressed_of, task_of
from bot.channels.wecom.bot.sending import Part, paces_of
from bot.channels.wecom.bot.shelved import ShelvedStreams
from bot.channels.wecom.bot.streams import stream_body
from bot.channels.wecom.bot.text import fitting, shown
from bot.channels.wecom.bot.tokens import NAME, ReplyToken, read_token
from bot.channels.wecom.callback import Callback
from bot.channels.wecom.crypto import Envelope, Forged
from bot.channels.wecom.errors import checked, reaching
from bot.messages import Address, File, InboundMessage, OutboundMessage, RemoteFile
from bot.shelf import Shelf
from config.channels import WecomSettings
from config.errors import PermanentError, TransientError
from config.i18n import Language, say
from config.i18n.detect import detect

log = structlog.get_logger()

Json = dict[str, Any]

# WeCom asks for six minutes; what is not ready then goes to the one address that is left.
_STREAM_SECONDS = 330.0
_URL_SECONDS = 3_500.0
# WeCom asks each second. Others think that a sender is dead after 30.
_PATIENCE_SECONDS = 8.0
_NOT_YET = "…"
_RESPONSE_PATH = "/cgi-bin/aibot/response"


class CalledWecomBot:
    """`patience`: seconds that an answer waits to be fetched."""

    name = NAME
    capabilities = Capabilities(buttons=True, files=True, drafts=True)
    chats: frozenset[str] | None = None

    def __init__(
        self,
        settings: WecomSettings,
        shelf: Shelf,
        language: Language = Language.zh_cn,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        assert settings.callback is not None
        key = settings.callback.aes_key.get_secret_value()
        self._settings = settings
        self._callback = Callback(settings.callback, "")
        self._envelope = Envelope(settings.callback.token.get_secret_value(), key, "")
        self._streams = ShelvedStreams(shelf)
        self._downloads = Downloads(settings.api, key)
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(8.0, connect=5.0))
        self._language = language
        self._patience = patience
        self._handler: Handler | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._downloads.close()
        await self._http.aclose()

    async def run(self, handler: Handler) -> None:
        self._handler = handler
        await asyncio.Event().wait()

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        try:
            if call.method == "GET":
                echo = self._callback.echo(call)
                return WebhookAnswer(status=200, body=echo, media_type="text/plain")
            body = _json(self._callback.opened(call, _encrypted(call.body)))
        except Forged as error:
            log.warning("wecom.call_refused", reason=str(error))
            return WebhookAnswer(status=403)
        if body is None:
            return WebhookAnswer(status=400)
        if self._handler is None:
            return WebhookAnswer(status=503)
        try:
            reply = await self._replied(body)
        except TransientError:
            return WebhookAnswer(status=503)
        return WebhookAnswer(status=200, body=self._sealed(reply, call) if reply else b"")

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return passive_parts(message, self._language)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        return paces_of(address)

    async def send(self, part: OutboundMessage) -> str:
        token = read_token(part.reply_token)
        if token is None or not isinstance(part, Part):
            raise PermanentError(
                "in URL mode WeCom lets a bot answer, and never speak first: connect it by long"
                " connection (WECOM__SECRET) for notices"
            )
        if part.answers and token.stream and await self._streamed(token, part):
            return token.stream
        return await self._posted(token, part)

    async def draft(self, so_far: OutboundMessage) -> None:
        token = read_token(so_far.reply_token)
        content = shown(so_far.text)
        if token is not None and token.stream and content.strip():
            await self._streams.sketch(token.stream, fitting(content))

    async def download(self, file: RemoteFile) -> File:
        return await self._downloads.fetch(file)

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        """WeCom shows no lists of commands."""

    async def _replied(self, body: Json) -> Json | None:
        """What WeCom is answered. Raises TransientError when the message could not be kept."""
        if body.get("msgtype") == "stream":
            stream = body.get("stream")
            return await self._polled(str(stream.get("id"))) if isinstance(stream, dict) else None
        match event_of(body):
            case "":
                return await self._said(body)
            case "template_card_event":
                return await self._pressed(body)
            case "enter_chat":
                welcome = say(self._language, "wecom_bot.welcome")
                return {"msgtype": "text", "text": {"content": welcome}}
            case "feedback_event":
                log.info("wecom.feedback", **feedback_of(body))
            case event:
                log.info("wecom.event_ignored", kind=event[:40])
        return None

    async def _said(self, body: Json) -> Json | None:
        stream = hashlib.sha256(f"{body.get('msgid')}".encode()).hexdigest()[:32]
        token = ReplyToken(at=time.time(), stream=stream, url=_url(body))
        message = message_of(body, self._settings.bot_id, token.written())
        if message is None:
            log.info("wecom.message_ignored", kind=str(body.get("msgtype"))[:40])
            return None
        await self._hand_on(message)
        return await self._polled(stream)

    async def _pressed(self, body: Json) -> Json | None:
        token = ReplyToken(at=time.time(), url=_url(body))
        message = pressed_of(body, self._settings.bot_id, token.written())
        if message is None:
            return None
        await self._hand_on(message)
        language = detect(message.text) or self._language
        card = cards.chosen(task_of(body), message.text, language)
        return {"response_type": "update_template_card", "template_card": card}

    async def _polled(self, stream: str) -> Json:
        """The stream as it stands now."""
        answer = await self._streams.fetch(stream)
        if answer is not None:
            return answer
        began = await self._streams.begin(stream)
        draft = await self._streams.draft(stream)
        if time.time() - began < _STREAM_SECONDS:
            return stream_body(stream, draft or _NOT_YET, finish=False)
        await self._streams.end(stream)
        later = say(detect(draft) or self._language, "wecom_bot.later")
        return stream_body(stream, f"{draft}\n\n{later}".strip(), finish=True)

    async def _streamed(self, token: ReplyToken, part: Part) -> bool:
        """Whether the answer went into the stream."""
        if token.age() > _STREAM_SECONDS or await self._streams.is_over(token.stream):
            return False
        body = final_body(part, token.stream)
        return await self._streams.offer(token.stream, body, self._patience)

    async def _posted(self, token: ReplyToken, part: Part) -> str:
        """The one message that WeCom takes besides."""
        if not token.url or token.age() > _URL_SECONDS:
            raise PermanentError("WeCom takes no answer to this message any more")
        if not self._is_wecoms(token.url):
            raise PermanentError("the address to answer to is not WeCom's")
        with reaching():
            response = await self._http.post(token.url, json=flat_body(part))
        checked(_json(response.content))
        return hashlib.sha256(f"{token.url} {part.key}".encode()).hexdigest()[:32]

    def _is_wecoms(self, url: str) -> bool:
        try:
            ours, theirs = urlsplit(self._settings.api), urlsplit(url)
        except ValueError:
            return False
        return (theirs.scheme, theirs.netloc, theirs.path) == (
            ours.scheme, ours.netloc, _RESPONSE_PATH
        )  # fmt: skip

    async def _hand_on(self, message: InboundMessage) -> None:
        assert self._handler is not None
        await self._handler(message)

    def _sealed(self, reply: Json, call: WebhookCall) -> bytes:
        timestamp = str(int(time.time()))
        text = json.dumps(reply, ensure_ascii=False).encode()
        sealed = self._envelope.seal(text, timestamp, call.query.get("nonce", ""))
        return json.dumps(
            {
                "encrypt": sealed.encrypted, "msgsignature": sealed.signature,
                "timestamp": int(timestamp), "nonce": sealed.nonce,
            }
        ).encode()  # fmt: skip


def _encrypted(body: bytes) -> str:
    """Raises Forged."""
    found = _json(body)
    encrypted = found.get("encrypt") if found else None
    if not isinstance(encrypted, str):
        raise Forged("nothing is encrypted there")
    return encrypted


def _json(text: bytes) -> Json | None:
    """None when it is no object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _url(body: Json) -> str:
    url = body.get("response_url")
    return url if isinstance(url, str) else ""
