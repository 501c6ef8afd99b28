"""Queries about cases and what was said in their conversations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy import case as sql_case

from storage.database import Session
from storage.repository import Repository
from storage.tables.case import (
    Case,
    CaseEvent,
    CaseEventKind,
    CaseMember,
    CaseOffer,
    CasePriority,
    CaseStatus,
)
from storage.tables.organisation import Person
from storage.tables.ticket import Satisfaction
from storage.tables.work import InboxFile, InboxMessage, OutboxMessage

OPEN = (CaseStatus.waiting, CaseStatus.active)
_REF = re.compile(r"[Hh][-\s]?(\d{1,9})|(\d{1,6})")
# The last cases tell how long one waits now.
_RECENT = 20
_URGENCY = [*CasePriority]
_by_urgency: ColumnElement[int] = sql_case(
    {priority.value: rank for rank, priority in enumerate(_URGENCY)}, value=Case.priority
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody at their desk."""

    member: CaseMember
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a conversation; `by` is empty for the agent and None for the customer."""

    text: str
    by: str | None


class CaseRows(Repository[Case]):
    async def by_ref(self, ref: str) -> Case | None:
        """By "H-3" in any case, or the bare number."""
        found = _REF.fullmatch(ref.strip())
        if found is None:
            return None
        number = int(found[1] or found[2])
        return await self.one_or_none(self._mine().where(Case.number == number))

    async def by_order(self, order_key: str) -> Case | None:
        return await self.one_or_none(self._mine().where(Case.order_key == order_key))

    async def open_in(self, conversation_id: int) -> Case | None:
        return await self.one_or_none(self._mine().where(Case.open_in == conversation_id))

    async def open_cases(self) -> Sequence[Case]:
        """The most urgent first, then the oldest."""
        return await self.all(
            self._mine()
            .where(Case.status.in_(OPEN))
            .order_by(_by_urgency.desc(), Case.opened_at, Case.id)
        )

    async def counted_since(self, moment: datetime) -> tuple[int, int]:
        """How many were opened, and how many ended, from `moment` on."""
        counted = select(
            func.count(Case.id).filter(Case.opened_at >= moment),
            func.count(Case.id).filter(Case.ended_at >= moment),
        ).where(Case.organisation_id == self.organisation_id)
        opened, ended = (await self.session.execute(counted)).one()
        return opened, ended

    async def newest(self) -> Case | None:
        return await self.one_or_none(self._mine().order_by(Case.id.desc()).limit(1))

    async def done_by(self, order_key: str) -> Case | None:
        """The case that this order has changed already."""
        return await self.one_or_none(
            self._mine()
            .join(CaseEvent, CaseEvent.case_id == Case.id)
            .where(CaseEvent.key.endswith(f":{order_key}", autoescape=True))
            .limit(1)
        )

    async def ahead_of(self, case: Case) -> int:
        """How many waiting cases come before this one."""
        rank = _URGENCY.index(case.priority)
        counted = await self.session.scalar(
            select(func.count(Case.id)).where(
                Case.organisation_id == self.organisation_id,
                Case.status == CaseStatus.waiting,
                ~Case.by_platform,
                or_(_by_urgency > rank, and_(_by_urgency == rank, Case.id < case.id)),
            )
        )
        return counted or 0

    async def usual_wait(self) -> timedelta | None:
        """How long the last cases waited, as a median; None before there were any."""
        rows = await self.session.execute(
            select(Case.opened_at, Case.taken_at)
            .where(
                Case.organisation_id == self.organisation_id,
                Case.taken_at.is_not(None),
                ~Case.by_platform,
            )
            .order_by(Case.id.desc())
            .limit(_RECENT)
        )
        waits = [(row.taken_at - row.opened_at).total_seconds() for row in rows]
        return timedelta(seconds=median(waits)) if waits else None

    async def seats(self, case_id: int) -> list[Seat]:
        """Who serves it now, in the order in which they came."""
        rows = await self.session.execute(
            select(CaseMember, Person)
            .join(Person, Person.id == CaseMember.person_id)
            .where(CaseMember.case_id == case_id, CaseMember.left_at.is_(None))
            .order_by(CaseMember.id)
        )
        return [Seat(member=row[0], person=row[1]) for row in rows]

    async def member(self, case_id: int, person_id: int) -> CaseMember | None:
        """Also one who has left."""
        found: CaseMember | None = await self.session.scalar(
            select(CaseMember).where(
                CaseMember.case_id == case_id, CaseMember.person_id == person_id
            )
        )
        return found

    async def served_by(self, person_id: int) -> list[Case]:
        """What somebody serves now; what they answer comes first."""
        rows = await self.session.scalars(
            select(Case)
            .join(CaseMember, CaseMember.case_id == Case.id)
            .where(
                Case.organisation_id == self.organisation_id,
                Case.status == CaseStatus.active,
                CaseMember.person_id == person_id,
                CaseMember.left_at.is_(None),
            )
            .order_by(CaseMember.focus.desc(), CaseMember.id.desc())
        )
        return list(rows)

    async def offers(self, case_id: int) -> list[CaseOffer]:
        rows = await self.session.scalars(
            select(CaseOffer).where(CaseOffer.case_id == case_id).order_by(CaseOffer.id)
        )
        return list(rows)

    async def events(self, case_id: int, *kinds: CaseEventKind) -> list[CaseEvent]:
        query = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
        rows = await self.session.scalars(
            query.where(CaseEvent.kind.in_(kinds)) if kinds else query
        )
        return list(rows)

    async def mark(self, case: Case) -> int | None:
        """How content the customer was."""
        found: int | None = await self.session.scalar(
            select(Satisfaction.mark)
            .where(
                Satisfaction.organisation_id == self.organisation_id,
                Satisfaction.about == case.ref,
                Satisfaction.mark.is_not(None),
            )
            .order_by(Satisfaction.id.desc())
            .limit(1)
        )
        return found

    async def last_said(self, conversation_id: int, limit: int) -> list[Said]:
        """The newest messages and their answers, oldest first."""
        asked = (
            await self.session.scalars(
                select(InboxMessage)
                .where(
                    InboxMessage.conversation_id == conversation_id, ~InboxMessage.text.like("/%")
                )
                .order_by(InboxMessage.id.desc())
                .limit(limit)
            )
        ).all()
        answered = await self.session.scalars(
            select(OutboxMessage).where(OutboxMessage.reply_to.in_([row.id for row in asked]))
        )
        lines = [((row.id, 0, 0), Said(text=row.text, by=None)) for row in asked]
        lines += [
            ((row.reply_to or 0, 1, row.id), Said(text=row.text, by=row.said_by or ""))
            for row in answered
        ]
        return [said for _, said in sorted(lines, key=lambda line: line[0])][-limit:]

    async def last_inbox_id(self, conversation_id: int) -> int | None:
        found: int | None = await self.session.scalar(
            select(func.max(InboxMessage.id)).where(InboxMessage.conversation_id == conversation_id)
        )
        return found

    async def file_names(self, conversation_id: int, limit: int) -> list[str]:
        """Of what was sent there last, the newest first."""
        rows = await self.session.scalars(
            select(InboxFile.name)
            .join(InboxMessage, InboxMessage.id == InboxFile.inbox_id)
            .where(InboxMessage.conversation_id == conversation_id, InboxFile.media_id.is_not(None))
            .order_by(InboxFile.id.desc())
            .limit(limit)
        )
        return list(rows)

    def _mine(self) -> Select[Case]:
        return select(Case).where(Case.organisation_id == self.organisation_id)


async def locked(session: Session, case: Case) -> Case:
    """Nobody else changes it until the transaction ends."""
    await session.refresh(case, with_for_update=True)
    return case
