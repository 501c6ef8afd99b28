"""An answer while it comes: one stream, each frame of which is the whole text so far."""

import asyncio
import hashlib
import time
from collections import deque
from dataclasses import dataclass, field

import structlog

from bot.channels.wecom.bot.frames import NO_SUCH_REQUEST, STREAM_EXPIRED, Command, Json
from bot.channels.wecom.bot.link import Link
from bot.channels.wecom.bot.text import fitting
from bot.channels.wecom.bot.timing import Timing
from bot.channels.wecom.bot.tokens import ReplyToken
from bot.channels.wecom.errors import Refused
from bot.errors import Busy
from config.errors import AppError

log = structlog.get_logger()

_DEAD = (NO_SUCH_REQUEST, STREAM_EXPIRED)
# A chat takes 30 messages a minute; a third of them is left for what is not a draft.
_MOST_DRAFTS, _MINUTE = 20, 60.0
_QUICK = 10
# What was not finished for so long belongs to a turn that another process ended, or nobody.
_FORGOTTEN_AFTER = 600.0


@dataclass(slots=True)
class _Open:
    """`latest` is to be shown, `shown` is; `closing`: the answer is on its way."""

    chat: str
    request: str
    stream: str
    latest: str = ""
    shown: str = ""
    frames: int = 0
    began: float = 0.0
    asked: float = field(default_factory=time.monotonic)
    closing: bool = False
    dead: bool = False
    pump: asyncio.Task[None] | None = None


class Streams:
    """By message; drafts are sent by tasks of their own, so that nobody waits for one."""

    def __init__(self, link: Link, timing: Timing) -> None:
        self._link = link
        self._timing = timing
        self._open: dict[str, _Open] = {}
        self._sent: dict[str, deque[float]] = {}
        self._quiet_until: dict[str, float] = {}

    async def close(self) -> None:
        pumps = [each.pump for each in self._open.values() if each.pump is not None]
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    def show(self, chat: str, token: ReplyToken, key: str, content: str) -> None:
        """Soon; a later text overtakes it."""
        self._forget()
        stream = stream_id(token, key)
        current = self._open.get(stream)
        if current is None:
            current = self._open[stream] = _Open(chat, token.request, stream)
        current.latest = fitting(content)
        if not current.closing and not current.dead and current.pump is None:
            current.pump = asyncio.create_task(self._pump(current))

    async def finish(self, token: ReplyToken, key: str, content: str) -> str | None:
        """End the stream with the answer; None when it takes no more, and the answer has to be a
        message of its own. Raises as Session.ask does."""
        stream = stream_id(token, key)
        current = self._open.get(stream)
        if current is not None:
            current.closing = True
            if current.dead or self._expired(current):
                del self._open[stream]
                return None
        if token.age() > self._timing.token:
            return None
        session = self._link.session()
        try:
            body = stream_body(stream, content, finish=True)
            await session.ask(Command.respond, body, token.request)
        except Refused as error:
            self._open.pop(stream, None)
            if error.code not in _DEAD:
                raise
            log.info("wecom.stream_ended", code=error.code)
            return None
        self._open.pop(stream, None)
        return stream

    async def _pump(self, current: _Open) -> None:
        """Show the latest text, as often as the chat allows, until there is no later one."""
        try:
            while current.latest != current.shown:
                await asyncio.sleep(self._wait(current))
                if current.closing or self._expired(current) or not self._link.subscribed:
                    return
                content = current.latest
                self._sent.setdefault(current.chat, deque()).append(time.monotonic())
                body = stream_body(current.stream, content, finish=False)
                await self._link.session().ask(Command.respond, body, current.request)
                current.shown = content
                current.frames += 1
                current.began = current.began or time.monotonic()
        except AppError as error:
            self._refused(current, error)
        finally:
            current.pump = None

    def _refused(self, current: _Open, error: AppError) -> None:
        log.info("wecom.draft_refused", error=str(error))
        if isinstance(error, Refused):
            current.dead = True
        if isinstance(error, Busy):
            self._quiet_until[current.chat] = time.monotonic() + error.seconds

    def _wait(self, current: _Open) -> float:
        """Seconds until the next draft may go to this chat."""
        now = time.monotonic()
        sent = self._sent.get(current.chat, deque())
        while sent and now - sent[0] > _MINUTE:
            sent.popleft()
        every = self._timing.draft if current.frames < _QUICK else self._timing.slow_draft
        waits = [self._quiet_until.get(current.chat, 0.0) - now]
        if sent:
            waits.append(sent[-1] + every - now)
        if len(sent) >= _MOST_DRAFTS:
            waits.append(sent[-_MOST_DRAFTS] + _MINUTE - now)
        return max(0.0, *waits)

    def _expired(self, current: _Open) -> bool:
        return bool(current.began) and time.monotonic() - current.began > self._timing.stream

    def _forget(self) -> None:
        now = time.monotonic()
        for stream, each in list(self._open.items()):
            if each.pump is None and now - each.asked > _FORGOTTEN_AFTER:
                del self._open[stream]
        for chat, sent in list(self._sent.items()):
            if now - sent[-1] > _MINUTE:
                del self._sent[chat]
                self._quiet_until.pop(chat, None)


def stream_id(token: ReplyToken, key: str) -> str:
    """The same for the drafts and the answer, in whichever process."""
    return hashlib.sha256(f"{token.request} {token.stream} {key}".encode()).hexdigest()[:32]


def stream_body(stream: str, content: str, *, finish: bool) -> Json:
    return {"msgtype": "stream", "stream": {"id": stream, "finish": finish, "content": content}}
