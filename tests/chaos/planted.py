"""Bugs that are put into a worker before it runs, to prove that each is caught, by name."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from bot.channels.telegram.channel import TelegramChannel
from bot.gateway import Gateway
from config.errors import AppError
from storage.tables.trust import Approval
from tools.context import ToolContext
from tools.layer import ToolLayer
from tools.result import ToolResult

_LATE_SECONDS = 0.5


def _acknowledge_early() -> None:
    """Telegram is told that we have an update, and only then is it kept."""
    receive = TelegramChannel.receive
    keeping: set[asyncio.Task[None]] = set()

    async def keep(channel: TelegramChannel, update: Any) -> None:
        await asyncio.sleep(_LATE_SECONDS)
        try:
            await receive(channel, update)
        except AppError:
            return

    async def acknowledge(channel: TelegramChannel, update: Any) -> None:
        task = asyncio.create_task(keep(channel, update))
        keeping.add(task)
        task.add_done_callback(keeping.discard)

    _replace(TelegramChannel, "receive", acknowledge)


def _lose_keys() -> None:
    """The key of an approved order is another one at each try."""
    execute = ToolLayer.execute

    async def forgetful(layer: ToolLayer, context: ToolContext, approval: Approval) -> ToolResult:
        fresh = replace(context, order_key=f"{context.order_key}:{uuid4().hex[:8]}")
        return await execute(layer, fresh, approval)

    _replace(ToolLayer, "execute", forgetful)


def _sweep_nothing() -> None:
    """Nobody looks for what dead workers left."""

    async def rest(gateway: Gateway) -> None:
        return None

    _replace(Gateway, "sweep", rest)


def _nothing() -> None:
    """The bug is in the database: see `Arena.database`."""


def _replace(owner: type, name: str, function: Callable[..., object]) -> None:
    setattr(owner, name, function)


PLANTS: dict[str, Callable[[], None]] = {
    "no_unique_index": _nothing,
    "early_acknowledgement": _acknowledge_early,
    "lost_key": _lose_keys,
    "no_sweeper": _sweep_nothing,
}
