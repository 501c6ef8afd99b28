"""A message goes out part by part, waits when it must, and is doubted part by part."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.outbox import Draft, Outbox, Parcel
from storage.tables.organisation import Organisation
from storage.tables.work import OutboxMessage, OutboxStatus
from tests.builders.chats import a_conversation
from tests.builders.organisation import an_organisation
from tests.fakes.clock import FakeClock

MINUTE = timedelta(minutes=1)


class Post:
    """The outbox of one process, and the conversation that everything goes to."""

    def __init__(self, database: Database, outbox: Outbox, conversation: int) -> None:
        self.database = database
        self.outbox = outbox
        self.conversation = conversation

    async def queue(self, text: str, *, resend: bool = True) -> None:
        async with self.database.unit_of_work() as session:
            draft = Draft(
                key=text, conversation_id=self.conversation, text=text, resend=resend,
                buttons=({"label": "yes", "send": "/yes"}, {"label": "no", "send": "/no"}),
            )  # fmt: skip
            await self.outbox.queue(session, draft)

    async def take(self) -> Parcel:
        parcel = await self.take_or_none()
        assert parcel
        return parcel

    async def take_or_none(self) -> Parcel | None:
        async with self.database.unit_of_work() as session:
            waiting = await self.outbox.waiting(session, "test")
            return next(iter(await self.outbox.claim(session, waiting)), None)

    async def part_sent(self, parcel: Parcel) -> None:
        async with self.database.unit_of_work() as session:
            await self.outbox.part_sent(session, parcel.id)

    async def doubt(self, parcel: Parcel) -> None:
        async with self.database.unit_of_work() as session:
            await self.outbox.doubt(session, parcel.id, "cut off")

    async def put_off(self, parcel: Parcel, after: timedelta) -> None:
        async with self.database.unit_of_work() as session:
            await self.outbox.requeue(session, parcel.id, after=after)

    async def put_back(self, *busy_with: Parcel, channel: str = "test") -> None:
        async with self.database.unit_of_work() as session:
            await self.outbox.put_back(session, channel, [each.id for each in busy_with])

    async def row(self) -> OutboxMessage:
        async with self.database.reading() as session:
            return (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).one()

    async def doubts(self) -> int:
        async with self.database.reading() as session:
            return await self.outbox.doubts(session)


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
async def post(database: Database, organisation: Organisation, clock: FakeClock) -> Post:
    async with database.unit_of_work() as session:
        conversation = await a_conversation(session, organisation)
    return Post(database, Outbox(organisation.id, clock, owner="a"), conversation)


async def test_after_each_part_comes_the_next(post: Post) -> None:
    await post.queue("long")
    for number in range(3):
        parcel = await post.take()
        assert parcel.parts_sent == number
        assert not parcel.in_doubt
        await post.part_sent(parcel)


async def test_nothing_comes_between_the_parts(post: Post) -> None:
    await post.queue("long")
    await post.queue("later")
    await post.part_sent(await post.take())
    assert (await post.take()).text == "long"


async def test_a_doubt_is_of_one_part_alone(post: Post) -> None:
    await post.queue("long")
    await post.part_sent(await post.take())
    await post.doubt(await post.take())
    again = await post.take()
    assert (again.parts_sent, again.in_doubt) == (1, True)
    await post.part_sent(again)
    last = await post.take()
    assert (last.parts_sent, last.in_doubt) == (2, False)
    assert await post.doubts() == 1


async def test_each_part_may_be_doubted_once(post: Post) -> None:
    await post.queue("long")
    for _ in range(2):
        await post.doubt(await post.take())
        await post.part_sent(await post.take())
    assert (await post.row()).status is OutboxStatus.queued
    assert await post.doubts() == 2


async def test_two_doubts_of_one_part_end_it(post: Post) -> None:
    await post.queue("long")
    await post.doubt(await post.take())
    await post.doubt(await post.take())
    row = await post.row()
    assert row.status is OutboxStatus.unknown
    assert row.finished_at is not None
    assert row.error == "cut off"


async def test_what_is_not_to_be_repeated_ends_with_the_first_doubt(post: Post) -> None:
    await post.queue("push", resend=False)
    await post.doubt(await post.take())
    assert (await post.row()).status is OutboxStatus.unknown
    assert await post.take_or_none() is None


async def test_what_is_put_off_waits_and_what_comes_after_it_waits_too(
    post: Post, clock: FakeClock
) -> None:
    await post.queue("first")
    await post.queue("second")
    await post.put_off(await post.take(), MINUTE)
    clock.advance(MINUTE - timedelta(seconds=1))
    assert await post.take_or_none() is None
    clock.advance(timedelta(seconds=1))
    parcel = await post.take()
    assert (parcel.text, parcel.attempts, parcel.in_doubt) == ("first", 2, False)


async def test_to_put_it_off_is_no_doubt(post: Post) -> None:
    await post.queue("first")
    await post.put_off(await post.take(), timedelta(0))
    assert await post.doubts() == 0


async def test_a_claim_that_nobody_knows_of_is_put_back(post: Post) -> None:
    await post.queue("claimed")
    await post.take()
    await post.put_back()
    parcel = await post.take()
    assert (parcel.text, parcel.in_doubt) == ("claimed", False)


async def test_what_is_being_sent_is_not_put_back(post: Post) -> None:
    await post.queue("under way")
    await post.put_back(await post.take())
    assert await post.take_or_none() is None


async def test_what_others_send_or_other_channels_send_is_not_put_back(
    post: Post, organisation: Organisation, clock: FakeClock
) -> None:
    await post.queue("theirs")
    await post.take()
    other = Post(post.database, Outbox(organisation.id, clock, owner="b"), post.conversation)
    await other.put_back()
    await post.put_back(channel="another")
    assert await post.take_or_none() is None


async def test_skipped_conversations_are_left_out(
    post: Post, organisation: Organisation, database: Database
) -> None:
    await post.queue("here")
    async with database.unit_of_work() as session:
        there = await a_conversation(session, organisation, chat="there")
        draft = Draft(key="there", conversation_id=there, text="there")
        await post.outbox.queue(session, draft)
        found = await post.outbox.waiting(session, "test", skipping=[post.conversation], limit=9)
    assert [each.conversation_id for each in found] == [there]


async def test_at_most_one_message_of_each_conversation_is_ready(
    post: Post, organisation: Organisation, database: Database
) -> None:
    async with database.unit_of_work() as session:
        for chat in ("a", "b", "c"):
            conversation = await a_conversation(session, organisation, chat=chat)
            for text in ("one", "two"):
                key = f"{chat}:{text}"
                draft = Draft(key=key, conversation_id=conversation, text=text)
                await post.outbox.queue(session, draft)
        found = await post.outbox.waiting(session, "test", limit=9)
        parcels = await post.outbox.claim(session, found)
    assert [(each.place.chat, each.text) for each in parcels] == [
        ("a", "one"), ("b", "one"), ("c", "one"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("position", "says"), [(0, "/yes"), (1, "/no"), (2, None), (-1, None), (10**12, None)]
)
async def test_a_button_says_what_it_stands_for(
    post: Post, position: int, says: str | None
) -> None:
    await post.queue("ok?")
    row = await post.row()
    async with post.database.reading() as session:
        found = await post.outbox.send_of(session, post.conversation, row.id, position)
    assert found == says


async def test_a_button_of_another_conversation_or_organisation_says_nothing(
    post: Post, clock: FakeClock
) -> None:
    await post.queue("ok?")
    row = await post.row()
    stranger = Outbox(10**9, clock, owner="a")
    async with post.database.reading() as session:
        assert await post.outbox.send_of(session, post.conversation + 1, row.id, 0) is None
        assert await stranger.send_of(session, post.conversation, row.id, 0) is None
