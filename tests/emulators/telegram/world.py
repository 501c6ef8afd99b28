"""Everything that exists in the emulator: people, chats, messages, files and bots."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.errors import bad_request, forbidden, migrated
from tests.emulators.telegram.faults import Faults
from tests.emulators.telegram.files import Files
from tests.emulators.telegram.flood import Flood
from tests.emulators.telegram.ledger import Ledger
from tests.emulators.telegram.updates import UpdateQueue
from tests.emulators.telegram.webhook import Webhooks

Json = dict[str, Any]


@dataclass(kw_only=True)
class User:
    id: int
    first_name: str
    username: str = ""
    language: str = ""

    def json(self) -> Json:
        known: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            known["username"] = self.username
        return known | ({"language_code": self.language} if self.language else {})


@dataclass(kw_only=True)
class Draft:
    """Text under way; nobody sees it once `expires` (ticks) has passed."""

    text: str
    entities: list[Json]
    thread: int
    can_stop: bool
    expires: float


@dataclass(kw_only=True)
class Room:
    """A chat as its members see it; a private one belongs to one bot and one user.

    type: private, group, supergroup or channel. `members` maps user or bot ids to their status.
    """

    id: int
    type: str
    title: str = ""
    username: str = ""
    forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    drafts: dict[int, Draft] = field(default_factory=dict)
    takes_drafts: bool = True
    blocked: bool = False
    deactivated: bool = False
    migrated_to: int | None = None
    ids: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def private(self) -> bool:
        return self.type == "private"

    def json(self) -> Json:
        known: Json = {"id": self.id, "type": self.type}
        known["first_name" if self.private else "title"] = self.title
        if self.username:
            known["username"] = self.username
        return known | ({"is_forum": True} if self.forum else {})

    def post(self, sender: Json, date: int, **content: Any) -> Json:
        """A new message; contents that are None or empty are left out."""
        number = next(self.ids)
        message = {"message_id": number, "from": sender, "chat": self.json(), "date": date}
        message |= {name: value for name, value in content.items() if value not in (None, [], "")}
        self.messages[number] = message
        return message

    def require_open(self, bot: Account) -> None:
        """Raises what the Bot API says to a bot that may not write here."""
        if self.migrated_to is not None:
            raise migrated(self.migrated_to)
        if self.deactivated:
            raise forbidden("user is deactivated")
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if self.private:
            return
        kind = f"{self.type} chat" if self.type != "channel" else "channel chat"
        status = self.members.get(bot.id, "left")
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {kind}")
        if status == "left":
            raise forbidden(f"bot is not a member of the {kind}")


class World:
    """`rooms` by bot (0 for groups, which all bots share) and chat id."""

    def __init__(
        self, clock: Clock, ledger: Ledger, faults: Faults, flood: Flood, *, https_rules: bool
    ) -> None:
        self.clock, self.ledger, self.faults, self.flood = clock, ledger, faults, flood
        self.accounts: dict[str, Account] = {}
        self.users: dict[int, User] = {}
        self.rooms: dict[tuple[int, int], Room] = {}
        self.files = Files()
        self.https_rules = https_rules
        self.webhooks: Webhooks

    def add_bot(self, token: str, username: str, name: str) -> Account:
        number = int(token.partition(":")[0])
        queue = UpdateQueue(number, self.clock, self.ledger, self.faults)
        account = Account(token=token, username=username, name=name, updates=queue)
        self.accounts[token] = account
        return account

    def dialog(self, bot: Account, user: User) -> Room:
        """The private chat of a user and a bot, begun when there is none."""
        key = (bot.id, user.id)
        if key not in self.rooms:
            self.rooms[key] = Room(
                id=user.id, type="private", title=user.first_name, username=user.username,
                ids=bot.message_ids,
            )  # fmt: skip
        return self.rooms[key]

    def find(self, bot: Account, chat_id: int) -> Room | None:
        return self.rooms.get((bot.id if chat_id > 0 else 0, chat_id))

    def room(self, bot: Account, chat: str) -> Room:
        """By id or @username; raises the errors of the Bot API."""
        if not chat:
            raise bad_request("chat_id is empty")
        if chat.startswith("@"):
            named = (room for room in self.rooms.values() if room.username == chat[1:])
            found = next((room for room in named if not room.private), None)
        else:
            number = int(chat) if chat.lstrip("-").isdigit() else 0
            found = self.find(bot, number)
            if found is None and number in self.users:
                raise forbidden("bot can't initiate conversation with a user")
        if found is None:
            raise bad_request("chat not found")
        return found
