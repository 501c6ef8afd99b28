"""Turns of the talks with customers become memories, after they are answered.

Long-term memory follows the inbox as the index follows long-term memory: whatever has no
`remembered_at` yet is looked at, also after a crash. What the service said is never remembered;
what staff wrote to a customer is, with their name. The words stay where they are: an episode
refers to its message.
"""

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, func, or_, select, update

from config.clock import Clock
from config.failpoints import failpoint
from config.roles import Role
from memory.dates import day_told
from memory.facts import FactStore
from memory.index import VectorIndex
from memory.talk import importance_of, worth_keeping
from memory.terms import folded
from storage.database import Database, ReadSession, Session
from storage.tables.memory import Memory, MemoryKind
from storage.tables.organisation import Organisation, Person
from storage.tables.work import (
    Conversation,
    InboxMessage,
    InboxStatus,
    OutboxMessage,
    OutboxStatus,
)
from storage.upsert import insert_or_ignore

_BATCH = 64
# A customer of years writes as much; recall reads the list of all of them.
MOST_EPISODES = 2_000
_GROWING = (MemoryKind.episode, MemoryKind.event, MemoryKind.summary)


class Listener:
    def __init__(
        self,
        database: Database,
        organisation_id: int,
        index: VectorIndex,
        clock: Clock,
        facts: FactStore,
        most: int = MOST_EPISODES,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._index = index
        self._clock = clock
        self._facts = facts
        self._most = most

    async def listen(self) -> int:
        """Remember what was said since the last time; returns how many messages were looked at."""
        done = 0
        while batch := await self._next_batch():
            done += batch
        return done

    async def _next_batch(self) -> int:
        async with self._database.unit_of_work() as session:
            zone = ZoneInfo(
                await session.scalar(
                    select(Organisation.timezone).where(Organisation.id == self._organisation_id)
                )
                or "UTC"
            )
            heard = await self._heard(session)
            told = await self._told(session)
            speakers: set[int] = set()
            # In the order in which they were said, for what is newer closes what is older.
            for row in sorted([*heard, *told], key=lambda row: (row.at, row.id)):
                if await self._remember(session, row, zone):
                    speakers.add(row.person_id)
            await self._mark(session, InboxMessage, [row.id for row in heard])
            await self._mark(session, OutboxMessage, [row.id for row in told])
            dropped = await self._bound(session, speakers)
            if heard or told:
                failpoint("listening")
        if heard or told:
            failpoint("listened")
        if dropped:
            await self._index.delete(dropped)
        return len(heard) + len(told)

    async def _heard(self, session: Session) -> list[Row[tuple[object, ...]]]:
        """Finished messages; `person_id` is set for those of customers in their private chats."""
        private = (Conversation.person_id == InboxMessage.person_id) & (
            Person.role == Role.customer
        )
        rows = await session.execute(
            select(
                InboxMessage.id, InboxMessage.text, InboxMessage.received_at.label("at"),
                InboxMessage.conversation_id, InboxMessage.person_id,
                (private & InboxMessage.relayed_to.is_(None)).label("kept"),
                InboxMessage.person_id.label("said_by"),
            )
            .join(Conversation, Conversation.id == InboxMessage.conversation_id)
            .join(Person, Person.id == InboxMessage.person_id)
            .where(
                InboxMessage.organisation_id == self._organisation_id,
                InboxMessage.remembered_at.is_(None),
                InboxMessage.status != InboxStatus.received,
            )
            .order_by(InboxMessage.id)
            .limit(_BATCH)
            .with_for_update(of=InboxMessage, skip_locked=True)
        )  # fmt: skip
        return [*rows]

    async def _told(self, session: Session) -> list[Row[tuple[object, ...]]]:
        """What staff wrote to customers and is out: what waits is the delivery's, which passes over
        what others hold."""
        customer = Conversation.person_id.is_not(None) & (Person.role == Role.customer)
        rows = await session.execute(
            select(
                OutboxMessage.id, OutboxMessage.text, OutboxMessage.created_at.label("at"),
                OutboxMessage.conversation_id, Conversation.person_id,
                func.coalesce(customer, False).label("kept"), OutboxMessage.said_by,
            )
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .outerjoin(Person, Person.id == Conversation.person_id)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.remembered_at.is_(None),
                OutboxMessage.said_by.is_not(None),
                OutboxMessage.status.in_((OutboxStatus.sent, OutboxStatus.unknown)),
            )
            .order_by(OutboxMessage.id)
            .limit(_BATCH)
            .with_for_update(of=OutboxMessage, skip_locked=True)
        )  # fmt: skip
        return [*rows]

    async def _remember(
        self, session: Session, row: Row[tuple[object, ...]], zone: ZoneInfo
    ) -> bool:
        if not row.kept or not worth_keeping(row.text):
            return False
        staff = isinstance(row.said_by, str)
        day: date = row.at.astimezone(zone).date()
        await insert_or_ignore(
            session, Memory,
            {
                "organisation_id": self._organisation_id, "person_id": row.person_id,
                "order_key": f"{'told' if staff else 'heard'}:{row.id}",
                "source_outbox_id": row.id if staff else None,
                "source_inbox_id": None if staff else row.id,
                "conversation_id": row.conversation_id,
                "speaker": row.said_by if staff else None, "kind": MemoryKind.episode, "text": "",
                "happens_on": day_told(folded(row.text), day),
                "importance": importance_of(row.text), "created_at": row.at, "used_at": row.at,
                # Nothing of theirs is told by others.
                "read_at": row.at if staff else None,
            },
        )  # fmt: skip
        if not staff:
            await self._facts.overhear(
                session, person_id=row.person_id, inbox_id=row.id, text=row.text, at=row.at
            )
        return True

    async def _mark(
        self, session: Session, table: type[InboxMessage | OutboxMessage], ids: Collection[int]
    ) -> None:
        if ids:
            await session.execute(
                update(table).where(table.id.in_(ids)).values(remembered_at=self._clock.now())
            )

    async def _bound(self, session: Session, people: Collection[int]) -> list[int]:
        """Drop what is used and worth least of those who have too much; returns the ids."""
        dropped: list[int] = []
        for person_id in sorted(people):
            growing = (
                (Memory.organisation_id == self._organisation_id)
                & (Memory.person_id == person_id)
                & or_(*(Memory.kind == kind for kind in _GROWING))
            )
            count = await session.scalar(select(func.count(Memory.id)).where(growing)) or 0
            if count > self._most:
                least = await session.scalars(
                    select(Memory.id)
                    .where(growing)
                    .order_by(Memory.used_at, Memory.importance, Memory.id)
                    .limit(count - self._most)
                )
                dropped += least
        if dropped:
            await session.execute(delete(Memory).where(Memory.id.in_(dropped)))
        return dropped


async def unheard(session: ReadSession, organisation_id: int) -> int:
    """How many finished messages have yet to be looked at."""
    waiting = select(func.count(InboxMessage.id)).where(
        InboxMessage.organisation_id == organisation_id,
        InboxMessage.remembered_at.is_(None),
        InboxMessage.status != InboxStatus.received,
    )
    return await session.scalar(waiting) or 0
