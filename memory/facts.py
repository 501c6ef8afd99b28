"""Facts and wishes that people stated, in their own words, in the database.

A statement that repeats what is known refreshes it; one that contradicts it closes it and takes
its place. Both are decided by what the statement is about (memory/slots.py), else by its words
(memory/comparing.py): no model is asked, and distinct facts are never merged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from config.clock import Clock
from config.failpoints import failpoint
from memory.comparing import gist
from memory.dates import day_told
from memory.statements import Statement, remarks, statements
from memory.terms import folded
from storage.database import ReadSession, Session
from storage.tables.memory import NOT_STATED, Memory, MemoryKind
from storage.tables.organisation import Organisation, Person
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Whose words they are, when they were said, and where. `overheard`: in a talk, some time ago."""

    person_id: int
    inbox_id: int | None
    at: datetime
    day: date
    overheard: bool


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
        said = await self._own_words(session, person_id, text, source_inbox_id)
        source = await self._source(session, person_id, source_inbox_id, None)
        found = statements(said[:LONGEST]) if said else []
        kept = await self._keep_all(session, source, order_key, found)
        failpoint("fact_kept")
        return kept

    async def overhear(
        self, session: Session, *, person_id: int, inbox_id: int, text: str, at: datetime
    ) -> Kept:
        """Remember what the person tells about themselves in a message of a talk, said at `at`."""
        if not (found := remarks(text)):
            return Kept()
        source = await self._source(session, person_id, inbox_id, at)
        return await self._keep_all(session, source, f"heard:{inbox_id}:said", found)

    async def quote(
        self, session: Session, *, person_id: int, inbox_id: int, quotes: Sequence[str],
        at: datetime,
    ) -> Kept:  # fmt: skip
        """Remember what somebody else (a model) found worth it in a message of the person; what
        does not stand there word for word is dropped."""
        said = await self._message(session, person_id, inbox_id) or ""
        source = await self._source(session, person_id, inbox_id, at)
        own = [quote.strip() for quote in quotes if quote.strip() and quote.strip() in said]
        found = [each for quote in own for each in statements(quote[:LONGEST])]
        return await self._keep_all(session, source, f"heard:{inbox_id}:quoted", found)

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
                Memory.kind.not_in(NOT_STATED),
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

    async def _source(
        self, session: Session, person_id: int, inbox_id: int | None, overheard_at: datetime | None
    ) -> _Source:
        # One at a time for each person, so that two messages cannot both be the first.
        await session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        zone = await session.scalar(
            select(Organisation.timezone).where(Organisation.id == self._organisation_id)
        )
        at = overheard_at or self._clock.now()
        return _Source(
            person_id=person_id, inbox_id=inbox_id, at=at, overheard=overheard_at is not None,
            day=at.astimezone(ZoneInfo(zone or "UTC")).date(),
        )  # fmt: skip

    async def _keep_all(
        self, session: Session, source: _Source, order_key: str, found: Sequence[Statement]
    ) -> Kept:
        kept = Kept()
        for position, statement in enumerate(found):
            key = order_key if position == 0 else f"{order_key}#{position}"
            kept += await self._keep_one(session, source, key, statement)
        return kept

    async def _keep_one(
        self, session: Session, source: _Source, order_key: str, statement: Statement
    ) -> Kept:
        if await self._is_kept(session, order_key):
            return Kept()
        known = await self.open(session, source.person_id)
        day = day_told(folded(statement.text), source.day)
        if statement.kind is MemoryKind.event:
            day = day or source.day
        if (same := _repeated(statement, known, day)) is not None:
            same.used_at = max(same.used_at, source.at)
            return Kept(known=(same.text,))
        closed = _contradicted(statement, known)
        if any(_said_since(older, source) for older in closed):
            # Heard late: what was said since then holds.
            return Kept()
        row = self._row(source, order_key, statement, day)
        session.add(row)
        await session.flush()
        for older in closed:
            # The index must learn that it holds no more.
            older.valid_to, older.superseded_by, older.indexed_at = source.at, row.id, None
        return Kept(stored=(row.text,), closed=tuple(older.text for older in closed))

    def _row(
        self, source: _Source, order_key: str, statement: Statement, day: date | None
    ) -> Memory:
        reading = statement.reading
        return Memory(
            organisation_id=self._organisation_id, person_id=source.person_id,
            order_key=order_key, source_inbox_id=source.inbox_id, kind=statement.kind,
            text=statement.text, slot=reading.slot if reading else None,
            value=reading.value if reading else None, importance=statement.importance,
            happens_on=day if statement.kind is MemoryKind.event else None,
            created_at=source.at, used_at=source.at,
        )  # fmt: skip

    async def _own_words(
        self, session: ReadSession, person_id: int, text: str, source_inbox_id: int | None
    ) -> str:
        if source_inbox_id is None:
            return text.strip()
        message = await self._message(session, person_id, source_inbox_id)
        if message is None:
            return ""
        return text.strip() if text.strip() in message else message.strip()

    async def _message(self, session: ReadSession, person_id: int, inbox_id: int) -> str | None:
        text: str | None = await session.scalar(
            select(InboxMessage.text).where(
                InboxMessage.organisation_id == self._organisation_id,
                InboxMessage.id == inbox_id,
                InboxMessage.person_id == person_id,
            )
        )
        return text

    async def _is_kept(self, session: ReadSession, order_key: str) -> bool:
        found = await session.scalar(
            select(Memory.id).where(
                Memory.organisation_id == self._organisation_id, Memory.order_key == order_key
            )
        )
        return found is not None


def _said_since(memory: Memory, source: _Source) -> bool:
    other = memory.source_inbox_id is None or memory.source_inbox_id != source.inbox_id
    return source.overheard and other and memory.created_at >= source.at


def _repeated(statement: Statement, known: Sequence[Memory], day: date | None) -> Memory | None:
    """The same bought on another day is another event."""
    if (reading := statement.reading) is not None:
        return next(
            (row for row in known if (row.slot, row.value) == (reading.slot, reading.value)), None
        )
    meant = gist(statement.text)
    return next(
        (
            row
            for row in known
            if row.slot is None
            and (row.happens_on is None or row.happens_on == day)
            and (row.text == statement.text or gist(row.text).same_as(meant))
        ),
        None,
    )


def _contradicted(statement: Statement, known: Sequence[Memory]) -> list[Memory]:
    if (reading := statement.reading) is not None:
        return [row for row in known if row.slot == reading.slot]
    meant = gist(statement.text)
    return [row for row in known if row.slot is None and gist(row.text).opposite_of(meant)]
