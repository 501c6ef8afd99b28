"""What is said in a group goes to the conversation that its scope says, and is answered there."""

import pytest
from sqlalchemy import select

from storage.chats import Chats
from storage.database import Database, Session
from storage.groups import Groups
from storage.inbox import Inbox, Place
from storage.outbox import Draft, Outbox
from storage.tables.group import GroupChat, Scope
from storage.tables.organisation import Organisation, Person
from storage.tables.work import Conversation, InboxStatus
from tests.builders.chats import a_place
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock


class Group:
    """One group with topics; its members are accounts."""

    def __init__(self, organisation: Organisation, person: Person, clock: FakeClock) -> None:
        self.groups = Groups(organisation.id, clock)
        self.inbox = Inbox(organisation.id, clock)
        self.outbox = Outbox(organisation.id, clock, owner="a")
        self.chats = Chats(organisation.id, clock)
        self._person = person
        self._count = 0

    async def hears(self, session: Session, chat: str, member: str, group: str = "g") -> int:
        """The id of the conversation that the words go to."""
        return await self.inbox.conversation(
            session, a_place(chat), private_with=None, group=group, member=member
        )

    async def answers(self, session: Session, chat: str, member: str) -> int:
        """The id of the outbox row of an answer with a button to what the member says there."""
        self._count += 1
        conversation = await self.hears(session, chat, member)
        id_ = f"m{self._count}"
        await self.inbox.put(
            session, place=a_place(chat), external_id=id_, conversation_id=conversation,
            person_id=self._person.id, text="hi", said_in=chat,
        )  # fmt: skip
        asked = await self.inbox.oldest_open(session, conversation)
        assert asked is not None
        draft = Draft(
            key=id_, conversation_id=conversation, reply_to=asked.id, text=id_,
            buttons=({"label": "yes", "send": "/yes"},),
        )  # fmt: skip
        await self.outbox.queue(session, draft)
        await self.inbox.finish(session, asked.id, InboxStatus.done)
        return (await self.outbox.last(session, conversation, 1))[0].id

    async def is_divided(self, session: Session, scope: Scope, group: str = "g") -> None:
        found = await self.groups.of(session, await self.hears(session, group, "", group))
        assert found is not None
        found.scope = scope
        await session.flush()


@pytest.fixture
async def group(database: Database, clock: FakeClock) -> Group:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        return Group(organisation, await a_person(session, organisation), clock)


@pytest.mark.parametrize(
    ("scope", "same"),
    [
        (Scope.member, {("g", "ann"), ("g:1", "ann"), ("g:2", "ann")}),
        (Scope.topic, {("g:1", "ann"), ("g:1", "bob")}),
        (Scope.group, {("g", "ann"), ("g:1", "bob"), ("g:2", "ann")}),
    ],
)
async def test_the_scope_says_who_shares_a_conversation(
    database: Database, group: Group, scope: Scope, same: set[tuple[str, str]]
) -> None:
    async with database.unit_of_work() as session:
        await group.is_divided(session, scope)
        seats = {(chat, member) for chat in ("g", "g:1", "g:2") for member in ("ann", "bob")}
        found = {seat: await group.hears(session, *seat) for seat in sorted(seats)}
    expected = {Scope.member: 2, Scope.topic: 3, Scope.group: 1}[scope]
    assert len({found[seat] for seat in same}) == 1
    assert len(set(found.values())) == expected


async def test_a_member_of_one_group_is_not_heard_in_another(
    database: Database, group: Group
) -> None:
    async with database.unit_of_work() as session:
        for each in ("g", "h"):
            await group.is_divided(session, Scope.member, each)
        here = await group.hears(session, "g", "ann")
        assert await group.hears(session, "h", "ann", "h") != here


async def test_an_answer_goes_to_the_topic_in_which_the_question_was_said(
    database: Database, group: Group
) -> None:
    async with database.unit_of_work() as session:
        await group.is_divided(session, Scope.group)
        await group.answers(session, "g:2", "ann")
        (waiting,) = await group.outbox.waiting(session, "test")
        assert waiting.place == Place(channel="test", bot="bot", chat="g:2")
        assert await group.outbox.waiting(session, "test", chats={"g"}) == []
        assert len(await group.outbox.waiting(session, "test", chats={"g:2"})) == 1


async def test_a_button_is_found_in_all_conversations_of_its_group_and_no_other(
    database: Database, group: Group
) -> None:
    async with database.unit_of_work() as session:
        shown = await group.answers(session, "g:1", "ann")
        await group.is_divided(session, Scope.member)
        bobs = await group.hears(session, "g:1", "bob")
        elsewhere = await group.hears(session, "h", "bob", "h")
        private = await group.inbox.conversation(
            session, a_place("bob"), private_with=(await a_bob(session)).id
        )
        assert await group.outbox.send_of(session, bobs, shown, 0) == "/yes"
        assert await group.outbox.send_of(session, elsewhere, shown, 0) is None
        assert await group.outbox.send_of(session, private, shown, 0) is None


async def a_bob(session: Session) -> Person:
    return await a_person(session, await an_organisation(session, slug="bobs"), name="Bob")


async def test_the_last_message_of_a_chat_is_that_of_the_same_topic(
    database: Database, group: Group
) -> None:
    async with database.unit_of_work() as session:
        await group.is_divided(session, Scope.group)
        first = await group.answers(session, "g:1", "ann")
        await group.answers(session, "g:2", "ann")
        conversation = await group.hears(session, "g:1", "bob")
        asked = (await group.inbox.before(session, conversation, 10**9, 9))[0].id
        last = await group.outbox.last_in_chat(session, conversation, asked)
        assert last is not None
        assert last.id == first


async def test_all_conversations_of_a_group_move_with_it(database: Database, group: Group) -> None:
    async with database.unit_of_work() as session:
        await group.is_divided(session, Scope.member)
        await group.answers(session, "g", "ann")
        await group.answers(session, "g", "bob")
        before = [await group.hears(session, "g", member) for member in ("ann", "bob")]
        await group.chats.move(session, a_place("g"), "new")
        await session.flush()
        after = [await group.hears(session, "new", member, "new") for member in ("ann", "bob")]
        assert after == before
        places = await group.outbox.waiting(session, "test", limit=9)
        assert [each.place.chat for each in places] == ["new", "new"]


async def test_a_group_that_was_known_under_both_ids_is_one_divided_as_the_old(
    database: Database, group: Group
) -> None:
    async with database.unit_of_work() as session:
        await group.is_divided(session, Scope.member)
        anns = await group.hears(session, "g", "ann")
        early = await group.hears(session, "new", "ann", "new")
        await group.chats.move(session, a_place("g"), "new")
        await session.flush()
        assert await group.hears(session, "new", "ann", "new") == anns
        assert [*await session.scalars(select(GroupChat.chat))] == ["new"]
        rows = {row.id: row for row in await session.scalars(select(Conversation))}
        assert rows[anns].group_id == rows[early].group_id
