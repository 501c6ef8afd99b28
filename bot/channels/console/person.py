"""Who sits at the terminal. Whoever can start the program owns its data, so they may choose."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.channels.console.channel import NAME
from config.clock import Clock
from config.errors import ConfigurationError
from config.i18n import Language
from config.roles import Role
from storage.database import Database, Session
from storage.inbox import Inbox, Place
from storage.tables.organisation import Account, Person
from tools.people.errors import PersonNotFound
from tools.people.service import PeopleService, add_person, bind, language_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePerson:
    account: str
    conversation_id: int
    name: str
    role: Role
    language: Language


async def choose_person(
    database: Database,
    organisation_id: int,
    clock: Clock,
    *,
    role: Role | None,
    name: str | None,
    default: Language,
) -> ConsolePerson:
    """By name, else the first person with the role (manager unless given); a new name joins with
    that role. Raises ConfigurationError when a known person holds another role."""
    async with database.unit_of_work() as session:
        person = await _person(session, organisation_id, clock, role or Role.manager, name)
        if role is not None and person.role is not role:
            raise ConfigurationError(
                f"{person.name} is {person.role}, not {role}: leave out --as, or use another name"
            )
        account = await _account(session, person, clock)
        place = Place(channel=NAME, bot=NAME, chat=account)
        inbox = Inbox(organisation_id, clock)
        conversation_id = await inbox.conversation(session, place, private_with=person.id)
        return ConsolePerson(
            conversation_id=conversation_id,
            account=account, name=person.name, role=person.role,
            language=language_of(person, default),
        )  # fmt: skip


async def _person(
    session: Session, organisation_id: int, clock: Clock, role: Role, name: str | None
) -> Person:
    people = PeopleService(session, organisation_id)
    if name is None:
        holders = [person for person in await people.everyone() if person.role is role]
        if holders:
            return min(holders, key=lambda person: person.id)
        name = role.value
    try:
        return await people.find(name)
    except PersonNotFound:
        return await add_person(session, organisation_id, clock, name=name, role=role)


async def _account(session: Session, person: Person, clock: Clock) -> str:
    known: str | None = await session.scalar(
        select(Account.external_id).where(
            Account.organisation_id == person.organisation_id,
            Account.person_id == person.id,
            Account.channel == NAME,
        )
    )
    if known is None:
        known = str(person.id)
        await bind(session, person, clock, channel=NAME, external_id=known)
    return known
