"""Reads from the rows what was said and done in one visit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unicodedata import normalize

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from memory.traces import cause_of
from storage.database import ReadSession
from storage.tables.case import Case, CaseMember, CaseSignal, SignalKind
from storage.tables.lead import Lead, LeadStatus
from storage.tables.memory import NOT_STATED, Memory
from storage.tables.organisation import Person
from storage.tables.relation import Entity, Relation, RelationKind
from storage.tables.ticket import Ticket, TicketEvent
from storage.tables.visit import Visit
from storage.tables.work import Conversation, InboxMessage, InboxStatus, OutboxMessage
from tools.context import ToolContext
from tools.leads.errors import LeadNotFound
from tools.leads.service import LeadService
from tools.reading.contacts import phones
from tools.visits.talk import CaseSeen, LeadSeen, Said, StaffWords, Talk, TicketSeen, cited_titles

_PRODUCTS, _SHORTEST = 3, 2


class Gathering:
    """Of one visit; `hold` keeps its messages as they are until the transaction ends, so that
    nobody forgets them while they are retold."""

    def __init__(self, session: ReadSession, context: ToolContext, visit: Visit) -> None:
        self._session = session
        self._context = context
        self._organisation_id = context.organisation_id
        self._visit = visit

    async def talk(self, *, hold: bool = False) -> Talk:
        visit = self._visit
        messages = await self._messages(hold=hold)
        start = min([visit.started_at, *(row.received_at for row in messages)])
        end = await self._next_begins() or self._context.clock.now()
        person = await self._session.get_one(Person, visit.person_id)
        said = await self._said(messages)
        return Talk(
            visit_id=visit.id, customer=person.name, intent=visit.intent, started_at=start,
            last_at=visit.last_at, mood=visit.mood, worst_mood=visit.worst_mood, said=said,
            staff=await self._staff(start, end), tickets=await self._tickets(start, end),
            cases=await self._cases(start, end), lead=_seen(lead) if (lead := await self.lead())
            else None,
            products=await self._products(said), learned=_learned(visit.variables),
            kept=await self._kept(messages),
        )  # fmt: skip

    async def lead(self) -> Lead | None:
        """The newest that their own messages made, else the one with a phone that they wrote."""
        leads = LeadService.of(self._session, self._context)
        theirs = await leads.of_person(self._visit.person_id)
        if theirs:
            return await leads.get(theirs[-1].ref)
        written = {each.value for row in await self._messages() for each in phones(row.text)}
        for phone in sorted(written):
            try:
                return await leads.get(phone)
            except LeadNotFound:
                continue
        return None

    async def _messages(self, *, hold: bool = False) -> Sequence[InboxMessage]:
        """Also those that people of ours were there for, which count for no turn of the agent."""
        visit = self._visit
        query = (
            select(InboxMessage)
            .where(
                InboxMessage.organisation_id == self._organisation_id,
                InboxMessage.conversation_id == visit.conversation_id,
                InboxMessage.person_id == visit.person_id,
                InboxMessage.id >= visit.first_inbox_id,
                InboxMessage.status != InboxStatus.received,
            )
            .order_by(InboxMessage.id)
            .execution_options(populate_existing=True)
        )
        if (following := await self._next_visit()) is not None:
            query = query.where(InboxMessage.id < following)
        if visit.ended_at is not None:
            query = query.where(
                or_(
                    InboxMessage.id <= visit.last_inbox_id,
                    InboxMessage.received_at <= visit.ended_at,
                )
            )
        return (await self._session.scalars(query.with_for_update() if hold else query)).all()

    async def _next_visit(self) -> int | None:
        """The message that it began with, if there is one already."""
        found: int | None = await self._session.scalar(
            select(func.min(Visit.first_inbox_id)).where(
                Visit.organisation_id == self._organisation_id,
                Visit.conversation_id == self._visit.conversation_id,
                Visit.id > self._visit.id,
            )
        )
        return found

    async def _next_begins(self) -> datetime | None:
        found: datetime | None = await self._session.scalar(
            select(InboxMessage.received_at).where(InboxMessage.id == await self._next_visit())
        )
        return found

    async def _said(self, messages: Sequence[InboxMessage]) -> tuple[Said, ...]:
        ids = [row.id for row in messages]
        answers = await self._session.execute(
            select(OutboxMessage.reply_to, OutboxMessage.text).where(
                OutboxMessage.reply_to.in_(ids), OutboxMessage.said_by.is_(None)
            )
        )
        titles: dict[int, tuple[str, ...]] = {}
        for reply_to, text in answers:
            titles[reply_to or 0] = (*titles.get(reply_to or 0, ()), *cited_titles(text))
        unsure = set(
            await self._session.scalars(
                select(CaseSignal.inbox_id).where(
                    CaseSignal.inbox_id.in_(ids), CaseSignal.kind == SignalKind.unsure
                )
            )
        )
        return tuple(
            Said(
                id=row.id, text=row.text, at=row.received_at, sources=titles.get(row.id, ()),
                unsure=row.id in unsure,
            )
            for row in messages
            if row.text
        )  # fmt: skip

    async def _kept(self, messages: Sequence[InboxMessage]) -> tuple[str, ...]:
        """Facts and wishes that one of these messages stated."""
        ids = {row.id for row in messages}
        rows = await self._session.execute(
            select(Memory.text, Memory.source_inbox_id, Memory.order_key)
            .where(
                Memory.organisation_id == self._organisation_id,
                Memory.person_id == self._visit.person_id,
                Memory.kind.not_in(NOT_STATED),
            )
            .order_by(Memory.id)
        )
        return tuple(
            row.text for row in rows if row.source_inbox_id in ids or cause_of(row.order_key) in ids
        )

    async def _staff(self, start: datetime, end: datetime) -> tuple[StaffWords, ...]:
        rows = (
            await self._session.execute(
                select(
                    OutboxMessage.key, OutboxMessage.said_by, OutboxMessage.text,
                    OutboxMessage.created_at,
                )
                .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
                .where(
                    OutboxMessage.conversation_id == self._visit.conversation_id,
                    Conversation.person_id == self._visit.person_id,
                    OutboxMessage.said_by.is_not(None), OutboxMessage.text != "",
                    OutboxMessage.created_at.between(start, end),
                )
                .order_by(OutboxMessage.id)
            )
        ).all()  # fmt: skip
        speakers = await self._speakers([row.key for row in rows])
        return tuple(
            StaffWords(
                name=row.said_by or "", text=row.text, at=row.created_at,
                person_id=speakers.get(cause_of(row.key) or 0),
            )
            for row in rows
        )  # fmt: skip

    async def _speakers(self, keys: Sequence[str]) -> dict[int, int]:
        """Who wrote a message that was carried on to the customer, by its id."""
        ids = {cause for key in keys if (cause := cause_of(key)) is not None}
        found = await self._session.execute(
            select(InboxMessage.id, InboxMessage.person_id).where(
                InboxMessage.organisation_id == self._organisation_id, InboxMessage.id.in_(ids)
            )
        )
        return {row.id: row.person_id for row in found}

    async def _tickets(self, start: datetime, end: datetime) -> tuple[TicketSeen, ...]:
        """Opened, or spoken of, meanwhile."""
        stepped = select(TicketEvent.ticket_id).where(
            TicketEvent.organisation_id == self._organisation_id,
            TicketEvent.at.between(start, end),
        )
        rows = await self._session.scalars(
            select(Ticket)
            .where(
                Ticket.organisation_id == self._organisation_id,
                Ticket.requester_id == self._visit.person_id,
                or_(Ticket.created_at.between(start, end), Ticket.id.in_(stepped)),
            )
            .order_by(Ticket.id)
        )
        return tuple(TicketSeen(ref=row.ref, status=row.status) for row in rows)

    async def _cases(self, start: datetime, end: datetime) -> tuple[CaseSeen, ...]:
        rows = await self._session.execute(
            select(Case.number, Case.status, CaseMember.person_id)
            .outerjoin(CaseMember, CaseMember.case_id == Case.id)
            .where(
                Case.organisation_id == self._organisation_id,
                Case.customer_id == self._visit.person_id,
                Case.conversation_id == self._visit.conversation_id,
                Case.opened_at <= end,
                or_(Case.ended_at.is_(None), Case.ended_at >= start),
            )
            .order_by(Case.id, CaseMember.joined_at, CaseMember.id)
        )
        # Of several who served a case the last row stays.
        found = {
            row.number: CaseSeen(
                ref=f"H-{row.number}", status=row.status, served_by=row.person_id
            )
            for row in rows
        }  # fmt: skip
        return tuple(found.values())

    async def _products(self, said: Sequence[Said]) -> tuple[str, ...]:
        """What the documents list as a product or a service and the customer named, the longest
        names first."""
        listed = aliased(Relation)
        rows = await self._session.execute(
            select(Entity.name, Entity.key)
            .join(
                listed,
                and_(listed.object_id == Entity.id, listed.kind == RelationKind.lists),
            )
            .where(Entity.organisation_id == self._organisation_id)
            .distinct()
        )
        spoken = " \n ".join(_as_key(each.text) for each in said)
        found: list[tuple[str, str]] = []
        for name, key in sorted(rows, key=lambda row: (-len(row.key), row.key)):
            longer = any(key in other for _, other in found)
            if len(key) >= _SHORTEST and not longer and _names(spoken, key):
                found.append((name, key))
        return tuple(name for name, _ in found[:_PRODUCTS])


def _as_key(text: str) -> str:
    """See tools/knowledge/relations.key_of."""
    return " ".join(normalize("NFKC", text).casefold().split())


def _names(spoken: str, key: str) -> bool:
    """Whether the name stands there, and not inside a longer word of letters."""
    at = spoken.find(key)
    while at >= 0:
        before, after = spoken[at - 1 : at], spoken[at + len(key) : at + len(key) + 1]
        glued = (before + key[0]).isascii() and (before + key[0]).isalnum() and before != ""
        glued |= (key[-1] + after).isascii() and (key[-1] + after).isalnum() and after != ""
        if not glued:
            return True
        at = spoken.find(key, at + 1)
    return False


def _seen(lead: Lead) -> LeadSeen:
    return LeadSeen(
        ref=lead.ref, owner_id=lead.assigned_to,
        reachable=bool(lead.contact_phone or lead.contact_wechat or lead.contact_email),
        bought=lead.status is LeadStatus.converted,
    )  # fmt: skip


def _learned(variables: dict[str, Any]) -> tuple[str, ...]:
    """What a playbook wanted to know and was told."""
    return tuple(
        f"{name}={value}"
        for name, value in sorted(variables.items())
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    )
