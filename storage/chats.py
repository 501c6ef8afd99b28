"""What happens to chats on their platforms: they move, they close, they open again."""

from sqlalchemy import select, update

from config.clock import Clock
from storage.database import Session
from storage.inbox import Place
from storage.tables.change import ChangeRecord
from storage.tables.optimization import Rule
from storage.tables.trust import Approval
from storage.tables.work import Conversation, InboxMessage, OutboxMessage


class Chats:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def close(self, session: Session, place: Place) -> None:
        """Nothing can be sent there until somebody writes again."""
        await self._set(session, place, closed_at=self._clock.now())

    async def open(self, session: Session, place: Place) -> None:
        await self._set(session, place, closed_at=None)

    async def move(self, session: Session, place: Place, chat: str) -> None:
        """The chat has another id now. When somebody has written there already, what was said and
        what waits at the old place joins it."""
        old = await self._at(session, place)
        if old is None:
            return
        new = await self._at(session, Place(channel=place.channel, bot=place.bot, chat=chat))
        if new is None:
            old.chat, old.closed_at = chat, None
            return
        for table in (InboxMessage, OutboxMessage, Approval, ChangeRecord, Rule):
            await session.execute(
                update(table).where(table.conversation_id == old.id).values(conversation_id=new.id)
            )

    async def _at(self, session: Session, place: Place) -> Conversation | None:
        found: Conversation | None = await session.scalar(
            select(Conversation).where(
                Conversation.organisation_id == self._organisation_id,
                Conversation.channel == place.channel,
                Conversation.bot == place.bot,
                Conversation.chat == place.chat,
            )
        )
        return found

    async def _set(self, session: Session, place: Place, **values: object) -> None:
        await session.execute(
            update(Conversation)
            .where(
                Conversation.organisation_id == self._organisation_id,
                Conversation.channel == place.channel,
                Conversation.bot == place.bot,
                Conversation.chat == place.chat,
            )
            .values(**values)
        )
