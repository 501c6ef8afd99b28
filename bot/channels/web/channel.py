"""The web chat page as a channel: what visitors post comes in, what is sent stands in a log that
their pages follow."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Self
from uuid import uuid4

from bot.channels.base import (
    Capabilities,
    Handler,
    Pace,
    PageAnswer,
    PageCall,
    WebhookAnswer,
    WebhookCall,
)
from bot.channels.configured import Store
from bot.channels.web.api import Api
from bot.channels.web.door import Door
from bot.channels.web.files import Files
from bot.channels.web.page import Page
from bot.channels.web.signing import Signer
from bot.channels.web.streams import Streams
from bot.messages import Address, File, InboundMessage, OutboundMessage, RemoteFile, fetched
from bot.shelf import Shelf
from bot.storable import storable
from config.channels import WebSettings
from config.errors import PermanentError, TransientError
from config.i18n import Language, say
from storage.web import Saying, WebLog

NAME = "web"
BOT = "web"


class WebChannel:
    """`shared`: several processes serve the same visitors."""

    name = NAME
    capabilities = Capabilities(buttons=True, files=True, drafts=True, keyed=True)
    chats: frozenset[str] | None = None

    def __init__(
        self,
        settings: WebSettings,
        signer: Signer,
        store: Store,
        shelf: Shelf,
        *,
        language: Language,
        shared: bool,
    ) -> None:
        self._log = WebLog(store.database, store.organisation_id, store.clock)
        self._language = language
        self._shared = shared
        self._files = Files(self._log, signer, settings, store.media)
        door = Door(settings, signer, store.pacer)
        self._streams = Streams(self._log, shelf, settings.limits, self._files.shown)
        self._api = Api(
            settings, door, signer, log=self._log, files=self._files, streams=self._streams,
            receive=self._receive,
        )  # fmt: skip
        self._page = Page(settings, store.media, language)
        self._handler: Handler | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self._streams.close()

    async def run(self, handler: Handler) -> None:
        self._handler = handler
        self._streams.begin()
        try:
            if self._shared:
                await self._streams.watch()
            await asyncio.Event().wait()
        finally:
            self._handler = None
            self._streams.close()

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        return WebhookAnswer(status=404)

    async def page(self, call: PageCall) -> PageAnswer:
        return self._page.part(call) or await self._api.answer(call)

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        """Always one: a page has room for everything."""
        return [replace(message, key=f"{message.key}/0" if message.key else "")]

    def paces(self, address: Address) -> Mapping[str, Pace]:
        """The page is ours, and has none."""
        return {}

    async def send(self, part: OutboundMessage) -> str:
        visitor = part.address.chat
        buttons = tuple({"label": each.label, "key": each.key} for each in part.buttons)
        number = await self._log.append(
            visitor,
            Saying(
                key=part.key or uuid4().hex, mine=False, text=storable(part.text),
                markdown=part.markdown, buttons=buttons, files=part.files,
            ),
        )  # fmt: skip
        await self._streams.answered(visitor)
        return f"{visitor}:{number}"

    async def draft(self, so_far: OutboundMessage) -> None:
        await self._streams.draft(so_far.address.chat, so_far.key, so_far.text, pulse=so_far.pulse)

    async def download(self, file: RemoteFile) -> File:
        found = await self._log.content(file.remote)
        if found is None:
            raise PermanentError("the file is kept no longer")
        return fetched(file, found[1])

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        raise PermanentError("the page has no menu")

    async def _receive(
        self, visitor: str, id_: str, text: str, pressed: str | None, files: tuple[RemoteFile, ...]
    ) -> None:
        """Returning means that it is on disk. Raises TransientError."""
        if self._handler is None:
            raise TransientError("the service begins or ends")
        await self._handler(
            InboundMessage(
                # Browsers choose their ids, and must not choose those of others.
                external_id=f"{visitor}:{id_}",
                address=Address(channel=NAME, bot=BOT, chat=visitor),
                sender_id=visitor,
                sender_name=say(self._language, "web.visitor", code=visitor[:4].upper()),
                text=text, files=files, pressed=pressed,
            )
        )  # fmt: skip
