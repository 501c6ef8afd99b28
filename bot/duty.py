"""Does a piece of work in one process at a time, and in another when that one dies."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database
from storage.duties import Duties

log = structlog.get_logger()

Work = Callable[[], Awaitable[None]]


class SharedDuty:
    def __init__(self, database: Database, duties: Duties) -> None:
        self._database = database
        self._duties = duties
        self._beat = duties.duration.total_seconds() / 3

    async def __call__(self, name: str, work: Work) -> None:
        """Wait for the duty, do the work while it is ours, and wait again when it was lost."""
        while True:
            fence = await self._taken(name)
            if fence is not None and await self._while_ours(name, fence, work):
                return
            await asyncio.sleep(self._beat)

    async def _while_ours(self, name: str, fence: int, work: Work) -> bool:
        """Whether the work came to its own end."""
        log.info("duty.taken", duty=name)
        doing = asyncio.ensure_future(work())
        keeping = asyncio.create_task(self._kept(name, fence))
        try:
            await asyncio.wait({doing, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                doing.result()
                return True
            log.warning("duty.lost", duty=name)
            return False
        finally:
            doing.cancel()
            keeping.cancel()
            await asyncio.gather(doing, keeping, return_exceptions=True)
            with suppress(SQLAlchemyError, OSError):
                async with self._database.unit_of_work() as session:
                    await self._duties.give_back(session, name, fence)

    async def _taken(self, name: str) -> int | None:
        try:
            async with self._database.unit_of_work() as session:
                return await self._duties.take(session, name)
        except (SQLAlchemyError, OSError) as error:
            log.warning("duty.database", error=type(error).__name__)
            return None

    async def _kept(self, name: str, fence: int) -> None:
        """Ends when the duty is lost; a database that is away for longer than the lease loses it."""
        deadline = asyncio.get_running_loop().time() + 3 * self._beat
        while True:
            await asyncio.sleep(self._beat)
            now = asyncio.get_running_loop().time()
            try:
                async with self._database.unit_of_work() as session:
                    if not await self._duties.keep(session, name, fence):
                        return
                deadline = now + 3 * self._beat
            except (SQLAlchemyError, OSError):
                if now >= deadline:
                    return
