"""What every repository shares: one organisation, one session."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from sqlalchemy import Select, update

from storage.database import ReadSession, Session
from storage.tables.base import OwnedByOrganisation
from storage.tables.organisation import Counter
from storage.upsert import insert_or_ignore, table_of

_COUNTERS = table_of(Counter)

T = TypeVar("T", bound=OwnedByOrganisation)


class Repository(Generic[T]):
    """Queries of one aggregate inside one organisation. Writing methods need a write session."""

    def __init__(self, session: ReadSession, organisation_id: int) -> None:
        self.session = session
        self.organisation_id = organisation_id

    async def one_or_none(self, statement: Select[T]) -> T | None:
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def all(self, statement: Select[T]) -> Sequence[T]:
        return (await self.session.execute(statement)).scalars().all()

    async def add(self, row: T) -> T:
        """Insert now, so that constraints speak here and the key is known."""
        self.session.add(row)
        await self.session.flush()
        return row


async def next_number(session: Session, organisation_id: int, kind: str) -> int:
    """The next number of a readable id (`kind` is its letter), never given out twice."""
    given: int | None = await session.scalar(
        update(_COUNTERS)
        .where(_COUNTERS.c.organisation_id == organisation_id, _COUNTERS.c.kind == kind)
        .values(last=_COUNTERS.c.last + 1)
        .returning(_COUNTERS.c.last)
    )
    if given is not None:
        return given
    fresh = {"organisation_id": organisation_id, "kind": kind, "last": 0}
    await insert_or_ignore(session, Counter, fresh)
    return await next_number(session, organisation_id, kind)
