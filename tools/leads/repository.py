"""Every query on leads."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, bindparam, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from memory.traces import cause_of
from storage.database import Session
from storage.repository import Repository
from storage.tables.lead import Lead, LeadEvent, LeadNote, LeadStatus, LeadTag
from storage.tables.organisation import Organisation
from storage.tables.work import InboxMessage
from storage.upsert import insert_or_ignore, table_of
from tools.leads.filters import LeadFilter
from tools.leads.scoring import Event

K = TypeVar("K")

_LEADS = table_of(Lead)
_ANY_DUE = (
    select(_LEADS.c.id)
    .where(
        _LEADS.c.organisation_id == bindparam("organisation"),
        _LEADS.c.score_due <= bindparam("now"),
    )
    .limit(1)
)


class LeadRepository(Repository[Lead]):
    async def by_number(self, number: int) -> Lead | None:
        return await self.one_or_none(self._own().where(Lead.number == number))

    async def by_order(self, order_key: str) -> Lead | None:
        return await self.one_or_none(self._own().where(Lead.order_key == order_key))

    async def by_contact(
        self, *, phone: str | None = None, wechat: str | None = None, email: str | None = None
    ) -> Sequence[Lead]:
        """Everybody who shares one of these contacts, the oldest first."""
        same = [
            column == value
            for column, value in (
                (Lead.contact_phone, phone), (Lead.wechat_key, wechat), (Lead.contact_email, email)
            )
            if value
        ]  # fmt: skip
        if not same:
            return ()
        query = self._own().where(Lead.merged_into.is_(None), or_(*same))
        return await self.all(query.order_by(Lead.number))

    async def of_person(self, person_id: int) -> Sequence[Lead]:
        """Those whose order was a message of this person."""
        made = (Lead.organisation_id == self.organisation_id, Lead.order_key.like("inbox:%"))
        orders = await self.session.execute(select(Lead.id, Lead.order_key).where(*made))
        causes = {cause: row.id for row in orders if (cause := cause_of(row.order_key)) is not None}
        messages = await self.session.scalars(
            select(InboxMessage.id).where(
                InboxMessage.organisation_id == self.organisation_id,
                InboxMessage.person_id == person_id,
            )
        )
        ids = [causes[message] for message in messages if message in causes]
        return await self.all(self._own().where(Lead.id.in_(ids)).order_by(Lead.number))

    async def latest(self) -> Lead | None:
        return await self.one_or_none(self._own().order_by(Lead.number.desc()).limit(1))

    async def search(self, wanted: LeadFilter, limit: int) -> Sequence[Lead]:
        """The best first (score, then newest)."""
        best = (Lead.score.desc(), Lead.created_at.desc(), Lead.number.desc())
        return await self.all(self._own().where(*wanted.conditions()).order_by(*best).limit(limit))

    async def every(self, wanted: LeadFilter) -> Sequence[Lead]:
        return await self.all(self._own().where(*wanted.conditions()).order_by(Lead.number))

    async def count(self, wanted: LeadFilter) -> int:
        counted = await self.session.scalar(
            select(func.count(Lead.id)).where(
                Lead.organisation_id == self.organisation_id, *wanted.conditions()
            )
        )
        return counted or 0

    async def counts(self, wanted: LeadFilter, by: InstrumentedAttribute[K]) -> Counter[K]:
        rows = await self.session.execute(
            select(by.label("group"), func.count(Lead.id).label("n"))
            .where(Lead.organisation_id == self.organisation_id, *wanted.conditions())
            .group_by(by)
        )
        return Counter({row.group: row.n for row in rows})

    async def open_by_owner(self) -> Counter[int]:
        """How many leads that are neither won nor lost each person has."""
        rows = await self.session.execute(
            select(Lead.assigned_to, func.count(Lead.id).label("n"))
            .where(
                Lead.organisation_id == self.organisation_id,
                Lead.merged_into.is_(None),
                Lead.assigned_to.is_not(None),
                Lead.status.in_([LeadStatus.new, LeadStatus.following]),
            )
            .group_by(Lead.assigned_to)
        )
        return Counter({row.assigned_to: row.n for row in rows})

    async def moments(self, wanted: LeadFilter) -> Sequence[datetime]:
        """When they came in."""
        found = await self.session.scalars(
            select(Lead.created_at).where(
                Lead.organisation_id == self.organisation_id, *wanted.conditions()
            )
        )
        return found.all()

    async def tags(self, lead: Lead) -> Sequence[str]:
        found = await self.session.scalars(
            select(LeadTag.tag).where(LeadTag.lead_id == lead.id).order_by(LeadTag.id)
        )
        return found.all()

    async def notes(self, lead: Lead, limit: int) -> Sequence[LeadNote]:
        """Newest first."""
        found = await self.session.scalars(
            select(LeadNote)
            .where(LeadNote.lead_id == lead.id)
            .order_by(LeadNote.id.desc())
            .limit(limit)
        )
        return found.all()

    async def events(self, lead: Lead) -> Sequence[Event]:
        """Newest first."""
        rows = await self.session.execute(
            select(LeadEvent.activity, LeadEvent.at)
            .where(LeadEvent.lead_id == lead.id)
            .order_by(LeadEvent.at.desc(), LeadEvent.id.desc())
        )
        return [(row.activity, row.at) for row in rows]

    async def due(self, now: datetime) -> Sequence[Lead]:
        """Leads whose stored score no longer holds."""
        return await self.all(self._own().where(Lead.score_due <= now).order_by(Lead.number))

    async def any_due(self, now: datetime) -> bool:
        """Whether some stored score no longer holds."""
        found = await self.session.scalar(
            _ANY_DUE, {"organisation": self.organisation_id, "now": now}
        )
        return found is not None

    async def events_of_due(self, now: datetime) -> dict[int, list[Event]]:
        """What each of them did, by lead id."""
        rows = await self.session.execute(
            select(LeadEvent.lead_id, LeadEvent.activity, LeadEvent.at)
            .join(Lead, Lead.id == LeadEvent.lead_id)
            .where(Lead.organisation_id == self.organisation_id, Lead.score_due <= now)
        )
        found: dict[int, list[Event]] = defaultdict(list)
        for row in rows:
            found[row.lead_id].append((row.activity, row.at))
        return found

    async def note(
        self, session: Session, lead: Lead, text: str, *, author_id: int | None, order_key: str,
        at: datetime, field: str | None = None,
    ) -> bool:  # fmt: skip
        """Write a note; False when this order wrote it before."""
        values = {
            "organisation_id": self.organisation_id, "lead_id": lead.id, "field": field,
            "order_key": order_key, "author_id": author_id, "text": text, "created_at": at,
        }  # fmt: skip
        return await insert_or_ignore(session, LeadNote, values) is not None

    async def add_tag(self, session: Session, lead: Lead, tag: str) -> None:
        values = {"organisation_id": self.organisation_id, "lead_id": lead.id, "tag": tag}
        await insert_or_ignore(session, LeadTag, values)

    async def remove_tags(self, session: Session, lead: Lead, tags: Sequence[str]) -> None:
        if not tags:
            return
        await session.execute(
            delete(LeadTag).where(LeadTag.lead_id == lead.id, LeadTag.tag.in_(tags))
        )

    async def one_at_a_time(self, session: Session) -> None:
        """Until this transaction ends nobody else adds leads, so that nobody is added twice."""
        await session.execute(
            select(Organisation.id)
            .where(Organisation.id == self.organisation_id)
            .with_for_update(key_share=True)
        )

    def _own(self) -> Select[Lead]:
        return select(Lead).where(Lead.organisation_id == self.organisation_id)
