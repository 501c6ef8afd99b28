"""From a Telegram update to what happened, in our words."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
    MessageGenerationStopped,
    Update,
)
from pydantic import ValidationError

from bot.channels.telegram.business import business_event, connection_event, customer_account
from bot.channels.telegram.contents import files_of, words_of
from bot.channels.telegram.spots import place_name
from bot.messages import Address, ChatClosed, ChatMoved, Corrected, Event, InboundMessage
from bot.stopping import STOP

log = structlog.get_logger()

NAME = "telegram"
UPDATES = (
    "message", "edited_message", "callback_query", "my_chat_member", "business_connection",
    "business_message", "edited_business_message", "stopped_message_generation",
)  # fmt: skip

NUMBER_LIMIT = 2**63
_ALBUMS = 200
_GONE = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The bot itself; `username` is what it is mentioned by. `albums` are those of groups that were
    addressed to it: only one of their parts says so."""

    id: int
    username: str
    albums: deque[str] = field(default_factory=lambda: deque(maxlen=_ALBUMS))

    def address(self, chat: Chat, topic: int | None = None, business: str | None = None) -> Address:
        place = place_name(chat.id, topic, business)
        return Address(channel=NAME, bot=str(self.id), chat=place)

    def address_of(self, message: Message) -> Address:
        topic = message.message_thread_id if message.is_topic_message else None
        return self.address(message.chat, topic, message.business_connection_id)


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
    if corrected := update.edited_message or update.edited_business_message:
        return _corrected(corrected, me)
    if update.stopped_message_generation is not None:
        return _stopped(update.stopped_message_generation, external_id, me)
    return _of_business(update, external_id, me)


def _of_business(update: Update, external_id: str, me: Me) -> Event | None:
    if update.business_connection is not None:
        us = me.address(Chat(id=update.business_connection.user_chat_id, type=ChatType.PRIVATE))
        return connection_event(update.business_connection, us)
    if update.business_message is not None:
        message = update.business_message
        return business_event(message, external_id, me.address_of(message))
    return None


def _corrected(message: Message, me: Me) -> Event | None:
    text = message.text or message.caption or ""
    if message.chat.type != ChatType.PRIVATE:
        text = _without_mention(text, message, me)
    if not text:
        return None
    address = me.address_of(message)
    return Corrected(
        address=address, message_id=f"{address.chat}:{message.message_id}", text=text
    )  # fmt: skip


def _stopped(stop: MessageGenerationStopped, external_id: str, me: Me) -> Event:
    """The button below a draft, which only private chats have, is as good as the word."""
    return InboundMessage(
        external_id=external_id, address=me.address(stop.chat, stop.message_thread_id),
        sender_id=str(stop.chat.id), sender_name=stop.chat.full_name, text=STOP,
    )  # fmt: skip


def _said(message: Message, external_id: str, me: Me) -> Event | None:
    if message.migrate_to_chat_id is not None:
        return ChatMoved(address=me.address(message.chat), chat=str(message.migrate_to_chat_id))
    sender = message.from_user
    if sender is None or sender.is_bot:
        return None
    private = message.chat.type == ChatType.PRIVATE
    text, files = words_of(message), tuple(files_of(message))
    if not text and not files:
        return None
    if not private:
        album = message.media_group_id
        if not _addressed(message, me) and album not in me.albums:
            return None
        if album is not None:
            me.albums.append(album)
        text = _without_mention(text, message, me) or ("" if files else "/help")
    address = me.address_of(message)
    return InboundMessage(
        external_id=external_id,
        address=address,
        message_id=f"{address.chat}:{message.message_id}",
        album=message.media_group_id or "",
        answers=_answered(message, me),
        sender_id=str(sender.id),
        sender_name=sender.full_name,
        text=text,
        private=private,
        group="" if private else str(message.chat.id),
        files=files,
    )


def _answered(message: Message, me: Me) -> str:
    """The message of ours that this one is a reply to."""
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or answered.from_user.id != me.id:
        return ""
    return str(answered.message_id)


def _pressed(query: CallbackQuery, external_id: str, me: Me) -> Event | None:
    message = query.message
    if message is None or not query.data:
        return None
    address, label = me.address(message.chat), ""
    sender_id = str(query.from_user.id)
    if isinstance(message, Message):
        address, label = me.address_of(message), _label(message, query.data)
        if message.business_connection_id:
            # The owner sees the buttons, too; they are for the customer.
            if query.from_user.id != message.chat.id:
                return None
            sender_id = customer_account(query.from_user.id)
    return InboundMessage(
        external_id=external_id,
        address=address,
        sender_id=sender_id,
        sender_name=query.from_user.full_name,
        text=label or query.data,
        private=message.chat.type == ChatType.PRIVATE,
        group="" if message.chat.type == ChatType.PRIVATE else str(message.chat.id),
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
