"""The customers behind a lead: whose own messages made it, or wrote into it."""

from sqlalchemy import select

from config.roles import Role
from memory.traces import cause_of
from storage.database import ReadSession
from storage.tables.lead import LeadNote
from storage.tables.organisation import Person
from storage.tables.work import InboxMessage
from tools.context import ToolContext
from tools.leads.service import LeadService


async def customers_behind(session: ReadSession, context: ToolContext, ref: str) -> list[int]:
    """Ids of people. Raises LeadNotFound."""
    lead = await LeadService.of(session, context).get(ref)
    keys = await session.scalars(
        select(LeadNote.order_key).where(
            LeadNote.organisation_id == context.organisation_id, LeadNote.lead_id == lead.id
        )
    )
    messages = {cause_of(key) for key in (lead.order_key or "", *keys)} - {None}
    people = await session.scalars(
        select(Person.id)
        .join(InboxMessage, InboxMessage.person_id == Person.id)
        .where(
            InboxMessage.organisation_id == context.organisation_id,
            InboxMessage.id.in_(messages), Person.role == Role.customer,
        )
    )  # fmt: skip
    return sorted(set(people))
