"""Shows that a turn is being worked on, while it has no words to show."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from agent.contract import Progress, Turn
from bot.drafts import Drafts
from config.i18n import knows, say

log = structlog.get_logger()

_FIRST_AFTER = 3.0
_EVERY = 5.0


@asynccontextmanager
async def beating(drafts: Drafts, turn: Turn) -> AsyncIterator[Progress]:
    """What the agent tells its progress to. When it is silent for long, its chat is shown which
    step it is at."""
    show = drafts.of(turn)
    told = float("-inf")

    async def progress(text: str) -> None:
        nonlocal told
        told = time.monotonic()
        await show(text)

    async def beat() -> None:
        await asyncio.sleep(_FIRST_AFTER)
        while True:
            if time.monotonic() - told >= _EVERY:
                await _shown(drafts, turn)
            await asyncio.sleep(_EVERY)

    beats = asyncio.create_task(beat())
    try:
        yield progress
    finally:
        # Ended before the answer is queued: nothing of it may come behind that.
        beats.cancel()
        await asyncio.wait([beats])


async def _shown(drafts: Drafts, turn: Turn) -> None:
    try:
        await drafts.pulse(turn, working_on(turn))
    except (SQLAlchemyError, OSError) as error:
        log.warning("pulse.database", error=type(error).__name__)


def working_on(turn: Turn) -> str:
    """ "Working: creating a campaign …" """
    name = f"tools.names.{turn.course.doing}"
    if turn.course.stopped:
        return say(turn.language, "bot.stopping")
    if not knows(name):
        return say(turn.language, "bot.working")
    return say(turn.language, "bot.working_on", step=say(turn.language, name))
