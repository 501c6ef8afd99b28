"""A robot in a group of WeCom: it says what it is given, and hears nothing."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import md5
from typing import Any, Self
from uuid import uuid4

from bot.channels.base import Capabilities, Pace
from bot.channels.oneway import OneWay
from bot.channels.wecom.errors import without_effect
from bot.channels.wecom.http import Json, ask, open_http
from bot.channels.wecom.text import has_markup, open_links, pieces, without_anchors
from bot.messages import Address, Button, File, OutboundMessage
from config.channels import WecomRobotSettings
from config.errors import PermanentError, TransientError

NAME = "wecom_robot"
_MAX_TEXT, _MAX_MARKDOWN = 2_048, 4_096
# A note about a repeated send may be added.
_NOTE_BYTES = 200
_MAX_PICTURE, _MAX_FILE, _LEAST_FILE = 2_000_000, 20_000_000, 6
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_PATIENCE_SECONDS = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(OutboundMessage):
    """What goes out in one call: a text, or one file."""


class WecomRobotChannel(OneWay):
    """Buttons are lines to read: nobody can answer a robot."""

    name = NAME
    capabilities = Capabilities(files=True)

    def __init__(self, settings: WecomRobotSettings) -> None:
        self._key = settings.key.get_secret_value()
        self._api = settings.api
        self._http = open_http(settings.api)

    async def __aenter__(self) -> Self:
        if self._http.is_closed:
            self._http = open_http(self._api)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        text = open_links(message.text) if message.markdown else without_anchors(message.text)
        markdown = message.markdown and has_markup(text)
        text = "\n".join([text, *map(_line, message.buttons)]) if message.buttons else text
        limit = (_MAX_MARKDOWN if markdown else _MAX_TEXT) - _NOTE_BYTES
        blank = Part(address=message.address, text="", markdown=markdown)
        words = [replace(blank, text=piece) for piece in pieces(text, limit, markdown=markdown)]
        if message.files and not text.strip():
            words = []
        return [*words, *(replace(blank, files=(file,)) for file in message.files)]

    def paces(self, address: Address) -> Mapping[str, Pace]:
        return {f"{NAME}:{address.bot}": Pace(count=20, seconds=60)}

    async def send(self, part: OutboundMessage) -> str:
        """The id is ours: WeCom gives none."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                body = await self._body(part)
                await self._ask("send", {}, json=body)
        except TimeoutError:
            raise TransientError(f"WeCom: no answer in {_PATIENCE_SECONDS:g} s") from None
        return uuid4().hex

    async def _body(self, part: OutboundMessage) -> Json:
        if part.files:
            return await self._file_body(part.files[0])
        kind = "markdown_v2" if part.markdown else "text"
        return {"msgtype": kind, kind: {"content": part.text if part.text.strip() else "…"}}

    async def _file_body(self, file: File) -> Json:
        content = file.content.ljust(_LEAST_FILE, b"\n")
        if content.startswith(_PICTURES) and len(content) <= _MAX_PICTURE:
            digest = md5(content, usedforsecurity=False).hexdigest()
            picture = {"base64": b64encode(content).decode(), "md5": digest}
            return {"msgtype": "image", "image": picture}
        if len(content) > _MAX_FILE:
            raise PermanentError(f"WeCom takes no file of {len(content)} bytes")
        upload = {"media": (file.name, content)}
        with without_effect():
            kept = await self._ask("upload_media", {"type": "file"}, files=upload)
        return {"msgtype": "file", "file": {"media_id": kept.get("media_id", "")}}

    async def _ask(self, what: str, query: Mapping[str, str], **content: Any) -> Json:
        asked = {**query, "key": self._key}
        return await ask(self._http, "POST", f"/cgi-bin/webhook/{what}", asked, **content)


def _line(button: Button) -> str:
    return button.send if button.label in ("", button.send) else f"{button.label}: {button.send}"
