"""Facts and wishes that people stated, in their own words, in the database.

A statement that repeats what is known refreshes it; one that contradicts it closes it and takes
its place. Both are decided by what the statement is about (memory/slots.py), else by its words
(memory/comparing.py): no model is asked, and distinct facts are never merged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from config.clock import Clock
from memory.comparing import gist
from memory.statements import Statement, statements
from storage.database import ReadSession, Session
from storage.tables.memory import Memory
from storage.tables.organisation import Person
from storage.tables.work import InboxMessage

# Longer than anything that a person states about themselves; a pasted document is no fact.
LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What `keep` did: texts that were stored, that were known already, and that hold no more."""

    stored: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(
            stored=self.stored + other.stored,
            known=self.known + other.known,
            closed=self.closed + other.closed,
        )


class FactStore:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def keep(
        self,
        session: Session,
        *,
        person_id: int,
        order_key: str,
        text: str,
        source_inbox_id: int | None = None,
    ) -> Kept:
        """Remember what a person said, in the caller's transaction; the same order again changes
        nothing. With `source_inbox_id`, words that do not stand in that message of theirs were
        made or recalled by the system, and the message itself is kept instead."""
        # One at a time for each person, so that two messages cannot both be the first.
        await session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        said = await self._own_words(session, person_id, text, source_inbox_id)
        kept = Kept()
        for position, statement in enumerate(statements(said[:LONGEST]) if said else ()):
            key = order_key if position == 0 else f"{order_key}#{position}"
            kept += await self._keep_one(session, person_id, key, statement, source_inbox_id)
        return kept

    async def open(
        self, session: ReadSession, person_id: int, limit: int | None = None
    ) -> Sequence[Memory]:
        """What holds now, newest first."""
        found = await session.scalars(
            select(Memory)
            .where(
                Memory.organisation_id == self._organisation_id,
                Memory.person_id == person_id,
                Memory.valid_to.is_(None),
            )
            .order_by(Memory.id.desc())
            .limit(limit)
        )
        return found.all()

    async def close(self, session: Session, person_id: int, slot: str) -> None:
        """What was said about `slot` holds no more: the person decided it in another way."""
        now = self._clock.now()
        for row in await self.open(session, person_id):
            if row.slot == slot:
                # The index must learn that it holds no more.
                row.valid_to, row.indexed_at = now, None

    async def _keep_one(
        self,
        session: Session,
        person_id: int,
        order_key: str,
        statement: Statement,
        source_inbox_id: int | None,
    ) -> Kept:
        if await self._is_kept(session, order_key):
            return Kept()
        now, known = self._clock.now(), await self.open(session, person_id)
        if (same := _repeated(statement, known)) is not None:
            same.used_at = now
            return Kept(known=(same.text,))
        reading = statement.reading
        row = Memory(
            organisation_id=self._organisation_id, person_id=person_id, order_key=order_key,
            source_inbox_id=source_inbox_id, kind=statement.kind, text=statement.text,
            slot=reading.slot if reading else None, value=reading.value if reading else None,
            importance=statement.importance, created_at=now, used_at=now,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        closed = _contradicted(statement, known)
        for older in closed:
            # The index must learn that it holds no more.
            older.valid_to, older.superseded_by, older.indexed_at = now, row.id, None
        return Kept(stored=(row.text,), closed=tuple(older.text for older in closed))

    async def _own_words(
        self, session: ReadSession, person_id: int, text: str, source_inbox_id: int | None
    ) -> str:
        if source_inbox_id is None:
            return text.strip()
        message = await session.scalar(
            select(InboxMessage.text).where(
                InboxMessage.organisation_id == self._organisation_id,
                InboxMessage.id == source_inbox_id,
                InboxMessage.person_id == person_id,
            )
        )
        if message is None:
            return ""
        return text.strip() if text.strip() in message else message.strip()

    async def _is_kept(self, session: ReadSession, order_key: str) -> bool:
        found = await session.scalar(
            select(Memory.id).where(
                Memory.organisation_id == self._organisation_id, Memory.order_key == order_key
            )
        )
        return found is not None


def _repeated(statement: Statement, known: Sequence[Memory]) -> Memory | None:
    if (reading := statement.reading) is not None:
        return next(
            (row for row in known if (row.slot, row.value) == (reading.slot, reading.value)), None
        )
    meant = gist(statement.text)
    return next(
        (
            row
            for row in known
            if row.slot is None and (row.text == statement.text or gist(row.text).same_as(meant))
        ),
        None,
    )


def _contradicted(statement: Statement, known: Sequence[Memory]) -> list[Memory]:
    if (reading := statement.reading) is not None:
        return [row for row in known if row.slot == reading.slot]
    meant = gist(statement.text)
    return [row for row in known if row.slot is None and gist(row.text).opposite_of(meant)]
