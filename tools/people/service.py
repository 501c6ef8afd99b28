"""People of an organisation: who is behind an account, what may they do, how do they read."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError

from config.clock import Clock
from config.i18n import Language
from config.roles import Role
from storage.database import ReadSession, Session
from storage.repository import Repository
from storage.tables.organisation import Account, Person
from storage.upsert import table_of
from tools.people.errors import LastAdmin, PersonAmbiguous, PersonNotFound, UnknownRole

_ACCOUNTS = table_of(Account)
_PEOPLE = table_of(Person)
_NAMES = select(_PEOPLE.c.id, _PEOPLE.c.name).where(
    _PEOPLE.c.organisation_id == bindparam("organisation")
)
_BEHIND = select(_ACCOUNTS.c.person_id).where(
    _ACCOUNTS.c.organisation_id == bindparam("organisation"),
    _ACCOUNTS.c.channel == bindparam("channel"),
    _ACCOUNTS.c.external_id == bindparam("external"),
)


class PeopleService(Repository[Person]):
    async def get(self, person_id: int) -> Person:
        found = await self.one_or_none(
            select(Person).where(
                Person.organisation_id == self.organisation_id, Person.id == person_id
            )
        )
        if found is None:
            raise PersonNotFound(f"#{person_id}")
        return found

    async def everyone(self) -> Sequence[Person]:
        """Most trusted first, then by name."""
        people = await self.all(
            select(Person).where(Person.organisation_id == self.organisation_id)
        )
        order = list(Role)
        return sorted(people, key=lambda person: (-order.index(person.role), person.name))

    async def names(self) -> dict[int, str]:
        """Everybody's name by id."""
        rows = await self.session.execute(_NAMES, {"organisation": self.organisation_id})
        return {row.id: row.name for row in rows}

    async def known(self) -> list[Person]:
        """Everyone but those whose only account was given to somebody else."""
        accounts = await self.session.scalars(
            select(Account.person_id).where(Account.organisation_id == self.organisation_id)
        )
        bound = set(accounts)
        return [
            person
            for person in await self.everyone()
            if person.role is not Role.customer or person.id in bound
        ]

    async def staff(self, role: Role = Role.agent) -> list[Person]:
        """Everyone who holds at least `role`."""
        return [person for person in await self.everyone() if person.role.includes(role)]

    async def find(self, ref: str) -> Person:
        """By id ("#3" or "3") or by name, exact first, then the only one that contains it.

        Raises PersonNotFound or PersonAmbiguous.
        """
        wanted = ref.strip().removeprefix("@")
        if wanted.removeprefix("#").isdigit():
            return await self.get(int(wanted.removeprefix("#")))
        people = await self.everyone()
        folded = wanted.casefold()
        exact = [person for person in people if person.name.casefold() == folded]
        found = exact or [
            person for person in people if folded and folded in person.name.casefold()
        ]
        if not found:
            raise PersonNotFound(ref)
        if len(found) > 1:
            raise PersonAmbiguous(ref, [f"{person.name} #{person.id}" for person in found])
        return found[0]

    async def behind(self, channel: str, external_id: str) -> Person | None:
        return await self.one_or_none(
            select(Person)
            .join(Account, Account.person_id == Person.id)
            .where(
                Account.organisation_id == self.organisation_id,
                Account.channel == channel,
                Account.external_id == external_id,
            )
        )


async def meet(
    session: Session, organisation_id: int, clock: Clock, *, channel: str, external_id: str,
    name: str,
) -> int:  # fmt: skip
    """The id of the person behind an account; a stranger becomes a customer, whatever they call
    themselves."""
    account = {"organisation": organisation_id, "channel": channel, "external": external_id}
    known: int | None = await session.scalar(_BEHIND, account)
    if known is not None:
        return known
    try:
        async with session.begin_nested():
            stranger = await add_person(
                session, organisation_id, clock, name=name, role=Role.customer
            )
            await bind(session, stranger, clock, channel=channel, external_id=external_id)
    except IntegrityError:
        # Their other message was first.
        met: int = (await session.scalars(_BEHIND, account)).one()
        return met
    return stranger.id


async def add_person(
    session: Session, organisation_id: int, clock: Clock, *, name: str, role: Role
) -> Person:
    person = Person(organisation_id=organisation_id, name=name, role=role, created_at=clock.now())
    session.add(person)
    await session.flush()
    return person


async def bind(
    session: Session, person: Person, clock: Clock, *, channel: str, external_id: str
) -> None:
    session.add(
        Account(
            organisation_id=person.organisation_id,
            person_id=person.id,
            channel=channel,
            external_id=external_id,
            created_at=clock.now(),
        )
    )
    await session.flush()


async def change_role(session: Session, organisation_id: int, ref: str, role: str) -> Person:
    """Give somebody another role. Raises UnknownRole, LastAdmin, and what `find` raises."""
    if role not in set(Role):
        raise UnknownRole(role)
    person = await PeopleService(session, organisation_id).find(ref)
    if person.role is Role.admin and role != Role.admin and await _admins(session, person) == 1:
        raise LastAdmin(person.name)
    person.role = Role(role)
    return person


def language_of(person: Person, default: Language) -> Language:
    """What to write to them in: as chosen, else as they last wrote, else the default."""
    return Language(person.language or person.detected or default)


async def _admins(session: ReadSession, person: Person) -> int:
    counted = await session.scalar(
        select(func.count(Person.id)).where(
            Person.organisation_id == person.organisation_id, Person.role == Role.admin
        )
    )
    return counted or 0
