"""Business accounts: their owner lets the bot answer the customers who write to them.

A customer's chat is with the owner; the bot only reads along and answers in the owner's name. So
nobody is staff there: the account of a sender is another one than in a chat with the bot itself,
and what the owner writes is what staff said.
"""

from aiogram.types import BusinessConnection, Message

from bot.channels.telegram.contents import files_of, words_of
from bot.channels.telegram.spots import business_name, place_name
from bot.messages import Address, ChatClosed, Event, InboundMessage, StaffSaid


def connection_event(connection: BusinessConnection, bot: Address) -> ChatClosed | None:
    """Without the right to answer, every chat of the connection is closed; with it, each opens when
    its customer writes. `bot` is any address of the bot."""
    rights = connection.rights
    able = connection.is_enabled and rights is not None and bool(rights.can_reply)
    if able:
        return None
    chat = business_name(connection.id)
    return ChatClosed(address=Address(channel=bot.channel, bot=bot.bot, chat=chat))


def business_event(message: Message, external_id: str, bot: Address) -> Event | None:
    """None for what the bot itself said there, and what has no words."""
    sender, connection = message.from_user, message.business_connection_id
    if sender is None or connection is None or message.sender_business_bot is not None:
        return None
    address = Address(
        channel=bot.channel, bot=bot.bot,
        chat=place_name(message.chat.id, business=connection),
    )  # fmt: skip
    text, files = words_of(message), tuple(files_of(message))
    # Such a chat has the id of the customer.
    if sender.id != message.chat.id:
        if not text:
            return None
        return StaffSaid(external_id=external_id, address=address, name=sender.full_name, text=text)
    if sender.is_bot or not (text or files):
        return None
    return InboundMessage(
        external_id=external_id, address=address, sender_id=customer_account(sender.id),
        sender_name=sender.full_name, text=text, files=files,
        message_id=f"{address.chat}:{message.message_id}", album=message.media_group_id or "",
    )  # fmt: skip


def customer_account(user: int) -> str:
    return f"business:{user}"
