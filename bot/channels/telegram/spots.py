"""Where a message of Telegram stands, and how an address names it.

`4001` a chat, `-1001:77` a topic of a group, `b<connection>:4001` a customer's chat with the owner
of a business account who lets the bot answer there.
"""

from dataclasses import dataclass
from typing import Any

from bot.messages import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """`business` is the id of the connection."""

    chat: int
    topic: int | None = None
    business: str | None = None

    @property
    def drafts(self) -> bool:
        """Only private chats with the bot itself have them."""
        return self.chat > 0 and self.business is None

    def params(self) -> dict[str, Any]:
        """Of a call that sends something there."""
        return {
            "chat_id": self.chat, "message_thread_id": self.topic,
            "business_connection_id": self.business,
        }  # fmt: skip


def spot_of(address: Address) -> Spot:
    first, _, second = address.chat.rpartition(":")
    if first.startswith("b"):
        return Spot(chat=int(second), business=first[1:])
    if first:
        return Spot(chat=int(first), topic=int(second))
    return Spot(chat=int(second))


def place_name(chat: int, topic: int | None = None, business: str | None = None) -> str:
    """The `chat` of an address."""
    if business:
        return f"{business_name(business)}:{chat}"
    return f"{chat}:{topic}" if topic else str(chat)


def business_name(connection: str) -> str:
    """What the names of all chats of a connection begin with."""
    return f"b{connection}"
