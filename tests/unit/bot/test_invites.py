"""Codes bind an account to a person: once, in time, and nobody who is somebody already."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.inviting import admin_to_invite, invitation
from config.i18n import Language
from config.roles import Role
from storage.database import Database, Session
from storage.tables.organisation import Account, Invite, Organisation, Person
from storage.tables.work import Conversation, InboxMessage
from tests.builders.chats import a_conversation, a_message
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tools.people.errors import AccountTaken, InviteInvalid
from tools.people.invites import VALID_FOR, invite, redeem
from tools.people.service import PeopleService, bind, meet


class Reception:
    """One organisation, the person who is invited, and the strangers who come."""

    def __init__(self, database: Database, organisation: Organisation, clock: FakeClock) -> None:
        self.database = database
        self.organisation = organisation
        self.clock = clock

    async def code_for(self, name: str, role: Role = Role.agent) -> str:
        async with self.database.unit_of_work() as session:
            person = await a_person(session, self.organisation, name=name, role=role)
            return await invite(session, self.clock, person)

    async def comes(self, account: str, code: str) -> str:
        """A stranger writes with a new account and gives the code; whom they are then."""
        async with self.database.unit_of_work() as session:
            stranger = await self._met(session, account)
            conversation = await a_conversation(session, self.organisation, stranger, account)
            await a_message(session, stranger, conversation, external_id=account)
            bound = await redeem(
                session, self.clock, code, stranger=stranger, conversation_id=conversation
            )
            return bound.name

    async def who_is(self, account: str) -> str:
        async with self.database.unit_of_work() as session:
            return (await self._met(session, account)).name

    async def _met(self, session: Session, account: str) -> Person:
        person_id = await meet(
            session, self.organisation.id, self.clock, channel="test", external_id=account,
            name="Stranger",
        )  # fmt: skip
        return await PeopleService(session, self.organisation.id).get(person_id)


@pytest.fixture
async def reception(database: Database, clock: FakeClock) -> Reception:
    async with database.unit_of_work() as session:
        return Reception(database, await an_organisation(session), clock)


async def test_who_has_the_code_is_the_person(reception: Reception) -> None:
    code = await reception.code_for("小李")
    assert await reception.comes("55", code) == "小李"
    assert await reception.who_is("55") == "小李"


async def test_what_was_said_before_and_the_chat_are_the_persons_too(
    reception: Reception,
) -> None:
    await reception.comes("55", await reception.code_for("小李"))
    async with reception.database.reading() as session:
        person = await session.scalar(select(Person.id).where(Person.name == "小李"))
        assert set(await session.scalars(select(Conversation.person_id))) == {person}
        assert set(await session.scalars(select(InboxMessage.person_id))) == {person}
        assert set(await session.scalars(select(Account.person_id))) == {person}


@pytest.mark.parametrize("write", [str.lower, str.upper, lambda code: f"  {code}\n"])
async def test_the_code_may_be_written_in_any_case(reception: Reception, write: type[str]) -> None:
    code = await reception.code_for("小李")
    assert await reception.comes("55", write(code)) == "小李"


async def test_a_code_works_once(reception: Reception) -> None:
    code = await reception.code_for("小李")
    await reception.comes("55", code)
    with pytest.raises(InviteInvalid):
        await reception.comes("66", code)
    assert await reception.who_is("66") == "Stranger"


async def test_a_code_works_for_seven_days_and_no_longer(reception: Reception) -> None:
    first, second = await reception.code_for("小李"), await reception.code_for("小王")
    reception.clock.advance(VALID_FOR - timedelta(seconds=1))
    assert await reception.comes("55", first) == "小李"
    reception.clock.advance(timedelta(seconds=1))
    with pytest.raises(InviteInvalid):
        await reception.comes("66", second)


@pytest.mark.parametrize("code", ["", "WRONG", "A" * 12, "'; DROP TABLE invites;", "\x00", "邀请"])
async def test_a_wrong_code_binds_nobody(reception: Reception, code: str) -> None:
    await reception.code_for("小李")
    with pytest.raises(InviteInvalid):
        await reception.comes("55", code)


async def test_who_is_somebody_already_stays_so(reception: Reception) -> None:
    await reception.comes("55", await reception.code_for("小李"))
    code = await reception.code_for("老板", role=Role.admin)
    with pytest.raises(AccountTaken):
        await reception.comes("55", code)
    assert await reception.comes("66", code) == "老板"


async def test_a_code_of_another_organisation_is_none(
    reception: Reception, database: Database
) -> None:
    async with database.unit_of_work() as session:
        other = await an_organisation(session, slug="other")
    code = await Reception(database, other, reception.clock).code_for("Spy")
    with pytest.raises(InviteInvalid):
        await reception.comes("55", code)


async def test_the_code_is_kept_nowhere(reception: Reception) -> None:
    code = await reception.code_for("小李")
    async with reception.database.reading() as session:
        (row,) = await session.scalars(select(Invite))
    assert code not in str(vars(row))
    assert len(code) == 12
    assert not set("IO01") & set(code)


async def test_an_invitation_from_the_command_line_makes_the_person_and_names_the_code(
    reception: Reception,
) -> None:
    words = await invitation(
        reception.database, reception.organisation.id, reception.clock, Language.en, name="Ann",
        role=Role.manager,
    )  # fmt: skip
    code = next(word for word in words.split() if len(word) == 12 and word.isupper())
    assert "Ann" in words
    assert await reception.comes("55", code) == "Ann"


async def test_an_admin_is_to_be_invited_while_no_admin_can_write(reception: Reception) -> None:
    async def wanted() -> str | None:
        channels = frozenset({"test"})
        return await admin_to_invite(reception.database, reception.organisation.id, channels)

    assert await wanted() is None
    code = await reception.code_for("陈总", role=Role.admin)
    async with reception.database.unit_of_work() as session:
        founder = (await session.scalars(select(Person).where(Person.name == "陈总"))).one()
        await bind(session, founder, reception.clock, channel="console", external_id="1")
    assert await wanted() == "陈总"
    await reception.comes("55", code)
    assert await wanted() is None
