"""From a Telegram update to what happened, in our words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiogram import Bot
from aiogram.enums import ChatMemberStatus, ChatType, MessageEntityType
from aiogram.types import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    Update,
)
from pydantic import ValidationError

from bot.messages import Address, ChatClosed, ChatMoved, Event, InboundMessage, RemoteFile

log = structlog.get_logger()

NAME = "telegram"
UPDATES = ("message", "callback_query", "my_chat_member")

NUMBER_LIMIT = 2**63
_GONE = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The bot itself; `username` is what it is mentioned by."""

    id: int
    username: str

    def address(self, chat: Chat, topic: int | None = None) -> Address:
        place = f"{chat.id}:{topic}" if topic else str(chat.id)
        return Address(channel=NAME, bot=str(self.id), chat=place)


def read_update(data: Mapping[str, Any], bot: Bot) -> Update | None:
    """None for what cannot be read: Telegram would only send it again."""
    try:
        _check_numbers(data)
        return Update.model_validate(data, context={"bot": bot})
    except (ValidationError, ValueError, OverflowError, RecursionError) as error:
        log.error("telegram.unreadable", error=type(error).__name__)
        return None


def _check_numbers(value: object) -> None:
    """Raises ValueError for a number that no id and no size can be."""
    match value:
        case int() if abs(value) >= NUMBER_LIMIT:
            raise ValueError("no number is so large")
        case dict():
            _check_numbers(list(value.values()))
        case list():
            for each in value:
                _check_numbers(each)


def event_of(update: Update, me: Me) -> Event | None:
    """None for what is none of our business: other people's talk in groups, joins, pins …"""
    external_id = str(update.update_id)
    if update.callback_query is not None:
        return _pressed(update.callback_query, external_id, me)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, me)
    if update.message is not None:
        return _said(update.message, external_id, me)
    return None


def _said(message: Message, external_id: str, me: Me) -> Event | None:
    if message.migrate_to_chat_id is not None:
        return ChatMoved(address=me.address(message.chat), chat=str(message.migrate_to_chat_id))
    sender = message.from_user
    if sender is None or sender.is_bot:
        return None
    private = message.chat.type == ChatType.PRIVATE
    text = message.text or message.caption or ""
    files = tuple(_files(message))
    if not text and not files:
        return None
    if not private:
        if not _addressed(message, me):
            return None
        text = _without_mention(text, message, me) or ("" if files else "/help")
    return InboundMessage(
        external_id=external_id,
        address=me.address(
            message.chat, message.message_thread_id if message.is_topic_message else None
        ),
        sender_id=str(sender.id),
        sender_name=sender.full_name,
        text=text,
        private=private,
        files=files,
    )


def _pressed(query: CallbackQuery, external_id: str, me: Me) -> Event | None:
    message = query.message
    if message is None or not query.data:
        return None
    topic = None
    label = ""
    if isinstance(message, Message):
        topic = message.message_thread_id if message.is_topic_message else None
        label = _label(message, query.data)
    return InboundMessage(
        external_id=external_id,
        address=me.address(message.chat, topic),
        sender_id=str(query.from_user.id),
        sender_name=query.from_user.full_name,
        text=label or query.data,
        private=message.chat.type == ChatType.PRIVATE,
        pressed=query.data,
    )


def _membership(change: ChatMemberUpdated, me: Me) -> Event | None:
    if change.new_chat_member.status in _GONE:
        return ChatClosed(address=me.address(change.chat))
    return None


def _label(message: Message, data: str) -> str:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    return next((each.text for row in rows for each in row if each.callback_data == data), "")


def _addressed(message: Message, me: Me) -> bool:
    """In a group the bot answers when it is commanded, mentioned, or replied to."""
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == me.id:
        return True
    return any(_means_us(entity, words, me) for entity, words in _entities(message))


def _means_us(entity: MessageEntity, words: str, me: Me) -> bool:
    match entity.type:
        case MessageEntityType.MENTION:
            return words.lower() == f"@{me.username}".lower()
        case MessageEntityType.TEXT_MENTION:
            return entity.user is not None and entity.user.id == me.id
        case MessageEntityType.BOT_COMMAND:
            _, at, name = words.partition("@")
            return not at or name.lower() == me.username.lower()
    return False


def _without_mention(text: str, message: Message, me: Me) -> str:
    """Without the "@our_name" that only says who is meant."""
    units = text.encode("utf-16-le", "surrogatepass")
    for entity, words in reversed([*_entities(message)]):
        mention = entity.type in (MessageEntityType.MENTION, MessageEntityType.TEXT_MENTION)
        if mention and _means_us(entity, words, me):
            units = units[: 2 * entity.offset] + units[2 * (entity.offset + entity.length) :]
    return units.decode("utf-16-le", "replace").strip()


def _entities(message: Message) -> Iterator[tuple[MessageEntity, str]]:
    # Telegram counts in UTF-16; nobody promises that a forged offset is between two characters.
    units = (message.text or message.caption or "").encode("utf-16-le", "surrogatepass")
    for entity in message.entities or message.caption_entities or []:
        words = units[2 * entity.offset : 2 * (entity.offset + entity.length)]
        yield entity, words.decode("utf-16-le", "replace")


def _files(message: Message) -> Iterator[RemoteFile]:
    """Documents, pictures in their largest size, sounds and films."""
    if message.photo:
        largest = message.photo[-1]
        yield _file(largest, f"photo-{message.message_id}.jpg", "image/jpeg")
    if message.document:
        yield _file(message.document, f"file-{message.message_id}", "application/octet-stream")
    if message.voice:
        yield _file(message.voice, f"voice-{message.message_id}.ogg", "audio/ogg")
    if message.audio:
        yield _file(message.audio, f"audio-{message.message_id}.mp3", "audio/mpeg")
    if message.video:
        yield _file(message.video, f"video-{message.message_id}.mp4", "video/mp4")


def _file(found: Any, name: str, media_type: str) -> RemoteFile:
    return RemoteFile(
        name=getattr(found, "file_name", None) or name,
        media_type=getattr(found, "mime_type", None) or media_type,
        remote=found.file_id,
        size=found.file_size or 0,
    )
