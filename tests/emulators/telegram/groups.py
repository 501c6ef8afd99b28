"""Groups: made, joined by bots, split into topics, upgraded."""

from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.methods.chats import membership
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.world import Room, User, World

Json = dict[str, Any]
_HIDDEN_BOT = User(id=1087968824, first_name="Group", username="GroupAnonymousBot")


@dataclass(frozen=True)
class Group:
    world: World
    room: Room

    @property
    def id(self) -> int:
        return self.room.id

    def adds(self, bot: Account, by: Person, status: str = "member") -> None:
        """status: member or administrator."""
        self._set(bot, by.user, status)
        joined = self.room.post(
            by.user.json(), self.world.clock.date(),
            new_chat_participant=bot.json(), new_chat_member=bot.json(),
            new_chat_members=[bot.json()],
        )  # fmt: skip
        bot.updates.add("message", joined, self.id)

    def removes(self, bot: Account, by: Person) -> None:
        self._set(bot, by.user, "kicked")

    def topic(self, name: str) -> int:
        """The thread's id."""
        self.room.forum = True
        message = self.room.post(
            _HIDDEN_BOT.json(), self.world.clock.date(),
            forum_topic_created={"name": name, "icon_color": 7322096},
        )  # fmt: skip
        number: int = message["message_id"]
        self.room.topics[number] = name
        return number

    def upgrade(self, to: int) -> "Group":
        """To a supergroup: both chats get their message, the old id answers with the new one."""
        old, date = self.room, self.world.clock.date()
        new = Room(
            id=to, type="supergroup", title=old.title, forum=old.forum, members={**old.members}
        )
        self.world.rooms[(0, to)] = new
        sender = _HIDDEN_BOT.json()
        leaving = old.post(sender, date, migrate_to_chat_id=to)
        arriving = new.post(sender, date, migrate_from_chat_id=old.id)
        old.migrated_to = to
        for bot in self.world.accounts.values():
            if new.members.get(bot.id) in ("member", "administrator"):
                bot.updates.add("message", leaving, old.id)
                bot.updates.add("message", arriving, new.id)
        return Group(self.world, new)

    def _set(self, bot: Account, by: User, status: str) -> None:
        before = self.room.members.get(bot.id, "left")
        self.room.members[bot.id] = status
        content = {
            "chat": self.room.json(), "from": by.json(), "date": self.world.clock.date(),
            "old_chat_member": membership(bot.json(), before),
            "new_chat_member": membership(bot.json(), status),
        }  # fmt: skip
        bot.updates.add("my_chat_member", content, self.id)
