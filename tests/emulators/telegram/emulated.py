"""The emulator in Python's hands: people, groups, faults, and what came of it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.app import BotApi
from tests.emulators.telegram.business import Shop
from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.faults import Fault, Faults, Kind
from tests.emulators.telegram.flood import Flood
from tests.emulators.telegram.groups import Group
from tests.emulators.telegram.ledger import Ledger
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.webhook import Webhooks
from tests.emulators.telegram.world import Draft, Room, User, World

Json = dict[str, Any]
T = TypeVar("T")

TOKEN = "7000000001:AAEmulatedTokenOfTheFirstBot0000000"


class Emulated:
    """`scale` seconds of Telegram pass in one of ours (0: only when `clock.advance` says so);
    `flood` eases the limits (2: twice as much, 0: none); `ledger` is a file to write to, too.
    """

    def __init__(
        self,
        *tokens: str,
        scale: float = 1.0,
        flood: float = 1.0,
        seed: int = 0,
        ledger: Path | None = None,
        https_rules: bool = False,
    ) -> None:
        self.clock = Clock(scale)
        self.ledger = Ledger(self.clock.exact, ledger)
        self.faults = Faults(seed)
        self.flood = Flood(self.clock, flood)
        self.world = World(
            self.clock, self.ledger, self.faults, self.flood, https_rules=https_rules
        )
        self.api = BotApi(self.world)
        self.world.webhooks = Webhooks(self.clock, self.faults, self.api.execute)
        for number, token in enumerate(tokens or (TOKEN,), start=1):
            self.world.add_bot(token, f"huoke_{number}_bot", f"火客 {number}")

    @property
    def bots(self) -> list[Account]:
        return [*self.world.accounts.values()]

    @property
    def token(self) -> str:
        """The first bot's."""
        return self.bots[0].token

    @property
    def refusals(self) -> list[Json]:
        """Calls that were answered with an error, with `code` and `description`."""
        return self.api.refusals

    def user(
        self,
        number: int,
        name: str = "",
        *,
        username: str = "",
        language: str = "",
        bot: Account | None = None,
    ) -> Person:
        """The person with this id, new or known; `bot` is whom they talk to in private."""
        user = self.world.users.get(number)
        if user is None:
            user = User(
                id=number, first_name=name or f"User {number}", username=username,
                language=language,
            )  # fmt: skip
            self.world.users[number] = user
        return Person(self.world, user, bot or self.bots[0])

    def group(
        self, number: int, title: str = "", *, by: Person | None = None, forum: bool = False
    ) -> Group:
        """New or known; ids from −100… on are supergroups. With `by`, the first bot is added."""
        kind = "supergroup" if str(number).startswith("-100") else "group"
        room = self.world.rooms.setdefault(
            (0, number), Room(id=number, type=kind, title=title or f"Group {number}", forum=forum)
        )
        group = Group(self.world, room)
        if by and self.bots[0].id not in room.members:
            room.members[by.id] = "creator"
            group.adds(self.bots[0], by)
        return group

    def business(self, owner: Person) -> Shop:
        """The owner connects the bot to their business account."""
        shop = Shop(world=self.world, bot=owner.bot, owner=owner.user)
        owner.bot.shops[shop.id] = shop
        shop.tell()
        return shop

    def room(self, chat: int, bot: Account | None = None) -> Room:
        """Raises LookupError for a chat that never began."""
        found = self.world.find(bot or self.bots[0], chat)
        if found is None:
            raise LookupError(f"there is no chat {chat}")
        return found

    def messages(self, chat: int, bot: Account | None = None) -> list[Json]:
        """As they show now: edited, without what was deleted; none when no chat began."""
        found = self.world.find(bot or self.bots[0], chat)
        return [*found.messages.values()] if found else []

    def answers(self, chat: int, bot: Account | None = None) -> list[Json]:
        """The bot's messages alone."""
        me = (bot or self.bots[0]).id
        return [each for each in self.messages(chat, bot) if each["from"]["id"] == me]

    def fault(
        self,
        kind: Kind | str,
        *,
        bot: int | None = None,
        method: str | None = None,
        chat: int | None = None,
        count: int | None = 1,
        probability: float = 1.0,
        value: float = 1.0,
    ) -> Fault:
        """`hits` of the fault says how often it was met."""
        return self.faults.add(
            Fault(
                kind=Kind(kind), bot=bot, method=method, chat=chat, count=count,
                probability=probability, value=value,
            )
        )  # fmt: skip

    async def wait_for(self, found: Callable[[], T | None], within: float = 60.0) -> T:
        """The first true thing that `found` returns; asked again when the ledger grows."""
        try:
            async with asyncio.timeout(within):
                while not (result := found()):
                    await self.ledger.changed().wait()
        except TimeoutError:
            tail = "\n".join(json.dumps(each, ensure_ascii=False)
                             for each in self.ledger.entries[-8:])  # fmt: skip
            raise AssertionError(f"it did not come in {within} s; last entries:\n{tail}") from None
        return result

    async def answer(self, chat: int, after: Json | int = 0, within: float = 60.0) -> Json:
        """The bot's first message after this one, sooner or later."""
        least = after["message_id"] if isinstance(after, dict) else after

        def later() -> Json | None:
            return next((m for m in self.answers(chat) if m["message_id"] > least), None)

        return await self.wait_for(later, within)

    def drafts(self, chat: int, bot: Account | None = None) -> dict[int, Draft]:
        """Those that still show, by draft_id."""
        now = self.clock.ticks()
        drafts = self.room(chat, bot).drafts
        return {number: draft for number, draft in drafts.items() if draft.expires > now}

    async def close(self) -> None:
        await self.world.webhooks.close()
        self.ledger.close()
