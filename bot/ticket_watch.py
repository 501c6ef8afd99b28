"""Looks after the deadlines of tickets, in one process at a time."""

from bot.channels.base import Duty
from bot.service import Service
from bot.watching import Watch
from tools.ports import Notifier
from tools.support.sla import SlaWatch


def open_ticket_watch(service: Service, notifier: Notifier, duty: Duty | None) -> Watch:
    settings = service.settings
    watch = SlaWatch(
        service.database, service.organisation_id, service.clock, notifier=notifier,
        hours=settings.hours, support=settings.support,
    )  # fmt: skip
    return Watch("tickets", watch, settings.support.watch_every, duty)
