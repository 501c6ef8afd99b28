"""From an inbox row to a turn: who asks, in which language, for which organisation."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from agent.contract import Organisation, Turn, TurnFile
from config.i18n import Language
from config.i18n.detect import detect
from memory.preferences import preferences_of
from storage.database import Session
from storage.inbox import ReceivedFile
from storage.leases import Lease
from storage.tables.organisation import Organisation as OrganisationRow
from storage.tables.work import InboxMessage
from tools.context import Asker
from tools.people.service import PeopleService


async def open_turn(
    session: Session,
    row: InboxMessage,
    lease: Lease,
    default: Language,
    files: Sequence[ReceivedFile] = (),
) -> Turn:
    """The role is read now, not when the message came: a demoted manager is one no more."""
    organisation = await session.get_one(OrganisationRow, row.organisation_id)
    person = await PeopleService(session, row.organisation_id).get(row.person_id)
    # Commands and the names of files are in no language.
    spoken = detect(row.text) if not (files or row.text.startswith("/")) else None
    if spoken is not None:
        person.detected = spoken.value
    preferences = await preferences_of(session, row.organisation_id, person.id)
    chosen = preferences.answer_language or person.language or person.detected
    return Turn(
        organisation=Organisation(
            id=organisation.id,
            timezone=ZoneInfo(organisation.timezone),
            currency=organisation.currency,
        ),
        conversation_id=row.conversation_id,
        inbox_id=row.id,
        asker=Asker(id=person.id, name=person.name, role=person.role),
        language=Language(chosen or default),
        text=row.text,
        fence=lease,
        attempt=row.attempts,
        preferences=preferences,
        files=tuple(TurnFile(id=file.id, name=file.name) for file in files),
    )
