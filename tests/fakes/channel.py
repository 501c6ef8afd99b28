"""A chat platform inside the test: it keeps what it delivered, and can fail as told."""

import asyncio
from typing import Self

from bot.channels.base import Capabilities, Handler
from bot.messages import Address, InboundMessage, OutboundMessage


class FakeChannel:
    capabilities = Capabilities(buttons=True, files=True, drafts=True)
    chats: frozenset[str] | None = None

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.delivered: list[OutboundMessage] = []
        self.drafts: list[str] = []
        self.faults: list[Exception] = []
        self._incoming: asyncio.Queue[InboundMessage] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def receive(self, message: InboundMessage) -> None:
        await self._incoming.put(message)

    async def run(self, handler: Handler) -> None:
        while True:
            await handler(await self._incoming.get())

    async def send(self, message: OutboundMessage) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.delivered.append(message)
        return str(len(self.delivered))

    async def draft(self, address: Address, text: str) -> None:
        self.drafts.append(text)
