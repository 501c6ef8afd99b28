"""Which chats people have, so that an end that WeCom never told of is noticed: a chat must not stay
silent for ever."""

import time
from hashlib import sha256

import structlog

from bot.channels.base import Cursors
from bot.channels.wecom.kf.receiving import NAME
from bot.channels.wecom.kf.sessions import Sessions
from bot.messages import Address, HumanServes
from config.errors import AppError

log = structlog.get_logger()

# Sessions last hours; who has one for longer is looked after each time that the customer writes.
_LOOK_AFTER_SECONDS = 12 * 3_600.0


class Serving:
    def __init__(self, cursors: Cursors, sessions: Sessions) -> None:
        self._cursors = cursors
        self._sessions = sessions

    async def note(self, event: HumanServes) -> None:
        """Raises TransientError."""
        value = str(int(time.time())) if event.begins else ""
        await self._cursors.keep(NAME, note_of(event.address), value)

    async def ended_unheard(self, address: Address) -> bool:
        """Whether people had this chat for long, and have it no more. Raises TransientError."""
        since = await self._cursors.get(NAME, note_of(address))
        if not since or time.time() - int(since) < _LOOK_AFTER_SECONDS:
            return False
        try:
            return not await self._sessions.with_people(address)
        except AppError as error:
            log.warning("wecom_kf.no_state", error=str(error))
            return False


def note_of(address: Address) -> str:
    """Who it was about cannot be read in it."""
    told = f"{address.bot}\n{address.chat}".encode("utf-8", "replace")
    return f"people:{sha256(told).hexdigest()[:40]}"
