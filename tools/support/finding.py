"""Who and which case is meant by what the staff says."""

from collections.abc import Collection

from storage.database import ReadSession
from storage.tables.case import Case, CaseReason
from storage.tables.organisation import Person
from storage.tables.work import Conversation
from tools.context import Asker
from tools.leads.assignment import find_owner
from tools.people.reach import private_chats
from tools.support.case_errors import NoConversation, NotOfferable, OnlyInPrivate
from tools.support.case_parts import Wanted
from tools.support.cases import CaseService
from tools.support.offering import may_serve


async def case_of_customer(
    service: CaseService, said: str, served: Collection[str], order_key: str
) -> Case:
    """The open case of a customer by name or number; a new one when there is none. Raises
    NoConversation, and what finding a person raises."""
    customer = await service.people.find(said)
    chats = await private_chats(
        service.session, service.desk.organisation_id, customer.id, served
    )  # fmt: skip
    if may_serve(customer) or not chats:
        raise NoConversation(customer.name)
    for chat in chats:
        if (case := await service.rows.open_in(chat.conversation_id)) is not None:
            return case
    wanted = Wanted(
        conversation_id=chats[0].conversation_id, customer_id=customer.id,
        reason=CaseReason.staff, order_key=order_key,
    )  # fmt: skip
    case = await service.rows.by_order(order_key) or await service.open(wanted)
    if case is None:
        raise NoConversation(customer.name)
    return case


async def colleague(service: CaseService, said: str, asker: Asker) -> Person:
    """Somebody else of the staff, as people say it. Raises NotOfferable, and what finding somebody
    of the staff raises."""
    found = await find_owner(service.session, service.desk.organisation_id, said, asker)
    if found is None or found.id == asker.id:
        raise NotOfferable(said)
    return found


async def in_private(session: ReadSession, conversation_id: int, person_id: int) -> None:
    """Raises OnlyInPrivate where others would read along."""
    row = await session.get_one(Conversation, conversation_id)
    if row.person_id != person_id:
        raise OnlyInPrivate
