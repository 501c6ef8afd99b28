"""From an inbox row to a turn: who asks, in which language, for which organisation."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, select, update

from agent.contract import Course, Organisation, Turn, TurnFile
from config.i18n import Language
from config.i18n.detect import detect
from memory.preferences import preferences_of
from storage.database import Session
from storage.inbox import OpenMessage, ReceivedFile
from storage.leases import Lease
from storage.tables.organisation import Organisation as OrganisationRow
from storage.tables.organisation import Person
from storage.tables.work import Conversation
from storage.upsert import table_of
from tools.context import Asker

_PEOPLE, _ORGANISATIONS = table_of(Person), table_of(OrganisationRow)
_CONVERSATIONS = table_of(Conversation)
_ASKER = (
    select(
        *_PEOPLE.c["name", "role", "language", "detected"],
        *_ORGANISATIONS.c["timezone", "currency"],
        and_(_CONVERSATIONS.c.person_id.is_(None), _CONVERSATIONS.c.member == "").label("shared"),
    )
    .join(_ORGANISATIONS, _ORGANISATIONS.c.id == _PEOPLE.c.organisation_id)
    .join(_CONVERSATIONS, _CONVERSATIONS.c.id == bindparam("conversation"))
    .where(_PEOPLE.c.id == bindparam("person"))
)
_HEARD = (
    update(_PEOPLE).where(_PEOPLE.c.id == bindparam("person")).values(detected=bindparam("spoken"))
)


async def open_turn(
    session: Session,
    row: OpenMessage,
    lease: Lease,
    default: Language,
    files: Sequence[ReceivedFile] = (),
) -> Turn:
    """The role is read now, not when the message came: a demoted manager is one no more."""
    who = {"person": row.person_id, "conversation": row.conversation_id}
    asker = (await session.execute(_ASKER, who)).one()
    # Commands and the names of files are in no language.
    spoken = detect(row.text) if not (files or row.text.startswith("/")) else None
    detected = spoken.value if spoken else asker.detected
    if detected != asker.detected:
        await session.execute(_HEARD, {"person": row.person_id, "spoken": detected})
    preferences = await preferences_of(session, row.organisation_id, row.person_id)
    chosen = preferences.answer_language or asker.language or detected
    return Turn(
        organisation=Organisation(
            id=row.organisation_id,
            timezone=ZoneInfo(asker.timezone),
            currency=asker.currency,
        ),
        conversation_id=row.conversation_id,
        inbox_id=row.id,
        asker=Asker(id=row.person_id, name=asker.name, role=asker.role),
        language=Language(chosen or default),
        text=row.text,
        fence=lease,
        attempt=row.attempts,
        preferences=preferences,
        files=files_of(files),
        course=_course(row),
        shared=asker.shared,
    )


def files_of(files: Sequence[ReceivedFile]) -> tuple[TurnFile, ...]:
    return tuple(TurnFile(id=file.id, name=file.name, media_type=file.media_type) for file in files)


def _course(row: OpenMessage) -> Course:
    course = Course()
    if row.stop_at is not None:
        course.stop.set()
    return course
