"""A chat platform inside the test: it keeps what it delivered, and can fail as told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Self

from bot.channels.base import Capabilities, Handler, Pace
from bot.messages import Address, File, InboundMessage, OutboundMessage, RemoteFile, fetched
from config.errors import PermanentError, TransientError


class FakeChannel:
    capabilities = Capabilities(buttons=True, files=True, drafts=True)
    chats: frozenset[str] | None = None

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.delivered: list[OutboundMessage] = []
        self.drafts: list[str] = []
        self.faults: list[Exception] = []
        self.limits: dict[str, Pace] = {}
        self.menus: list[tuple[Address | None, tuple[str, ...], str | None]] = []
        self.remote: dict[str, bytes] = {}
        self._incoming: asyncio.Queue[InboundMessage] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def receive(self, message: InboundMessage) -> None:
        await self._incoming.put(message)

    async def run(self, handler: Handler) -> None:
        while True:
            message = await self._incoming.get()
            while not await _kept(handler, message):
                await asyncio.sleep(0)

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        """One per line that begins with a form feed, so that a test can ask for several."""
        texts = message.text.split("\f")
        return tuple(replace(message, text=text) for text in texts)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        return self.limits

    async def send(self, part: OutboundMessage) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.delivered.append(part)
        return str(len(self.delivered))

    async def download(self, file: RemoteFile) -> File:
        if self.faults:
            raise self.faults.pop(0)
        if file.remote not in self.remote:
            raise PermanentError("the file is gone")
        return fetched(file, self.remote[file.remote])

    async def draft(self, so_far: OutboundMessage) -> None:
        self.drafts.append(so_far.text)

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        self.menus.append((address, tuple(name for name, _ in commands), language))


async def _kept(handler: Handler, message: InboundMessage) -> bool:
    try:
        await handler(message)
    except TransientError:
        return False
    return True
