"""Rows of visits and playbooks of one organisation."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from storage.repository import Repository
from storage.tables.case import Case
from storage.tables.visit import PlaybookVersion, Visit
from storage.tables.work import InboxMessage


class VisitRepository(Repository[Visit]):
    async def latest(self, conversation_id: int, *, hold: bool = False) -> Visit | None:
        """The last visit of a conversation, open or over; `hold` for changing it."""
        query = (
            select(Visit)
            .where(
                Visit.organisation_id == self.organisation_id,
                Visit.conversation_id == conversation_id,
            )
            .order_by(Visit.id.desc())
            .limit(1)
        )
        return await self.one_or_none(query.with_for_update() if hold else query)

    async def last_words(self, visit: Visit, before: int | None = None) -> datetime:
        """When the customer or a colleague of ours was busy with this visit last."""
        words = select(func.max(InboxMessage.received_at)).where(
            InboxMessage.conversation_id == visit.conversation_id
        )
        if before is not None:
            words = words.where(InboxMessage.id < before)
        served = select(func.max(Case.ended_at)).where(
            Case.conversation_id == visit.conversation_id
        )
        times = [visit.last_at, await self.session.scalar(words), await self.session.scalar(served)]
        return max(each for each in times if each is not None)

    async def is_served(self, conversation_id: int) -> bool:
        """Whether somebody of ours is wanted there, or serves there."""
        found = select(Case.id).where(
            Case.organisation_id == self.organisation_id, Case.open_in == conversation_id
        )
        return await self.session.scalar(found) is not None

    async def left(self, before: datetime, most: int) -> Sequence[Visit]:
        """Open visits in which nobody said anything since then, and nobody of ours is wanted."""
        return await self.all(
            select(Visit)
            .where(
                Visit.organisation_id == self.organisation_id,
                Visit.ended_at.is_(None),
                Visit.last_at <= before,
                ~_case_since(before),
                ~_words_since(before),
            )
            .order_by(Visit.last_at, Visit.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )

    async def unsummarised(self, most: int) -> list[int]:
        """Visits that are over, the oldest first."""
        found = await self.session.scalars(
            select(Visit.id)
            .where(
                Visit.organisation_id == self.organisation_id,
                Visit.ended_at.is_not(None),
                Visit.summarised_at.is_(None),
            )
            .order_by(Visit.id)
            .limit(most)
        )
        return list(found)

    async def by_stage(self, name: str) -> dict[str, int]:
        """How many open visits are in each stage of a playbook."""
        rows = await self.session.execute(
            select(Visit.stage, func.count(Visit.id))
            .where(
                Visit.organisation_id == self.organisation_id,
                Visit.playbook == name,
                Visit.ended_at.is_(None),
            )
            .group_by(Visit.stage)
        )
        return {row[0]: row[1] for row in rows}


class PlaybookRepository(Repository[PlaybookVersion]):
    async def versions(self, name: str | None = None) -> Sequence[PlaybookVersion]:
        """By name, the oldest first."""
        query = select(PlaybookVersion).where(
            PlaybookVersion.organisation_id == self.organisation_id
        )
        if name is not None:
            query = query.where(PlaybookVersion.name == name)
        return await self.all(query.order_by(PlaybookVersion.name, PlaybookVersion.number))

    async def used(self) -> dict[str, PlaybookVersion]:
        """The version of each playbook with which visits begin now."""
        rows = await self.all(
            select(PlaybookVersion)
            .where(
                PlaybookVersion.organisation_id == self.organisation_id,
                PlaybookVersion.active.is_(True),
            )
            .order_by(PlaybookVersion.name, PlaybookVersion.number)
        )
        return {row.name: row for row in rows}

    async def version(self, name: str, number: int) -> PlaybookVersion | None:
        return await self.one_or_none(
            select(PlaybookVersion).where(
                PlaybookVersion.organisation_id == self.organisation_id,
                PlaybookVersion.name == name,
                PlaybookVersion.number == number,
            )
        )


def _case_since(before: datetime) -> ColumnElement[bool]:
    return (
        select(Case.id)
        .where(
            Case.conversation_id == Visit.conversation_id,
            Case.ended_at.is_(None) | (Case.ended_at > before),
        )
        .exists()
    )


def _words_since(before: datetime) -> ColumnElement[bool]:
    return (
        select(InboxMessage.id)
        .where(
            InboxMessage.conversation_id == Visit.conversation_id,
            InboxMessage.received_at > before,
        )
        .exists()
    )
