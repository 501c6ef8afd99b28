"""The audit log: a chain of hashes per organisation that shows when an entry was changed,
removed or added behind its back."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.ledger import canonical
from storage.tables.trust import AuditEntry, AuditHead
from storage.upsert import insert_or_ignore

_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCheck:
    """`broken_at` is the first position that does not fit, None when the chain is whole."""

    length: int
    broken_at: int | None


class AuditLog:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def append(
        self, session: Session, event: str, *, person_id: int | None, **details: Any
    ) -> None:
        """Add one entry inside the caller's transaction; `details` must be plain JSON."""
        head = await self._head(session)
        # Databases keep microseconds only; the hash must survive the round trip.
        at = self._clock.now().astimezone(UTC)
        entry = AuditEntry(
            organisation_id=self._organisation_id, position=head.count + 1, at=at,
            person_id=person_id, event=event, details=details, previous_hash=head.hash, hash="",
        )  # fmt: skip
        entry.hash = _hash(entry)
        session.add(entry)
        head.count = entry.position
        head.hash = entry.hash
        await session.flush()

    async def latest(self, session: ReadSession, limit: int) -> list[AuditEntry]:
        """The newest entries, newest first."""
        found = await session.scalars(
            select(AuditEntry)
            .where(AuditEntry.organisation_id == self._organisation_id)
            .order_by(AuditEntry.position.desc())
            .limit(limit)
        )
        return list(found)

    async def verify(self, session: ReadSession) -> ChainCheck:
        """Walk the whole chain and compare it with its head."""
        head = await session.scalar(
            select(AuditHead).where(AuditHead.organisation_id == self._organisation_id)
        )
        length, previous = 0, ""
        while page := await self._after(session, length):
            for entry in page:
                length += 1
                fits = entry.position == length and entry.previous_hash == previous
                if not fits or entry.hash != _hash(entry):
                    return ChainCheck(length=length, broken_at=length)
                previous = entry.hash
        expected = (head.count, head.hash) if head else (0, "")
        if (length, previous) != expected:
            return ChainCheck(length=length, broken_at=length + 1)
        return ChainCheck(length=length, broken_at=None)

    async def _after(self, session: ReadSession, position: int) -> Sequence[AuditEntry]:
        query = (
            select(AuditEntry)
            .where(AuditEntry.organisation_id == self._organisation_id)
            .order_by(AuditEntry.position)
            .limit(_PAGE)
        )
        # The first page begins wherever there is an entry, so that a false one in front shows.
        if position:
            query = query.where(AuditEntry.position > position)
        return (await session.scalars(query)).all()

    async def _head(self, session: Session) -> AuditHead:
        # The row lock lets one writer at a time extend the chain.
        head = await session.scalar(
            select(AuditHead)
            .where(AuditHead.organisation_id == self._organisation_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if head is not None:
            return head
        fresh = {"organisation_id": self._organisation_id, "count": 0, "hash": ""}
        await insert_or_ignore(session, AuditHead, fresh)
        return await self._head(session)


def _hash(entry: AuditEntry) -> str:
    content = [
        entry.organisation_id, entry.position, _moment(entry.at), entry.person_id, entry.event,
        entry.details, entry.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
