"""Finishes the visits of customers who have left, in one process at a time."""

from collections.abc import Awaitable, Callable

from bot.channels.base import Duty
from bot.watching import Watch
from config.settings import Settings
from tools.context import Fence, ToolContext
from tools.visits.ending import VisitEnder

OpenTools = Callable[[int | None, str, Fence], Awaitable[ToolContext]]


class NoEffects:
    """The fence of what sends nothing outside by itself."""

    async def check(self) -> None:
        raise AssertionError("an ended visit has no effect outside")


def open_ender(open_tools: OpenTools) -> VisitEnder:
    """`open_tools` gives the service itself what its work needs, under an order key."""
    return VisitEnder(lambda order_key: open_tools(None, order_key, NoEffects()))


def open_visit_watch(settings: Settings, open_tools: OpenTools, duty: Duty | None) -> Watch:
    return Watch("visits", open_ender(open_tools), settings.visits.watch_every, duty)
