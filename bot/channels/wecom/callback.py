"""Calls of WeCom in XML: the check of the URL, and what happened, sealed in an envelope."""

import time
from collections.abc import Awaitable, Callable, Mapping
from xml.etree.ElementTree import Element, ParseError

import structlog
from defusedxml.ElementTree import fromstring

from bot.channels.base import WebhookAnswer, WebhookCall
from bot.channels.wecom.crypto import Envelope, Forged
from config.channels import WecomCallback
from config.errors import AppError, TransientError

log = structlog.get_logger()

# WeCom sends again within seconds; what is older was recorded by somebody.
_OLDEST_SECONDS = 600.0

Fields = Mapping[str, str]


class Malformed(AppError):
    """It is not what WeCom sends."""


class Callback:
    """`receive_id` is the corp id; `now` gives seconds since 1970."""

    def __init__(
        self, settings: WecomCallback, receive_id: str, now: Callable[[], float] = time.time
    ) -> None:
        token, key = settings.token.get_secret_value(), settings.aes_key.get_secret_value()
        self._envelope = Envelope(token, key, receive_id)
        self._now = now

    async def answer(
        self, call: WebhookCall, receive: Callable[[Fields], Awaitable[None]]
    ) -> WebhookAnswer:
        """`receive` gets what happened, by the names of WeCom's XML; when it has returned the call
        is acknowledged. When it raises TransientError, WeCom sends it again."""
        try:
            if call.method == "GET":
                return _plain(200, self.echo(call))
            fields = fields_of(self.opened(call, fields_of(call.body).get("Encrypt", "")))
        except Forged as error:
            log.warning("wecom.call_refused", reason=str(error))
            return _plain(403)
        except Malformed:
            return _plain(400)
        try:
            await receive(fields)
        except TransientError:
            return _plain(503)
        return _plain(200)

    def echo(self, call: WebhookCall) -> bytes:
        """What the check of the URL wants to have back. Raises Forged."""
        # In a query that was not encoded a plus reads as a space; base64 has none.
        return self.opened(call, call.query.get("echostr", "").replace(" ", "+"))

    def opened(self, call: WebhookCall, encrypted: str) -> bytes:
        """What was sealed there. Raises Forged."""
        timestamp = call.query.get("timestamp", "")
        self._check_age(timestamp)
        return self._envelope.open(
            signature=call.query.get("msg_signature", ""), timestamp=timestamp,
            nonce=call.query.get("nonce", ""), encrypted=encrypted,
        )  # fmt: skip

    def _check_age(self, timestamp: str) -> None:
        known = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12
        if not known or abs(self._now() - int(timestamp)) > _OLDEST_SECONDS:
            raise Forged("it is not of now")


def fields_of(xml: bytes) -> Fields:
    """The elements of the root by name; those of elements inside each other as "Outer/Inner". Of
    several with one name the first. Raises Malformed; definitions of types and entities are not
    read."""
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        raise Malformed("it is no XML of WeCom's") from None
    found: dict[str, str] = {}
    for element in root:
        _collect(element, element.tag, found)
    return found


def _collect(element: Element, name: str, found: dict[str, str]) -> None:
    found.setdefault(name, (element.text or "").strip())
    for child in element:
        found.setdefault(f"{name}/{child.tag}", (child.text or "").strip())


def _plain(status: int, body: bytes = b"") -> WebhookAnswer:
    return WebhookAnswer(status=status, body=body, media_type="text/plain")
