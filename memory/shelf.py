"""What the database holds of one person, read for recall: a light list of everything, and the rows
and words of what was chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select

from memory.texts import texts_of
from storage.database import ReadSession
from storage.tables.memory import Memory, MemoryKind
from storage.tables.organisation import Organisation, Person
from storage.upsert import table_of

_MEMORIES = table_of(Memory)
_LIGHT = (
    select(
        *_MEMORIES.c[
            "id", "kind", "importance", "created_at", "used_at", "valid_to", "source_inbox_id",
            "source_outbox_id", "conversation_id", "speaker", "happens_on", "indexed_at",
            "author_id", "text",
        ]
    )
    .where(
        _MEMORIES.c.organisation_id == bindparam("organisation"),
        _MEMORIES.c.person_id == bindparam("person"),
    )
    .order_by(_MEMORIES.c.created_at, _MEMORIES.c.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`rows` in the order of time; `size` counts also those that are not to be seen; `authors`
    are the names of who noted something."""

    person_id: int
    name: str
    zone: ZoneInfo
    rows: Sequence[Row[Any]]
    size: int
    authors: Mapping[int, str]


class Shelf:
    def __init__(self, organisation_id: int) -> None:
        self._organisation_id = organisation_id

    async def of(self, session: ReadSession, person_id: int, *, for_staff: bool) -> Profile:
        rows = (
            await session.execute(
                _LIGHT, {"organisation": self._organisation_id, "person": person_id}
            )
        ).all()
        who = (
            await session.execute(
                select(Person.name, Organisation.timezone)
                .join(Organisation, Organisation.id == Person.organisation_id)
                .where(Person.id == person_id, Organisation.id == self._organisation_id)
            )
        ).one_or_none()
        seen = [row for row in rows if for_staff or row.kind is not MemoryKind.insight]
        return Profile(
            person_id=person_id, name=who.name if who else "",
            zone=ZoneInfo(who.timezone if who else "UTC"), rows=seen, size=len(rows),
            authors=await self._authors(session, seen),
        )  # fmt: skip

    async def rows(self, session: ReadSession, ids: Sequence[int]) -> dict[int, Memory]:
        if not ids:
            return {}
        found = await session.scalars(
            select(Memory).where(
                Memory.organisation_id == self._organisation_id, Memory.id.in_(ids)
            )
        )
        return {row.id: row for row in found}

    async def texts(
        self, session: ReadSession, rows: Sequence[Memory | Row[Any]]
    ) -> dict[int, str]:
        return await texts_of(session, rows)

    async def _authors(self, session: ReadSession, rows: Sequence[Row[Any]]) -> dict[int, str]:
        ids = {row.author_id for row in rows if row.author_id is not None}
        if not ids:
            return {}
        found = await session.execute(
            select(Person.id, Person.name).where(
                Person.organisation_id == self._organisation_id, Person.id.in_(ids)
            )
        )
        return {row.id: row.name for row in found}
