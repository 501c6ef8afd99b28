"""Customers who leave their contact have asked something, and came from somewhere."""

import pytest
from sqlalchemy import func, select

from storage.inbox import Inbox
from storage.tables.lead import LeadEvent, Source
from tests.builders.chats import a_place
from tests.builders.leads import SalesOffice
from tools.support.arguments import LeaveContact
from tools.support.tools import leave_contact


@pytest.mark.parametrize(
    ("channel", "source"),
    [("telegram", Source.telegram), ("wecom", Source.wechat), ("console", Source.manual)],
)
async def test_a_contact_counts_as_an_enquiry_from_its_channel(
    office: SalesOffice, channel: str, source: Source
) -> None:
    async with office.database.unit_of_work() as session:
        inbox = Inbox(office.organisation.id, office.clock)
        place = a_place(channel=channel)
        conversation = await inbox.conversation(session, place, private_with=office.manager.id)
    context = office.context(conversation_id=conversation)
    for _ in range(2):
        await leave_contact(context, LeaveContact(name="王强", phone="13800138000"))
    lead = await office.look("L-1")
    assert (lead.source_platform, lead.score) == (source, 25)
    async with office.database.reading() as session:
        assert await session.scalar(select(func.count(LeadEvent.id))) == 1
