"""The live side of the page: one stream for each that is open, fed from the log.

A stream shows what the log has beyond the number that the browser saw last, so it does not matter
which process wrote it, nor what was lost on the way. Drafts are a courtesy: they come from memory,
or from the shelf when another process writes the answer, and the log's words replace them.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from bot.shelf import Shelf
from config.channels import WebLimits
from config.errors import TransientError
from storage.web import Said, WebLog

log = structlog.get_logger()

_BEAT_SECONDS = 15.0
_POLL_SECONDS = 1.0
_AT_ONCE = 100
# What somebody who comes back is shown of the past.
_RECALLED = 100
_DRAFT_KEPT = timedelta(minutes=2)

Shown = Callable[[Said], dict[str, Any]]


class _Stream:
    """One open page, which has seen everything up to `seen`."""

    def __init__(self, address: str, seen: int) -> None:
        self.address = address
        self.seen = seen
        self.news = asyncio.Event()
        self.draft: str | None = None
        self.displaced = False


class Streams:
    """The pages that are open at this process."""

    def __init__(self, log_: WebLog, shelf: Shelf, limits: WebLimits, shown: Shown) -> None:
        self._log = log_
        self._shelf = shelf
        self._limits = limits
        self._shown = shown
        self._open: dict[str, list[_Stream]] = {}
        self._addresses: dict[str, int] = {}
        self._closed = True

    def full(self, visitor: str, address: str) -> bool:
        """Whether there is no room for one more. A visitor's own oldest one makes room."""
        mine = self._open.get(visitor, [])
        if len(mine) >= self._limits.streams:
            return False
        count = sum(len(each) for each in self._open.values())
        return (
            count >= self._limits.all_streams
            or self._addresses.get(address, 0) >= self._limits.address_streams
        )

    async def first(self, visitor: str) -> int:
        """The number after which a page begins that has seen nothing."""
        newest = (await self._log.newest([visitor])).get(visitor, 0)
        return max(newest - _RECALLED, 0)

    async def follow(self, visitor: str, address: str, seen: int) -> AsyncGenerator[bytes, None]:
        """Server-sent events, until the service stops or newer pages of the visitor take the place."""
        stream = _Stream(address, seen)
        self._enter(visitor, stream)
        try:
            yield b": welcome\n\n"
            with suppress(TransientError):
                stream.draft = await self._shelf.get(_note(visitor)) or stream.draft
            while not (self._closed or stream.displaced):
                stream.news.clear()
                draft, stream.draft = stream.draft, None
                lines = await self._log.after(visitor, stream.seen, _AT_ONCE)
                for line in lines:
                    stream.seen = line.number
                    yield event("message", json.dumps(self._shown(line)), line.number)
                if draft is not None:
                    yield event("draft", draft)
                if len(lines) < _AT_ONCE and not await _rung(stream.news):
                    yield b": beat\n\n"
            yield event("elsewhere" if stream.displaced else "pause", "{}")
        except TransientError as error:
            log.warning("web.stream_cut", error=str(error))
        finally:
            self._leave(visitor, stream)

    def wake(self, visitor: str) -> None:
        """There is something new in the log."""
        for stream in self._open.get(visitor, []):
            stream.news.set()

    async def draft(self, visitor: str, key: str, text: str, *, pulse: bool) -> None:
        draft = json.dumps({"answer": key, "text": text, "pulse": pulse})
        self._show(visitor, draft)
        await self._shelf.put(_note(visitor), draft, _DRAFT_KEPT)

    async def answered(self, visitor: str) -> None:
        """What was drafted is said now."""
        self.wake(visitor)
        with suppress(TransientError):
            await self._shelf.take(_note(visitor))

    def begin(self) -> None:
        self._closed = False

    def close(self) -> None:
        """End every stream; the browsers come again, to whoever serves then."""
        self._closed = True
        for visitor in self._open:
            self.wake(visitor)

    @property
    def closed(self) -> bool:
        return self._closed

    async def watch(self) -> None:
        """See what other processes wrote, until cancelled."""
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            if self._open:
                with suppress(TransientError):
                    await self._look()

    async def _look(self) -> None:
        for visitor, newest in (await self._log.newest([*self._open])).items():
            if any(stream.seen < newest for stream in self._open.get(visitor, [])):
                self.wake(visitor)
        for visitor in [*self._open]:
            draft = await self._shelf.get(_note(visitor))
            if draft is not None:
                self._show(visitor, draft)

    def _show(self, visitor: str, draft: str) -> None:
        for stream in self._open.get(visitor, []):
            stream.draft = draft
            stream.news.set()

    def _enter(self, visitor: str, stream: _Stream) -> None:
        mine = self._open.setdefault(visitor, [])
        mine.append(stream)
        self._addresses[stream.address] = self._addresses.get(stream.address, 0) + 1
        if len(mine) > self._limits.streams:
            mine[0].displaced = True
            mine[0].news.set()
            del mine[0]

    def _leave(self, visitor: str, stream: _Stream) -> None:
        mine = self._open.get(visitor, [])
        if stream in mine:
            mine.remove(stream)
        if not mine:
            self._open.pop(visitor, None)
        self._addresses[stream.address] -= 1
        if not self._addresses[stream.address]:
            del self._addresses[stream.address]


def event(kind: str, data: str, number: int | None = None) -> bytes:
    """`data` is JSON, and so has no line ends."""
    id_ = "" if number is None else f"id: {number}\n"
    return f"{id_}event: {kind}\ndata: {data}\n\n".encode()


async def _rung(news: asyncio.Event) -> bool:
    """Whether something came before the time for a sign of life."""
    try:
        async with asyncio.timeout(_BEAT_SECONDS):
            await news.wait()
    except TimeoutError:
        return False
    return True


def _note(visitor: str) -> str:
    return f"web:{visitor}"
