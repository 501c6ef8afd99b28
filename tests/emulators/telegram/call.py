"""One call of one method, as the handlers see it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.request import Parameters
from tests.emulators.telegram.world import Room, World

Json = dict[str, Any]


class Rendered(NamedTuple):
    """A result that is JSON already."""

    body: bytes


class Described(NamedTuple):
    """A result with a description beside it."""

    result: Any
    description: str


@dataclass
class Call:
    """`chat` is where the effect shows; a handler sets it when no chat_id names it."""

    world: World
    bot: Account
    method: str
    given: Parameters
    chat: int | None = field(default=None)

    def room(self) -> Room:
        """The chat, whether or not the bot may write there."""
        found = self.world.room(self.bot, self.given.text("chat_id"))
        if found.migrated_to is not None:
            found.require_open(self.bot)
        self.chat = found.id
        return found

    def open_room(self) -> Room:
        if self.given.text("business_connection_id"):
            return self._business_room(self.given.text("business_connection_id"))
        found = self.room()
        found.require_open(self.bot)
        return found

    def thread(self, room: Room) -> int:
        """0 when the message goes to no topic."""
        thread = self.given.integer("message_thread_id")
        if thread and thread not in room.topics:
            raise bad_request("message thread not found")
        return thread

    def as_posted(self, message: Json) -> Json:
        """A new message of the bot's as it shows: in a business chat it is its owner's."""
        shop = self.bot.shops.get(self.given.text("business_connection_id"))
        return shop.answered(message) if shop else message

    def is_own(self, message: Json) -> bool:
        sender: Json = message.get("sender_business_bot") or message["from"]
        return bool(sender["id"] == self.bot.id)

    def _business_room(self, connection: str) -> Room:
        shop = self.bot.shops.get(connection)
        if shop is None:
            raise bad_request("business connection not found")
        found: Room = shop.room_for(self.given.text("chat_id"))
        self.chat = found.id
        return found
