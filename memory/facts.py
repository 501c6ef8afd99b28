"""Facts and wishes that people stated, in their own words, in the database."""

from sqlalchemy import select

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.tables.memory import Memory
from storage.upsert import insert_or_ignore


class FactStore:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def keep(self, session: Session, *, person_id: int, order_key: str, text: str) -> None:
        """Remember `text` for a person; the same order again keeps it once."""
        await session.execute(
            insert_or_ignore(
                session,
                Memory,
                {
                    "organisation_id": self._organisation_id,
                    "person_id": person_id,
                    "order_key": order_key,
                    "text": text,
                    "created_at": self._clock.now(),
                },
            )
        )

    async def of(self, session: ReadSession, person_id: int, limit: int = 20) -> list[str]:
        """What a person asked us to remember, newest first."""
        found = await session.scalars(
            select(Memory.text)
            .where(Memory.organisation_id == self._organisation_id, Memory.person_id == person_id)
            .order_by(Memory.id.desc())
            .limit(limit)
        )
        return list(found)
