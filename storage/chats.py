"""What happens to chats on their platforms: they move, they close, they open again."""

from sqlalchemy import ColumnElement, or_, select, update

from config.clock import Clock
from storage.cases import move_cases
from storage.database import Session
from storage.groups import Groups
from storage.inbox import Place
from storage.tables.change import ChangeRecord
from storage.tables.optimization import Rule
from storage.tables.trust import Approval
from storage.tables.work import Conversation, InboxMessage, OutboxMessage
from storage.visits import move_visits


class Chats:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock
        self._groups = Groups(organisation_id, clock)

    async def close(self, session: Session, place: Place) -> None:
        """Nothing can be sent there, nor to what is named `<chat>:…` inside of it, until somebody
        writes again."""
        await session.execute(
            update(Conversation)
            .where(
                *self._of(place),
                or_(
                    Conversation.chat == place.chat,
                    Conversation.chat.startswith(f"{place.chat}:", autoescape=True),
                ),
            )
            .values(closed_at=self._clock.now())
        )

    async def open(self, session: Session, place: Place) -> None:
        await self._set(session, place, closed_at=None)

    async def move(self, session: Session, place: Place, chat: str) -> None:
        """The chat has another id now. When somebody has written there already, what was said and
        what waits at the old place joins it."""
        old = await self._at(session, place)
        there = Place(channel=place.channel, bot=place.bot, chat=chat)
        new = {row.member: row for row in await self._at(session, there)}
        await self._groups.move(session, old, chat)
        for row in old:
            await session.execute(
                update(InboxMessage)
                .where(InboxMessage.conversation_id == row.id, InboxMessage.said_in == place.chat)
                .values(said_in=chat)
            )
            if row.member in new:
                await self._join(session, row, new[row.member])
            else:
                row.chat, row.closed_at = chat, None

    async def _join(self, session: Session, old: Conversation, new: Conversation) -> None:
        for table in (InboxMessage, OutboxMessage, Approval, ChangeRecord, Rule):
            await session.execute(
                update(table).where(table.conversation_id == old.id).values(conversation_id=new.id)
            )
        await move_cases(session, old.id, new.id)
        await move_visits(session, old.id, new.id)

    async def _at(self, session: Session, place: Place) -> list[Conversation]:
        """One, or in a group where everybody has their own, several."""
        found = await session.scalars(
            select(Conversation).where(*self._of(place), Conversation.chat == place.chat)
        )
        return list(found)

    async def _set(self, session: Session, place: Place, **values: object) -> None:
        await session.execute(
            update(Conversation)
            .where(*self._of(place), Conversation.chat == place.chat)
            .values(**values)
        )

    def _of(self, place: Place) -> tuple[ColumnElement[bool], ...]:
        return (
            Conversation.organisation_id == self._organisation_id,
            Conversation.channel == place.channel,
            Conversation.bot == place.bot,
        )
