"""Looks after the deadlines of tickets, in one process at a time."""

import asyncio
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Duty
from bot.service import Service
from tools.ports import Notifier
from tools.support.sla import SlaWatch

log = structlog.get_logger()

_DUTY = "tickets"


class Looks(Protocol):
    async def look(self) -> int: ...


class TicketWatch:
    """`duty` is None when there is no other process."""

    def __init__(self, watch: Looks, every: timedelta, duty: Duty | None) -> None:
        self._every = every.total_seconds()
        self._watch = watch
        self._duty = duty

    async def run(self) -> None:
        """Until cancelled."""
        if self._duty is None:
            await self._go_on()
        else:
            await self._duty(_DUTY, self._go_on)

    async def _go_on(self) -> None:
        while True:
            try:
                await self._watch.look()
            except (SQLAlchemyError, OSError) as error:
                log.error("tickets.database", error=type(error).__name__)
            await asyncio.sleep(self._every)


def open_ticket_watch(service: Service, notifier: Notifier, duty: Duty | None) -> TicketWatch:
    settings = service.settings
    watch = SlaWatch(
        service.database, service.organisation_id, service.clock, notifier=notifier,
        hours=settings.hours, support=settings.support,
    )  # fmt: skip
    return TicketWatch(watch, settings.support.watch_every, duty)
