"""An organisation whose people are told things, on one fake channel."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.notices import OutboxNotifier
from config.i18n import Language
from config.notices import NoticeSettings
from config.roles import Role
from storage.database import Database
from storage.inbox import Inbox, Place
from storage.outbox import Outbox
from storage.tables.organisation import Organisation, Person
from storage.tables.work import OutboxMessage
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tools.notices.held import people_to_tell
from tools.notices.quiet import read_quiet_hours
from tools.notices.wishes import WishBook

WINDOW = timedelta(minutes=10)


@dataclass(slots=True)
class Staff:
    """`person` is the one that most tests are about; the clock says 10:00 in Shanghai."""

    database: Database
    clock: FakeClock
    organisation: Organisation
    person: Person = field(init=False)
    chats: dict[int, int] = field(default_factory=dict)

    def notifier(self, *, owner: str = "worker", window: timedelta = WINDOW) -> OutboxNotifier:
        """Of one process."""
        return OutboxNotifier(
            self.organisation.id, self.outbox(owner), Language.zh_cn, clock=self.clock,
            settings=NoticeSettings(window=window),
        )  # fmt: skip

    def outbox(self, owner: str = "worker") -> Outbox:
        return Outbox(self.organisation.id, self.clock, owner=owner)

    async def joins(self, name: str, role: Role = Role.manager, *, chat: bool = True) -> Person:
        async with self.database.unit_of_work() as session:
            person = await a_person(session, self.organisation, name=name, role=role)
            if chat:
                place = Place(channel="fake", bot="bot", chat=name)
                inbox = Inbox(self.organisation.id, self.clock)
                self.chats[person.id] = await inbox.conversation(
                    session, place, private_with=person.id
                )
        return person

    async def keeps_quiet(self, said: str, *, urgent_passes: bool = True) -> None:
        async with self.database.unit_of_work() as session:
            book = WishBook(session, self.organisation.id, self.person.id, self.clock)
            await book.keep_quiet(read_quiet_hours(said))
            await book.let_urgent_pass(urgent_passes)

    async def flushes(self, notifier: OutboxNotifier | None = None) -> None:
        """What the housekeeper does each minute."""
        notifier = notifier or self.notifier()
        async with self.database.reading() as session:
            people = await people_to_tell(session, self.organisation.id, self.clock)
        for person_id in people:
            async with self.database.unit_of_work() as session:
                await notifier.send_held(session, person_id)

    async def messages(self, person: Person | None = None) -> list[OutboxMessage]:
        """What somebody is sent, in order."""
        chat = self.chats[(person or self.person).id]
        async with self.database.reading() as session:
            return await self.outbox().last(session, chat, 1_000)

    async def texts(self, person: Person | None = None) -> list[str]:
        return [message.text for message in await self.messages(person)]


async def a_staff(database: Database, clock: FakeClock) -> Staff:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    staff = Staff(database, clock, organisation)
    staff.person = await staff.joins("Wang")
    return staff
