"""Answers shown while they come, on the channels that can."""

import time
from collections.abc import Mapping

import structlog

from agent.contract import Progress, Turn
from bot.channels.base import Channel
from bot.messages import OutboundMessage
from bot.replies import key_of
from config.errors import AppError
from storage.database import Database
from storage.inbox import Inbox

log = structlog.get_logger()

# Platforms count edits; people read no faster.
_EVERY_SECONDS = 0.5


class Drafts:
    """A draft is a courtesy: whatever goes wrong with one, the answer itself is sent."""

    def __init__(self, database: Database, inbox: Inbox, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._inbox = inbox
        self._channels = channels

    def of(self, turn: Turn) -> Progress:
        """Shows the words of this turn's answer in its chat, not more often than people read."""
        shown_at = 0.0

        async def show(text: str) -> None:
            nonlocal shown_at
            if not self._channels or time.monotonic() - shown_at < _EVERY_SECONDS:
                return
            shown_at = time.monotonic()
            await self._show(turn, text)

        return show

    async def pulse(self, turn: Turn, text: str) -> None:
        """Show that the answer is being worked on."""
        await self._show(turn, text, pulse=True)

    async def _show(self, turn: Turn, text: str, *, pulse: bool = False) -> None:
        async with self._database.reading() as session:
            place = await self._inbox.place(session, turn.conversation_id, turn.inbox_id)
            token = await self._inbox.reply_token(session, turn.inbox_id)
        channel = self._channels.get(place.channel)
        if channel is None or not channel.capabilities.drafts:
            return
        try:
            await channel.draft(
                OutboundMessage(
                    address=place, text=text, key=key_of(turn), reply_token=token, pulse=pulse
                )
            )
        except AppError as error:
            log.warning("draft.failed", channel=place.channel, error=type(error).__name__)
