"""Work of several chats at once, in order within each of them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from config.errors import TransientError

log = structlog.get_logger()

_FIRST_RETRY, _LAST_RETRY = 0.2, 10.0
_LAST_CHANCE_SECONDS = 5.0

Work = Callable[[], Awaitable[None]]


class Intake:
    """WeCom sends a message by long connection once: what could not be kept is tried again here
    until it is, before anything else of its chat."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Work]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, chat: str, work: Work) -> None:
        """`work` is called until it raises TransientError no more."""
        queue = self._waiting.get(chat)
        if queue is not None:
            queue.append(work)
            return
        self._waiting[chat] = deque([work])
        task = asyncio.create_task(self._drain(chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """What came in is kept first, if that is possible soon."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_CHANCE_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drain(self, chat: str) -> None:
        queue = self._waiting[chat]
        try:
            while queue:
                doing = asyncio.create_task(_persistently(queue.popleft()))
                # A bug ends what it is in, and not what waits behind it.
                (bug,) = await asyncio.gather(doing, return_exceptions=True)
                if bug is not None:
                    log.error("wecom.message_lost", exc_info=bug)
        finally:
            del self._waiting[chat]


async def _persistently(work: Work) -> None:
    pause = _FIRST_RETRY
    while True:
        try:
            return await work()
        except TransientError as error:
            log.error("wecom.not_kept", error=str(error))
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LAST_RETRY)
