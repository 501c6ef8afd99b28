"""Invitations made outside a chat: by the command line, and for the first admin."""

from sqlalchemy import exists, select

from config.clock import Clock
from config.i18n import Language, say
from config.roles import Role
from storage.audit import AuditLog
from storage.database import Database, Session
from storage.tables.organisation import Account, Person
from tools.people.errors import PersonNotFound
from tools.people.invites import VALID_FOR, invite
from tools.people.service import PeopleService, add_person, language_of


async def invited(
    session: Session,
    organisation_id: int,
    clock: Clock,
    *,
    name: str,
    role: Role | None,
    by: int | None = None,
) -> tuple[Person, str]:
    """The person of that name, who joins with `role` (agent unless given) when nobody has it, and a
    code for them."""
    try:
        person = await PeopleService(session, organisation_id).find(name)
    except PersonNotFound:
        person = await add_person(
            session, organisation_id, clock, name=name, role=role or Role.agent
        )
    code = await invite(session, clock, person)
    await AuditLog(organisation_id, clock).append(
        session, "person.invite", person_id=by, person=person.id, role=person.role.value
    )
    return person, code


async def invitation(
    database: Database,
    organisation_id: int,
    clock: Clock,
    language: Language,
    *,
    name: str,
    role: Role | None = None,
) -> str:
    """Words for a terminal, with the code."""
    async with database.unit_of_work() as session:
        person, code = await invited(session, organisation_id, clock, name=name, role=role)
    language = language_of(person, language)
    return say(
        language, "commands.invited", name=person.name, code=code, days=VALID_FOR.days,
        role=say(language, f"roles.{person.role}"),
    )  # fmt: skip


async def admin_to_invite(
    database: Database, organisation_id: int, channels: frozenset[str]
) -> str | None:
    """The name of an admin when none of them can write on any of these channels."""
    account = exists().where(Account.person_id == Person.id, Account.channel.in_(channels))
    async with database.reading() as session:
        rows = await session.execute(
            select(Person.name, account.label("reached"))
            .where(Person.organisation_id == organisation_id, Person.role == Role.admin)
            .order_by(Person.id)
        )
        found = rows.all()
    return None if any(row.reached for row in found) else next((row.name for row in found), None)
