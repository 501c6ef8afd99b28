"""What a channel does that only says things: nobody can write to it."""

import asyncio
from collections.abc import Sequence

from bot.channels.base import Handler, WebhookAnswer, WebhookCall
from bot.messages import Address, File, OutboundMessage, RemoteFile
from config.errors import PermanentError


class OneWay:
    chats: frozenset[str] | None = None

    async def run(self, handler: Handler) -> None:
        """Nothing is ever received."""
        await asyncio.Event().wait()

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        return WebhookAnswer(status=404)

    async def draft(self, so_far: OutboundMessage) -> None:
        raise PermanentError("what a robot has said stays as it is")

    async def download(self, file: RemoteFile) -> File:
        raise PermanentError("a robot is sent nothing")

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        raise PermanentError("a robot has no menu")
