"""Several chats are written to at once, each in its order, however the channel and the database
behave."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.channels.base import Pace
from bot.delivery import Delivery
from bot.errors import Busy, Closed, Moved
from bot.messages import OutboundMessage
from bot.metrics import Metrics
from config.i18n import Language
from storage.chats import Chats
from storage.database import Database, Session
from storage.inbox import Inbox, Place
from storage.outbox import Draft, Outbox, Parcel, Waiting
from storage.tables.organisation import Organisation
from storage.tables.work import Conversation, OutboxMessage, OutboxStatus
from tests.builders.organisation import an_organisation
from tests.builders.service import until
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock

SENT, UNKNOWN = OutboxStatus.sent, OutboxStatus.unknown


class Held(FakeChannel):
    """Does not answer in some chats until it is told to."""

    def __init__(self, *chats: str) -> None:
        super().__init__()
        self.held = set(chats)
        self.begun: list[str] = []
        self.free = asyncio.Event()

    async def send(self, part: OutboundMessage) -> str:
        self.begun.append(part.text)
        if part.address.chat in self.held:
            await self.free.wait()
        return await super().send(part)


class Broken(FakeChannel):
    """Has a bug in one chat."""

    async def send(self, part: OutboundMessage) -> str:
        if part.text == "bug" or part.text.endswith("\nbug"):
            raise ZeroDivisionError
        return await super().send(part)


class LosesTheClaim(Outbox):
    """The first claim is written, and its end is lost on the way."""

    lost = False

    async def claim(self, session: Session, chosen: list[Waiting]) -> list[Parcel]:  # type: ignore[override]
        parcels = await super().claim(session, chosen)
        if parcels and not self.lost:
            self.lost = True
            await session.commit()
            raise OperationalError("COMMIT", {}, OSError("connection lost"))
        return parcels


class SlowToClaim(Outbox):
    """The end of a claim is long on its way."""

    def __init__(self, organisation_id: int, clock: FakeClock, *, owner: str) -> None:
        super().__init__(organisation_id, clock, owner=owner)
        self.claiming, self.free = asyncio.Event(), asyncio.Event()

    async def claim(self, session: Session, chosen: list[Waiting]) -> list[Parcel]:  # type: ignore[override]
        parcels = await super().claim(session, chosen)
        if parcels:
            self.claiming.set()
            await self.free.wait()
        return parcels


class Office:
    """What is to be sent, and what came of it."""

    def __init__(self, database: Database, organisation: Organisation, clock: FakeClock) -> None:
        self.database = database
        self.organisation = organisation
        self.clock = clock
        self.outbox = Outbox(organisation.id, clock, owner="a")

    async def queue(self, chat: str, *texts: str) -> None:
        async with self.database.unit_of_work() as session:
            conversation = await Inbox(self.organisation.id, self.clock).conversation(
                session, Place(channel="fake", bot="bot", chat=chat), private_with=None
            )
            for text in texts:
                draft = Draft(key=f"{chat}:{text}", conversation_id=conversation, text=text)
                await self.outbox.queue(session, draft)

    @asynccontextmanager
    async def delivering(
        self, channel: FakeChannel, outbox: Outbox | None = None
    ) -> AsyncIterator[Delivery]:
        delivery = Delivery(
            self.database, outbox or self.outbox, Chats(self.organisation.id, self.clock), channel,
            language=Language.en, metrics=Metrics(), retry_after=timedelta(0),
        )  # fmt: skip
        task = asyncio.create_task(delivery.run())
        yield delivery
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def ended(self) -> list[OutboxStatus]:
        open_ = (OutboxStatus.queued, OutboxStatus.sending)

        async def done() -> bool:
            return all(status not in open_ for status in await self.statuses())

        await until(done)
        return await self.statuses()

    async def put_off(self) -> bool:
        async with self.database.reading() as session:
            return await session.scalar(select(OutboxMessage.not_before)) is not None

    async def statuses(self) -> list[OutboxStatus]:
        async with self.database.reading() as session:
            return list(
                await session.scalars(select(OutboxMessage.status).order_by(OutboxMessage.id))
            )


@pytest.fixture
async def office(database: Database, clock: FakeClock) -> Office:
    async with database.unit_of_work() as session:
        return Office(database, await an_organisation(session), clock)


async def condition(found: Callable[[], bool]) -> None:
    async def now() -> bool:
        return found()

    await until(now)


async def test_a_chat_that_hangs_delays_no_other(office: Office) -> None:
    channel = Held("slow")
    await office.queue("slow", "first", "second")
    async with office.delivering(channel) as delivery:
        await condition(lambda: channel.begun == ["first"])
        for number in range(20):
            await office.queue(f"chat {number}", f"to {number}")
        delivery.wake()
        await condition(lambda: len(channel.delivered) == 20)
        assert "second" not in channel.begun
        channel.free.set()
        assert await office.ended() == [SENT] * 22
    assert [each.text for each in channel.delivered if each.address.chat == "slow"] == [
        "first", "second",
    ]  # fmt: skip


async def test_two_processes_send_everything_once_and_in_order(office: Office) -> None:
    other = Outbox(office.organisation.id, office.clock, owner="b")
    one, two = FakeChannel(), FakeChannel()
    sent: list[tuple[str, str]] = []
    for channel in (one, two):
        channel.delivered = Noted(sent)
    for number in range(6):
        for chat in ("x", "y", "z"):
            await office.queue(chat, f"{number}")
    async with office.delivering(one), office.delivering(two, other):
        assert await office.ended() == [SENT] * 18
    for chat in ("x", "y", "z"):
        assert [text for where, text in sent if where == chat] == [str(n) for n in range(6)]


class Noted(list[OutboundMessage]):
    """What two channels delivered, in one list."""

    def __init__(self, together: list[tuple[str, str]]) -> None:
        super().__init__()
        self._together = together

    def append(self, message: OutboundMessage) -> None:
        super().append(message)
        self._together.append((message.address.chat, message.text))


async def test_a_bug_leaves_a_doubt_and_no_silence(office: Office) -> None:
    channel = Broken()
    await office.queue("chat", "bug", "after it")
    async with office.delivering(channel):
        assert await office.ended() == [UNKNOWN, SENT]


async def test_a_claim_whose_end_was_lost_is_sent_once(office: Office) -> None:
    channel = FakeChannel()
    outbox = LosesTheClaim(office.organisation.id, office.clock, owner="a")
    await office.queue("chat", "first", "second")
    async with office.delivering(channel, outbox):
        assert await office.ended() == [SENT, SENT]
    assert outbox.lost
    assert [each.text for each in channel.delivered] == ["first", "second"]


async def test_who_stops_sends_what_was_being_claimed_and_begins_nothing_more(
    office: Office,
) -> None:
    outbox = SlowToClaim(office.organisation.id, office.clock, owner="a")
    await office.queue("chat", "first")
    async with office.delivering(FakeChannel(), outbox) as delivery:
        await outbox.claiming.wait()
        closing = asyncio.create_task(delivery.close())
        await asyncio.sleep(0)
        assert not closing.done()
        outbox.free.set()
        await closing
        assert await office.statuses() == [SENT]
        await office.queue("chat", "second")
        await delivery.drain()
    assert await office.statuses() == [SENT, OutboxStatus.queued]


async def test_the_limits_of_the_channel_hold_a_chat_and_no_other(office: Office) -> None:
    class Limited(FakeChannel):
        def paces(self, address: Place) -> dict[str, Pace]:
            return {address.chat: Pace(count=2, seconds=1_000)}

    channel = Limited()
    await office.queue("busy", "1", "2", "3")
    async with office.delivering(channel) as delivery:
        await condition(lambda: len(channel.delivered) == 2)
        await office.queue("calm", "4", "5")
        delivery.wake()
        await condition(lambda: len(channel.delivered) == 4)
    assert [each.text for each in channel.delivered] == ["1", "2", "4", "5"]
    assert (await office.statuses())[2] is OutboxStatus.queued


async def test_who_is_asked_to_wait_waits_as_long_as_the_platform_says(office: Office) -> None:
    channel = FakeChannel()
    channel.faults = [Busy("429", seconds=40)]
    await office.queue("chat", "first")
    async with office.delivering(channel) as delivery:
        await until(office.put_off)
        office.clock.advance(timedelta(seconds=39))
        await delivery.drain()
        assert channel.delivered == []
        office.clock.advance(timedelta(seconds=1))
        await delivery.drain()
        assert await office.ended() == [SENT]


async def test_a_chat_that_moved_is_written_to_at_its_new_place(office: Office) -> None:
    channel = FakeChannel()
    channel.faults = [Moved("upgraded", chat="new")]
    await office.queue("old", "first", "second")
    async with office.delivering(channel):
        assert await office.ended() == [SENT, SENT]
    assert [(each.address.chat, each.text) for each in channel.delivered] == [
        ("new", "first"), ("new", "second"),
    ]  # fmt: skip


async def test_a_chat_where_nobody_is_closes(office: Office) -> None:
    channel = FakeChannel()
    channel.faults = [Closed("blocked")]
    await office.queue("chat", "first")
    async with office.delivering(channel):
        assert await office.ended() == [OutboxStatus.failed]
    async with office.database.reading() as session:
        assert await session.scalar(select(Conversation.closed_at)) is not None


async def test_all_parts_arrive_in_order(office: Office) -> None:
    channel = FakeChannel()
    await office.queue("chat", "one\ftwo\fthree", "four")
    async with office.delivering(channel):
        assert await office.ended() == [SENT, SENT]
    assert [each.text for each in channel.delivered] == ["one", "two", "three", "four"]
