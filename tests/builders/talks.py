"""Talks as the gateway leaves them in the database: messages, answers, words of the staff."""

from sqlalchemy import update

from config.clock import Clock
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Organisation, Person
from storage.tables.work import (
    Conversation,
    InboxMessage,
    InboxStatus,
    OutboxMessage,
    OutboxStatus,
)
from tests.builders.organisation import a_person


class Talk:
    """One conversation of one person."""

    def __init__(
        self, database: Database, clock: Clock, person: Person, conversation_id: int
    ) -> None:
        self.person = person
        self.conversation_id = conversation_id
        self._database = database
        self._clock = clock
        self._count = 0

    async def says(self, text: str, *, finished: bool = True) -> int:
        """The id of the message."""
        self._count += 1
        async with self._database.unit_of_work() as session:
            row = InboxMessage(
                organisation_id=self.person.organisation_id, channel="fake", bot="bot",
                external_id=f"{self.conversation_id}:{self._count}",
                conversation_id=self.conversation_id, person_id=self.person.id, text=text,
                received_at=self._clock.now(), attempts=1,
                status=InboxStatus.done if finished else InboxStatus.received,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            return row.id

    async def hears(self, text: str, *, staff: str | None = None, sent: bool = True) -> None:
        """What the service answered, or somebody of the staff wrote; not `sent`: it waits."""
        self._count += 1
        async with self._database.unit_of_work() as session:
            session.add(
                OutboxMessage(
                    organisation_id=self.person.organisation_id,
                    key=f"{self.conversation_id}:{self._count}",
                    conversation_id=self.conversation_id, text=text, said_by=staff,
                    status=OutboxStatus.sent if sent else OutboxStatus.queued,
                    created_at=self._clock.now(),
                )
            )  # fmt: skip

    async def deliver(self) -> None:
        async with self._database.unit_of_work() as session:
            await session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.conversation_id == self.conversation_id)
                .values(status=OutboxStatus.sent)
            )

    async def finish(self) -> None:
        async with self._database.unit_of_work() as session:
            await session.execute(
                update(InboxMessage)
                .where(InboxMessage.conversation_id == self.conversation_id)
                .values(status=InboxStatus.done)
            )


async def a_talk(
    database: Database, organisation: Organisation, clock: Clock, *,
    name: str, role: Role = Role.customer, private: bool = True,
) -> Talk:  # fmt: skip
    async with database.unit_of_work() as session:
        person = await a_person(session, organisation, name=name, role=role)
        place = Conversation(
            organisation_id=organisation.id, channel="fake", bot="bot", chat=name,
            person_id=person.id if private else None, created_at=clock.now(),
        )  # fmt: skip
        session.add(place)
        await session.flush()
        return Talk(database, clock, person, place.id)
