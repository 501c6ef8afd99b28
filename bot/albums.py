"""Albums: several messages that somebody sent as one are answered as one."""

import asyncio
from collections.abc import Callable

from config.clock import Clock
from storage.database import Session
from storage.inbox import OpenMessage
from storage.waiting import Waiting

# Platforms send the parts of an album within a moment.
_REST_COMES_WITHIN = 1.0


class Albums:
    """Each part is on disk when it is acknowledged; the turn that joins them is held back for a
    moment. When this process dies the sweep of another begins it."""

    def __init__(self, organisation_id: int, clock: Clock, most_files: int) -> None:
        self._waiting = Waiting(organisation_id, clock)
        self._most_files = most_files
        self._held: dict[int, asyncio.TimerHandle] = {}

    def hold(self, conversation_id: int, wake: Callable[[int], None]) -> None:
        """Wait for more; each part begins the time anew."""
        self.release(conversation_id)

        def over() -> None:
            self.release(conversation_id)
            wake(conversation_id)

        loop = asyncio.get_running_loop()
        self._held[conversation_id] = loop.call_later(_REST_COMES_WITHIN, over)

    def release(self, conversation_id: int) -> None:
        """A message that belongs to no album says that the one before it is whole."""
        timer = self._held.pop(conversation_id, None)
        if timer is not None:
            timer.cancel()

    def holds(self, conversation_id: int) -> bool:
        return conversation_id in self._held

    async def join(self, session: Session, message: OpenMessage) -> OpenMessage:
        """The message with all that came of its album; needs the conversation's lease."""
        if message.album is None:
            return message
        return await self._waiting.join_album(session, message, self._most_files)
