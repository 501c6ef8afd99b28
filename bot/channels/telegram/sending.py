"""One part to Telegram: text, picture or document, with its buttons."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self, TypeVar

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
)

from bot.channels.telegram.spots import spot_of
from bot.channels.telegram.text import MAX_CAPTION, formatted, pieces, shifted
from bot.messages import Button, File, OutboundMessage

_PHOTOS = ("image/png", "image/jpeg")
_MAX_PHOTO_BYTES = 10_000_000
_BUTTONS_IN_ROW = 2
_LONG_LABEL = 14
# Fetching a page to show what it is about would tell its owner that we did.
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# What Telegram says to a picture that it cannot show, and would take as a document.
_NO_PICTURE = ("IMAGE_PROCESS_FAILED", "PHOTO_INVALID_DIMENSIONS", "too big for a photo")

Entities = list[MessageEntity] | None
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(OutboundMessage):
    """What goes out in one call: a text, or one file with a caption."""

    entities: tuple[MessageEntity, ...] = ()

    def behind(self, words: str) -> Self:
        return replace(self, text=f"{words}{self.text}", entities=shifted(self.entities, words))


def parts_of(message: OutboundMessage) -> Sequence[Part]:
    """The text in pieces, then the files; a short text is the first file's caption. The buttons
    stand under the last words."""
    text, entities = formatted(message.text, markdown=message.markdown)
    files = list(message.files)
    blank = Part(address=message.address, text="", reply_token=message.reply_token)
    words = [
        replace(blank, text=piece, entities=inside) for piece, inside in pieces(text, entities)
    ]
    if files and len(text) <= MAX_CAPTION:
        words = [replace(words[0], files=(files.pop(0),))]
    words[-1] = replace(words[-1], buttons=message.buttons)
    parts = [*words, *(replace(blank, files=(file,)) for file in files)]
    return [replace(part, key=f"{message.key}/{number}") for number, part in enumerate(parts)]


async def send_part(bot: Bot, part: OutboundMessage) -> int:
    """Returns the message id; a picture that Telegram cannot show goes as a document. Raises
    aiogram's errors."""
    place: dict[str, Any] = {
        **spot_of(part.address).params(), "reply_markup": keyboard_of(part.buttons)
    }  # fmt: skip
    if not part.files:
        return (await legible(part, partial(_send_text, bot, part, place))).message_id
    if _is_photo(part.files[0]):
        try:
            return (await legible(part, partial(_send_photo, bot, part, place))).message_id
        except TelegramBadRequest as error:
            if not any(each in error.message for each in _NO_PICTURE):
                raise
    return (await legible(part, partial(_send_document, bot, part, place))).message_id


async def legible(part: OutboundMessage, call: Callable[[Entities], Awaitable[T]]) -> T:
    """What Telegram cannot read as formatted is called once more as plain text."""
    entities = list(part.entities) if isinstance(part, Part) else []
    try:
        return await call(entities or None)
    except TelegramBadRequest as error:
        if not entities or "entit" not in error.message:
            raise
        return await call(None)


def keyboard_of(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """Short buttons in pairs, long ones one below the other."""
    if not buttons:
        return None
    wide = any(len(button.label) > _LONG_LABEL for button in buttons)
    step = 1 if wide else _BUTTONS_IN_ROW
    keys = [
        InlineKeyboardButton(text=button.label or button.send, callback_data=button.key)
        for button in buttons
    ]
    rows = [keys[at : at + step] for at in range(0, len(keys), step)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


async def _send_text(
    bot: Bot, part: OutboundMessage, place: dict[str, Any], entities: Entities
) -> Message:
    text = part.text if part.text.strip() else "…"
    return await bot.send_message(
        text=text, entities=entities, link_preview_options=NO_PREVIEW, **place
    )


async def _send_photo(
    bot: Bot, part: OutboundMessage, place: dict[str, Any], entities: Entities
) -> Message:
    upload, caption = _upload(part), part.text or None
    return await bot.send_photo(photo=upload, caption=caption, caption_entities=entities, **place)


async def _send_document(
    bot: Bot, part: OutboundMessage, place: dict[str, Any], entities: Entities
) -> Message:
    upload, caption = _upload(part), part.text or None
    return await bot.send_document(
        document=upload, caption=caption, caption_entities=entities, **place
    )


def _upload(part: OutboundMessage) -> BufferedInputFile:
    file = part.files[0]
    return BufferedInputFile(file.content, filename=file.name)


def _is_photo(file: File) -> bool:
    return file.media_type in _PHOTOS and file.size <= _MAX_PHOTO_BYTES
