"""What staff noted about customers: seen by the team with author and day, never by the customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from config.clock import Clock
from config.roles import Role
from storage.database import ReadSession, Session
from storage.tables.memory import Memory, MemoryKind
from storage.tables.organisation import Person
from storage.upsert import insert_or_ignore

# A note, not a document.
LONGEST = 500
_IMPORTANCE = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    text: str
    author: str
    at: datetime


class Insights:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def add(
        self, session: Session, *, about: Person, author_id: int, order_key: str, text: str
    ) -> bool:
        """Keep what a colleague noted; False when `about` is no customer of this organisation. The
        same order again changes nothing."""
        ours = about.organisation_id == self._organisation_id
        if not ours or about.role is not Role.customer:
            return False
        now = self._clock.now()
        await insert_or_ignore(
            session, Memory,
            {
                "organisation_id": self._organisation_id, "person_id": about.id,
                "author_id": author_id, "order_key": f"{order_key}:insight",
                "kind": MemoryKind.insight, "text": text[:LONGEST], "importance": _IMPORTANCE,
                "created_at": now, "used_at": now,
            },
        )  # fmt: skip
        return True

    async def about(
        self, session: ReadSession, person_id: int, limit: int = 20
    ) -> Sequence[Insight]:
        """The newest first."""
        rows = await session.execute(
            select(Memory.text, Memory.created_at, Person.name)
            .outerjoin(Person, Person.id == Memory.author_id)
            .where(
                Memory.organisation_id == self._organisation_id,
                Memory.person_id == person_id,
                Memory.kind == MemoryKind.insight,
            )
            .order_by(Memory.id.desc())
            .limit(limit)
        )
        return [Insight(text=row.text, author=row.name or "—", at=row.created_at) for row in rows]
