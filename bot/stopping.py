"""What people want to have stopped, while it is worked on: told at once inside this process, and
found by looking where another one works."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache

import structlog
from sqlalchemy.exc import SQLAlchemyError

from agent.contract import Turn
from bot.messages import Corrected, InboundMessage
from bot.storable import storable
from config.clock import Clock
from config.i18n import Language, catalogue
from storage.database import Database, Session
from storage.waiting import Waiting

log = structlog.get_logger()

STOP = "/cancel"
_LOOK_EVERY = 1.0
_ENDS = " 。.!！~～"


class Stops:
    def __init__(self, database: Database, organisation_id: int, clock: Clock) -> None:
        self._database = database
        self._waiting = Waiting(organisation_id, clock)
        self._running: dict[int, Turn] = {}

    async def correct(self, event: Corrected) -> None:
        """New words for a message that nobody has begun to answer; later they change nothing."""
        text = storable(event.text)
        if not text:
            return
        async with self._database.unit_of_work() as session:
            done = await self._waiting.correct(session, event.address, event.message_id, text)
        log.info("inbox.corrected", channel=event.address.channel, in_time=done)

    async def asked_by(self, session: Session, message: InboundMessage) -> Sequence[int]:
        """The messages that this one, which is kept already, wants to have stopped. Without any it
        is a message like others."""
        word = _plain(message.text)
        if message.pressed or (word != STOP and word not in _words("cancel")):
            return ()
        # Somebody may mean our mails: those words are answered as well.
        kept_as = None if word in _words("unsubscribe") else STOP
        return await self._waiting.stop(
            session, message.address, message.external_id, words=kept_as
        )

    def tell(self, stopped: Sequence[int]) -> None:
        """After the commit."""
        for inbox_id in stopped:
            if turn := self._running.get(inbox_id):
                turn.course.stop.set()

    @asynccontextmanager
    async def watched(self, turn: Turn) -> AsyncIterator[None]:
        """Meanwhile the turn learns when it is to stop."""
        self._running[turn.inbox_id] = turn
        looking = asyncio.create_task(self._look(turn))
        try:
            yield
        finally:
            del self._running[turn.inbox_id]
            looking.cancel()
            await asyncio.wait([looking])

    async def _look(self, turn: Turn) -> None:
        while not turn.course.stopped:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                async with self._database.reading() as session:
                    if await self._waiting.stopped(session, turn.inbox_id):
                        turn.course.stop.set()
            except (SQLAlchemyError, OSError) as error:
                log.warning("stop.database", error=type(error).__name__)


def _plain(text: str) -> str:
    return text.strip(_ENDS).lower().replace("／", "/").partition("@")[0]


@cache
def _words(what: str) -> frozenset[str]:
    lists = (catalogue(language).get(f"commands.words_{what}", "") for language in Language)
    return frozenset(word.strip() for words in lists for word in words.split(","))
