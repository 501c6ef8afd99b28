"""An answer while it comes: a draft bubble where Telegram has them, else a message that is edited
until it is the answer."""

import time
from dataclasses import dataclass, field
from itertools import count

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter

from bot.channels.telegram.sending import NO_PREVIEW, keyboard_of, legible
from bot.messages import OutboundMessage

log = structlog.get_logger()

# Edits faster than this are answered with minutes of silence after a while.
_EDIT_EVERY = 1.3
_MAX_DRAFT = 4_000
# What stands unfinished for so long belongs to a turn that another process ended, or nobody.
_FORGOTTEN_AFTER = 90.0


@dataclass(slots=True)
class _Open:
    """What stands in a chat instead of the answer: a draft, or a message of ours."""

    draft_id: int
    message_id: int | None = None
    shown: str = ""
    at: float = field(default_factory=lambda: float("-inf"))


class LiveAnswers:
    """By chat and topic; a chat that refuses drafts gets edits from then on."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._open: dict[tuple[int, int | None], _Open] = {}
        self._without_drafts: set[int] = set()
        self._quiet_until: dict[int, float] = {}
        self._ids = count(time.time_ns() % 1_000_000_000 + 1)

    async def show(self, chat: int, topic: int | None, text: str) -> None:
        """Raises aiogram's errors."""
        now = time.monotonic()
        if now < self._quiet_until.get(chat, 0):
            return
        current = self._standing((chat, topic))
        if current is None:
            current = self._open[chat, topic] = _Open(next(self._ids))
        text = text[:_MAX_DRAFT]
        if not text.strip() or text == current.shown:
            return
        try:
            if chat > 0 and chat not in self._without_drafts:
                await self._draft(chat, topic, current, text)
            elif now - current.at >= _EDIT_EVERY:
                await self._edit(chat, topic, current, text)
        except TelegramRetryAfter as error:
            self._quiet_until[chat] = now + error.retry_after
            raise

    async def finish(self, chat: int, topic: int | None, part: OutboundMessage) -> int | None:
        """Turn the message that stands there into the answer; its id, or None when there is none
        that could be, and the answer has to be sent. Raises aiogram's errors."""
        place = (chat, topic)
        current = self._standing(place)
        message_id = current.message_id if current else None
        if message_id is None:
            self._open.pop(place, None)
            return None
        # It stands there until Telegram took the answer: a later try edits it, too.
        taken = await self._replace(chat, message_id, part)
        self._open.pop(place, None)
        return message_id if taken else None

    def _standing(self, place: tuple[int, int | None]) -> _Open | None:
        current = self._open.get(place)
        if current is None or current.message_id is None:
            return current
        return current if time.monotonic() - current.at < _FORGOTTEN_AFTER else None

    async def _replace(self, chat: int, message_id: int, part: OutboundMessage) -> bool:
        try:
            if part.files:
                await self._bot.delete_message(chat, message_id)
                return False
            await legible(
                part,
                lambda entities: self._bot.edit_message_text(
                    part.text, chat_id=chat, message_id=message_id, entities=entities,
                    reply_markup=keyboard_of(part.buttons), link_preview_options=NO_PREVIEW,
                ),
            )  # fmt: skip
        except TelegramBadRequest as error:
            return "not modified" in error.message
        return True

    async def _draft(self, chat: int, topic: int | None, current: _Open, text: str) -> None:
        try:
            await self._bot.send_message_draft(
                chat, current.draft_id, text=text, message_thread_id=topic
            )
            current.shown = text
        except TelegramBadRequest as error:
            log.info("telegram.no_drafts", error=error.message)
            self._without_drafts.add(chat)

    async def _edit(self, chat: int, topic: int | None, current: _Open, text: str) -> None:
        current.at = time.monotonic()
        if current.message_id is None:
            sent = await self._bot.send_message(
                chat, text, message_thread_id=topic, link_preview_options=NO_PREVIEW
            )
            current.message_id = sent.message_id
        else:
            await self._bot.edit_message_text(
                text, chat_id=chat, message_id=current.message_id, link_preview_options=NO_PREVIEW
            )
        current.shown = text
