"""An answer while it comes: a draft bubble where Telegram has them, else a message that is edited
until it is the answer. Drafts have a button that stops the turn."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound, TelegramRetryAfter

from bot.channels.telegram.sending import NO_PREVIEW, keyboard_of, legible
from bot.channels.telegram.spots import Spot, spot_of
from bot.messages import OutboundMessage
from bot.shelf import Shelf
from config.errors import TransientError

log = structlog.get_logger()

# Edits faster than this are answered with minutes of silence after a while.
_EDIT_EVERY = 1.3
_TYPING_EVERY = 4.0
# Telegram takes a draft away after 30 seconds.
_RENEW_AFTER = 20.0
_MAX_DRAFT = 4_000
# What stands unfinished for so long belongs to a turn that ended without an answer.
_FORGOTTEN_AFTER = timedelta(minutes=15)


@dataclass(slots=True)
class _Open:
    """What stands in a chat instead of the answer: a draft, or a message of ours."""

    draft_id: int
    message_id: int | None = None
    shown: str = ""
    at: float = field(default_factory=lambda: float("-inf"))
    since: float = field(default_factory=time.monotonic)


class LiveAnswers:
    """By the key of the answer; a chat that refuses drafts gets edits from then on. On the `shelf`
    stands which message is an answer to be: another process may have to finish it."""

    def __init__(self, bot: Bot, shelf: Shelf | None = None) -> None:
        self._bot = bot
        self._shelf = shelf
        self._open: dict[str, _Open] = {}
        self._without_drafts: set[int] = set()
        self._no_drafts_at_all = False
        self._quiet_until: dict[int, float] = {}
        self._ids = count(time.time_ns() % 1_000_000_000 + 1)

    async def show(self, so_far: OutboundMessage) -> None:
        """Raises aiogram's errors."""
        spot, now = spot_of(so_far.address), time.monotonic()
        if now < self._quiet_until.get(spot.chat, 0):
            return
        text, current = so_far.text[:_MAX_DRAFT], await self._standing(_name(so_far))
        unchanged = text == current.shown and now - current.at < _RENEW_AFTER
        if not text.strip() or unchanged:
            return
        try:
            if spot.business is None and self._takes_drafts(spot):
                await self._draft(spot, current, text, now)
            elif spot.business is not None or so_far.pulse:
                await self._typing(spot, current, now)
            elif now - current.at >= _EDIT_EVERY and text != current.shown:
                await self._edit(spot, current, _name(so_far), text, now)
        except TelegramRetryAfter as error:
            self._quiet_until[spot.chat] = now + error.retry_after
            raise

    async def finish(self, part: OutboundMessage) -> int | None:
        """Turn the message that stands there into the answer; its id, or None when there is none
        that could be, and the answer has to be sent. Raises aiogram's errors."""
        key, _, position = part.key.rpartition("/")
        spot = spot_of(part.address)
        if position != "0" or spot.business is not None:
            return None
        name = key or part.address.chat
        current = self._open.get(name)
        message_id = current.message_id if current else None
        if message_id is None:
            message_id = await self._on_shelf(name)
        # It stands there until Telegram took the answer: a later try edits it, too.
        taken = message_id is not None and await self._replace(spot.chat, message_id, part)
        self._open.pop(name, None)
        if message_id is not None:
            await self._off_shelf(name)
        return message_id if taken else None

    def _takes_drafts(self, spot: Spot) -> bool:
        return spot.drafts and not self._no_drafts_at_all and spot.chat not in self._without_drafts

    async def _standing(self, name: str) -> _Open:
        oldest = time.monotonic() - _FORGOTTEN_AFTER.total_seconds()
        for each in [key for key, open_ in self._open.items() if open_.since < oldest]:
            del self._open[each]
        if name not in self._open:
            self._open[name] = _Open(next(self._ids), message_id=await self._on_shelf(name))
        return self._open[name]

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

    async def _typing(self, spot: Spot, current: _Open, now: float) -> None:
        """For a customer of a business account, who gets no half answer, and where there are no words
        yet: a message that stands for them would stay when its process dies."""
        if now - current.at >= _TYPING_EVERY:
            current.at = now
            await self._bot.send_chat_action(
                spot.chat, "typing", message_thread_id=spot.topic,
                business_connection_id=spot.business,
            )  # fmt: skip

    async def _draft(self, spot: Spot, current: _Open, text: str, now: float) -> None:
        try:
            await self._bot.send_message_draft(
                spot.chat, current.draft_id, text=text, message_thread_id=spot.topic, can_stop=True
            )
            current.shown, current.at = text, now
        except TelegramNotFound as error:
            log.info("telegram.no_drafts", error=error.message)
            self._no_drafts_at_all = True
        except TelegramBadRequest as error:
            log.info("telegram.no_drafts", error=error.message)
            self._without_drafts.add(spot.chat)

    async def _edit(self, spot: Spot, current: _Open, name: str, text: str, now: float) -> None:
        current.at = now
        if current.message_id is None:
            sent = await self._bot.send_message(
                text=text, link_preview_options=NO_PREVIEW, **spot.params()
            )
            current.message_id = sent.message_id
            await self._onto_shelf(name, sent.message_id)
        else:
            await self._bot.edit_message_text(
                text, chat_id=spot.chat, message_id=current.message_id,
                link_preview_options=NO_PREVIEW,
            )  # fmt: skip
        current.shown = text

    async def _onto_shelf(self, name: str, message_id: int) -> None:
        if self._shelf is None:
            return
        try:
            await self._shelf.put(self._place(name), str(message_id), _FORGOTTEN_AFTER)
        except TransientError as error:
            log.warning("telegram.shelf", error=str(error))

    async def _on_shelf(self, name: str) -> int | None:
        if self._shelf is None:
            return None
        try:
            found = await self._shelf.get(self._place(name))
        except TransientError as error:
            log.warning("telegram.shelf", error=str(error))
            return None
        return int(found) if found else None

    async def _off_shelf(self, name: str) -> None:
        if self._shelf is None:
            return
        try:
            await self._shelf.take(self._place(name))
        except TransientError as error:
            log.warning("telegram.shelf", error=str(error))

    def _place(self, name: str) -> str:
        return f"telegram:{self._bot.id}:{name}"


def _name(message: OutboundMessage) -> str:
    return message.key or message.address.chat
