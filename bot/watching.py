"""Does something again and again, in one process at a time."""

import asyncio
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Duty

log = structlog.get_logger()


class Looks(Protocol):
    async def look(self) -> int:
        """Do what is to be done now; how much that was."""


class Watch:
    """`name` is that of the duty; `duty` is None when there is no other process."""

    def __init__(self, name: str, looks: Looks, every: timedelta, duty: Duty | None) -> None:
        self._name = name
        self._looks = looks
        self._every = every.total_seconds()
        self._duty = duty

    async def run(self) -> None:
        """Until cancelled."""
        if self._duty is None:
            await self._go_on()
        else:
            await self._duty(self._name, self._go_on)

    async def _go_on(self) -> None:
        while True:
            try:
                await self._looks.look()
            except (SQLAlchemyError, OSError) as error:
                log.error(f"{self._name}.database", error=type(error).__name__)
            await asyncio.sleep(self._every)
