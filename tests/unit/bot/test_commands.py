"""Slash commands: who may use which, what they say, and how they explain themselves."""

import pytest
from sqlalchemy import update

from bot.gateway import Gateway
from config.i18n import Language, say
from config.roles import Role
from storage.database import Database
from storage.outbox import Draft, Outbox
from storage.tables.organisation import Organisation
from storage.tables.trust import AuditEntry
from tests.builders.gateway import a_gateway, an_inbound
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.clock import FakeClock
from tools.people.service import PeopleService, bind

ZH, EN = Language.zh_cn, Language.en


class Office:
    """Three people with accounts; what they write is answered at once."""

    def __init__(self, database: Database, organisation: Organisation, clock: FakeClock) -> None:
        self.database = database
        self.organisation = organisation
        self.agent = FakeAgent()
        self.outbox = Outbox(organisation.id, clock, owner="worker")
        self._gateway: Gateway = a_gateway(database, organisation.id, self.agent, clock)
        self._count = 0

    async def says(self, who: str, text: str) -> str:
        """The text of the answer."""
        self._count += 1
        message = an_inbound(text, id_=str(self._count), chat=who, sender=who)
        await self._gateway.receive(message)
        await self._gateway.idle()
        async with self.database.reading() as session:
            person = await PeopleService(session, self.organisation.id).behind("fake", who)
            assert person is not None
            conversation = await self._gateway._inbox.find_conversation(session, message.address)
            assert conversation is not None
            return (await self.outbox.last(session, conversation, 1))[0].text

    async def role_of(self, name: str) -> Role:
        async with self.database.reading() as session:
            return (await PeopleService(session, self.organisation.id).find(name)).role


@pytest.fixture
async def office(database: Database, clock: FakeClock) -> Office:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        for name, role in (("boss", Role.admin), ("wang", Role.manager), ("guest", Role.customer)):
            person = await a_person(session, organisation, name=name, role=role)
            await bind(session, person, clock, channel="fake", external_id=name)
    return Office(database, organisation, clock)


async def test_help_shows_each_person_what_they_may_use(office: Office) -> None:
    assert "/audit" in await office.says("boss", "/help")
    managers = await office.says("wang", "/help")
    assert "/approvals" in managers
    assert "/audit" not in managers
    assert "/approve" not in await office.says("guest", "/help")


@pytest.mark.parametrize("line", ["/users", "/role wang admin", "/audit", "/health"])
async def test_admin_commands_are_for_admins(office: Office, line: str) -> None:
    name = line[1:].split()[0]
    for who in ("wang", "guest"):
        assert await office.says(who, line) == say(ZH, "commands.not_allowed", name=name)
    assert await office.role_of("wang") is Role.manager


@pytest.mark.parametrize("line", ["/approve P-1", "/reject P-1", "/approvals"])
async def test_a_customer_has_nothing_to_do_with_approvals(office: Office, line: str) -> None:
    name = line[1:].split()[0]
    assert await office.says("guest", line) == say(ZH, "commands.not_allowed", name=name)
    assert office.agent.turns == []


@pytest.mark.parametrize("line", ["/approve", "/approve P-1 P-2", "/role wang", "/audit 5 5"])
async def test_wrong_usage_is_answered_with_the_right_one(office: Office, line: str) -> None:
    usage = say(ZH, f"commands.usage.{line[1:].split()[0]}")
    assert usage in await office.says("boss", line)


async def test_a_misspelt_command_is_answered_with_the_nearest(office: Office) -> None:
    assert "/approvals" in await office.says("wang", "/aprovals")
    assert "/help" in await office.says("wang", "/xyzzy")


@pytest.mark.parametrize("line", ["/WHOAMI", "／whoami", "/whoami@huoke_bot", "  /whoami  "])
async def test_a_command_is_understood_however_it_is_typed(office: Office, line: str) -> None:
    assert "wang" in await office.says("wang", line)


async def test_lang_changes_the_language_from_then_on(office: Office) -> None:
    name = say(EN, "languages.en")
    assert await office.says("wang", "/lang en") == say(EN, "commands.lang_changed", language=name)
    assert say(EN, "commands.help_staff") in await office.says("wang", "/help")
    assert "zh-TW" in await office.says("wang", "/lang klingon")


async def test_roles_are_given_by_name_or_number_in_any_language(office: Office) -> None:
    await office.says("boss", "/role guest agent")
    assert await office.role_of("guest") is Role.agent
    await office.says("boss", "/role guest 经理")
    assert await office.role_of("guest") is Role.manager
    assert "queen" in await office.says("boss", "/role guest queen")
    assert "nobody" in await office.says("boss", "/role nobody agent")
    assert await office.role_of("guest") is Role.manager


async def test_the_last_admin_stays_one(office: Office) -> None:
    refusal = say(ZH, "people.last_admin", name="boss")
    assert await office.says("boss", "/role boss manager") == refusal
    assert await office.role_of("boss") is Role.admin


async def test_users_lists_everybody(office: Office) -> None:
    listed = await office.says("boss", "/users")
    assert all(name in listed for name in ("boss", "wang", "guest"))


async def test_audit_shows_what_happened_and_when_it_was_tampered_with(office: Office) -> None:
    await office.says("boss", "/role guest agent")
    assert "person.role" in await office.says("boss", "/audit")
    async with office.database.unit_of_work() as session:
        await session.execute(update(AuditEntry).values(event="nothing"))
    assert "⚠" in await office.says("boss", "/audit")
    assert "⚠" in await office.says("boss", "/health")


@pytest.mark.parametrize("limit", ["0", "-3", "51", "many", "999999999999"])
async def test_audit_says_how_many_entries_it_can_show(office: Office, limit: str) -> None:
    assert await office.says("boss", f"/audit {limit}") == say(ZH, "commands.audit_limit", most=50)


async def test_health_counts_sends_whose_outcome_nobody_knows(office: Office) -> None:
    await office.says("boss", "/health")
    async with office.database.unit_of_work() as session:
        draft = Draft(key="lost", conversation_id=1, text="lost", resend=False)
        await office.outbox.queue(session, draft)
        while waiting := await office.outbox.waiting(session, "fake"):
            (parcel,) = await office.outbox.claim(session, waiting)
            await office.outbox.doubt(session, parcel.id, "cut off")
    told = say(ZH, "commands.health_outbox", queued=0, failed=0, unknown=2, doubts=3)
    assert told in await office.says("boss", "/health")


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("同意", "yes"), ("Yes!", "yes"), ("好的。", "yes"), ("拒绝", "no"), ("no", "no")],
)
async def test_a_plain_word_answers_the_approval_that_was_just_asked(
    office: Office, word: str, meaning: str
) -> None:
    await office.says("wang", "/whoami")
    await _ask_approval(office, "P-3")
    assert await office.says("wang", word) == f"{meaning} to P-3"


async def test_a_plain_word_means_nothing_special_when_nothing_was_asked(office: Office) -> None:
    assert await office.says("wang", "好的") == "echo: 好的"


@pytest.mark.parametrize("words", ["manager", "manger 小张", "小张 manger"])
async def test_an_invitation_without_a_name_or_with_a_slip_in_its_role_invites_nobody(
    office: Office, words: str
) -> None:
    assert say(ZH, "commands.usage.invite") in await office.says("boss", f"/invite {words}")


async def test_plain_words_for_what_others_may_do_are_no_command(office: Office) -> None:
    assert await office.says("wang", "系统还好吗") == "echo: 系统还好吗"
    assert say(ZH, "commands.health_title") in await office.says("boss", "系统还好吗")


async def test_a_plain_word_is_not_guessed_at_when_several_wait(office: Office) -> None:
    await office.says("wang", "/whoami")
    await _ask_approval(office, "P-3", "P-4")
    assert await office.says("wang", "好") == "echo: 好"
    assert await office.says("wang", "同意") == say(ZH, "commands.approvals_none")


async def _ask_approval(office: Office, *refs: str) -> None:
    buttons = tuple({"label": ref, "send": f"/approve {ref}"} for ref in refs)
    async with office.database.unit_of_work() as session:
        draft = Draft(key="ask", conversation_id=1, text="?", buttons=buttons)
        await office.outbox.queue(session, draft)
