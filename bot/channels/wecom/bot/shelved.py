"""The state of streams that WeCom asks for, shared by the processes that it may ask."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

from bot.channels.wecom.errors import without_effect
from bot.shelf import Shelf

Json = dict[str, Any]

_KEEP = timedelta(minutes=15)
_LOOK_EVERY = 0.1


class ShelvedStreams:
    """By id: `draft` is what can be shown so far, `answer` waits to be fetched, `fetched` was."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def begin(self, stream: str) -> float:
        """When it began, in seconds since 1970: now, when nobody asked before."""
        found = await self._shelf.get(_name(stream, "began"))
        if found is None:
            found = str(time.time())
            await self._shelf.put(_name(stream, "began"), found, _KEEP)
        return float(found)

    async def sketch(self, stream: str, content: str) -> None:
        await self._shelf.put(_name(stream, "draft"), content, _KEEP)

    async def draft(self, stream: str) -> str:
        return await self._shelf.get(_name(stream, "draft")) or ""

    async def end(self, stream: str) -> None:
        """It was finished without its answer."""
        await self._shelf.put(_name(stream, "over"), "1", _KEEP)

    async def is_over(self, stream: str) -> bool:
        return await self._shelf.get(_name(stream, "over")) is not None

    async def fetch(self, stream: str) -> Json | None:
        """The answer, when there is one; as often as it is asked for."""
        found = await self._shelf.get(_name(stream, "fetched"))
        if found is None:
            found = await self._shelf.take(_name(stream, "answer"))
            if found is None:
                return None
            await self._shelf.put(_name(stream, "fetched"), found, _KEEP)
        body: Json = json.loads(found)
        return body

    async def offer(self, stream: str, body: Json, patience: float) -> bool:
        """Whether WeCom fetched the answer within so many seconds; when not, it never will. Raises
        NotDelivered when it could not be offered, TransientError when nobody knows."""
        with without_effect():
            if await self._shelf.get(_name(stream, "fetched")) is not None:
                return True
            await self._shelf.put(_name(stream, "answer"), json.dumps(body), _KEEP)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if await self._shelf.get(_name(stream, "answer")) is None:
                return True
            await asyncio.sleep(_LOOK_EVERY)
        return await self._shelf.take(_name(stream, "answer")) is None


def _name(stream: str, what: str) -> str:
    return f"wecom:stream:{stream}:{what}"
