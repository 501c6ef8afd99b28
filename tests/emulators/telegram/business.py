"""Business accounts: an owner connects the bot, which then reads and answers their private chats.

shop = telegram.business(owner)             # update business_connection
chat = shop.chat(customer)
chat.says("多少钱？")                         # update business_message
chat.owner_says("我来回答")                    # one too, from the owner
shop.changes(can_reply=False)               # business_connection again
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.keyboard import find_button
from tests.emulators.telegram.text.found import find_entities
from tests.emulators.telegram.updates import QUERY_LIFE
from tests.emulators.telegram.world import Room, User, World

Json = dict[str, Any]


@dataclass(kw_only=True)
class Shop:
    """A connection. Its chats have the ids of the customers."""

    world: World
    bot: Account
    owner: User
    id: str = field(default_factory=lambda: f"BC_{uuid4().hex[:18]}")
    enabled: bool = True
    can_reply: bool = True
    rooms: dict[int, Room] = field(default_factory=dict)
    ids: "count[int]" = field(default_factory=lambda: count(1))

    def changes(self, *, can_reply: bool | None = None, enabled: bool | None = None) -> None:
        self.can_reply = self.can_reply if can_reply is None else can_reply
        self.enabled = self.enabled if enabled is None else enabled
        self.tell()

    def tell(self) -> None:
        content: Json = {
            "id": self.id, "user": self.owner.json(), "user_chat_id": self.owner.id,
            "date": self.world.clock.date(), "is_enabled": self.enabled,
        }  # fmt: skip
        if self.enabled:
            content["rights"] = {"can_reply": True} if self.can_reply else {}
        self.bot.updates.add("business_connection", content, self.owner.id)

    def chat(self, customer: User) -> "BusinessChat":
        room = self.rooms.setdefault(
            customer.id,
            Room(id=customer.id, type="private", title=customer.first_name, ids=self.ids),
        )
        return BusinessChat(self, customer, room)

    def room_for(self, chat: str) -> Room:
        """Where the bot may write; raises the errors of the Bot API."""
        if not self.enabled:
            raise bad_request("business connection not found")
        if not self.can_reply:
            raise bad_request("BUSINESS_CONNECTION_NOT_ALLOWED")
        found = self.rooms.get(int(chat)) if chat.lstrip("-").isdigit() else None
        if found is None:
            raise bad_request("chat not found")
        return found

    def answered(self, message: Json) -> Json:
        """A message of the bot's, as it stands in the owner's chat; the bot is told of it, too."""
        message |= {
            "from": self.owner.json(), "sender_business_bot": self.bot.json(),
            "business_connection_id": self.id,
        }  # fmt: skip
        self.bot.updates.add("business_message", message, message["chat"]["id"])
        return message


@dataclass(frozen=True)
class BusinessChat:
    shop: Shop
    customer: User
    room: Room

    def says(self, text: str) -> Json:
        return self._post("business_message", self.customer, text)

    def owner_says(self, text: str) -> Json:
        return self._post("business_message", self.shop.owner, text)

    def edits(self, message: int, text: str) -> Json:
        changed = {**self.room.messages[message], "text": text}
        changed["edit_date"] = self.shop.world.clock.date()
        self.room.messages[message] = changed
        self.shop.bot.updates.add("edited_business_message", changed, self.room.id)
        return changed

    def presses(self, label: str, *, by: User | None = None) -> str:
        """The newest button of this label, pressed by the customer or by somebody else."""
        shown = next(m for m in reversed(self.answers) if "reply_markup" in m)
        query, world = str(uuid4().int)[:18], self.shop.world
        self.shop.bot.queries[query] = (self.room.id, world.clock.ticks() + QUERY_LIFE)
        content = {
            "id": query, "from": (by or self.customer).json(), "message": shown,
            "chat_instance": str(-self.room.id),
            "data": find_button(shown, label).get("callback_data", ""),
        }  # fmt: skip
        self.shop.bot.updates.add("callback_query", content, self.room.id, QUERY_LIFE)
        return query

    @property
    def answers(self) -> list[Json]:
        return [each for each in self.room.messages.values() if "sender_business_bot" in each]

    def _post(self, kind: str, sender: User, text: str) -> Json:
        message = self.room.post(
            sender.json(), self.shop.world.clock.date(), text=text, entities=find_entities(text),
            business_connection_id=self.shop.id,
        )  # fmt: skip
        self.shop.bot.updates.add(kind, message, self.room.id)
        return message
