"""From an inbox row to a turn: who asks, in which language, for which organisation."""

from zoneinfo import ZoneInfo

from agent.contract import Organisation, Turn
from config.i18n import Language
from config.i18n.detect import detect
from storage.database import Session
from storage.leases import Lease
from storage.tables.organisation import Organisation as OrganisationRow
from storage.tables.work import InboxMessage
from tools.context import Asker
from tools.people.service import PeopleService


async def open_turn(session: Session, row: InboxMessage, lease: Lease, default: Language) -> Turn:
    """The role is read now, not when the message came: a demoted manager is one no more."""
    organisation = await session.get_one(OrganisationRow, row.organisation_id)
    person = await PeopleService(session, row.organisation_id).get(row.person_id)
    spoken = detect(row.text) if not row.text.startswith("/") else None
    if spoken is not None:
        person.detected = spoken.value
    return Turn(
        organisation=Organisation(
            id=organisation.id,
            timezone=ZoneInfo(organisation.timezone),
            currency=organisation.currency,
        ),
        conversation_id=row.conversation_id,
        inbox_id=row.id,
        asker=Asker(id=person.id, name=person.name, role=person.role),
        language=Language(person.language or person.detected or default),
        text=row.text,
        fence=lease,
        attempt=row.attempts,
    )
