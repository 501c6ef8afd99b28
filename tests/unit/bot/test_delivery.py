"""Queued messages reach the channel in order, and faults are told apart."""

from datetime import timedelta

import pytest

from bot.delivery import Delivery
from bot.errors import NotDelivered
from bot.metrics import Metrics
from config.errors import PermanentError, TransientError
from config.i18n import Language, say
from storage.chats import Chats
from storage.database import Database
from storage.inbox import Inbox, Place
from storage.outbox import Draft, Outbox
from storage.tables.organisation import Organisation
from storage.tables.work import OutboxStatus
from tests.builders.organisation import an_organisation
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
def outbox(organisation: Organisation, clock: FakeClock) -> Outbox:
    return Outbox(organisation.id, clock, owner="a")


@pytest.fixture
async def conversation(database: Database, organisation: Organisation, clock: FakeClock) -> int:
    async with database.unit_of_work() as session:
        return await Inbox(organisation.id, clock).conversation(
            session, Place(channel="fake", bot="bot", chat="c"), private_with=None
        )


async def deliver(
    database: Database, outbox: Outbox, conversation: int, *faults: Exception
) -> tuple[list[str], dict[OutboxStatus, int]]:
    """Queue "one" and "two", drain, and tell what arrived and how the rows ended."""
    channel = FakeChannel()
    channel.faults = list(faults)
    async with database.unit_of_work() as session:
        for text in ("one", "two"):
            await outbox.queue(session, Draft(key=text, conversation_id=conversation, text=text))
    delivery = Delivery(
        database, outbox, Chats(conversation, FakeClock()), channel, language=Language.zh_cn,
        metrics=Metrics(), retry_after=timedelta(0),
    )  # fmt: skip
    await delivery.drain()
    async with database.reading() as session:
        return [message.text for message in channel.delivered], await outbox.counts(session)


async def test_messages_arrive_in_order(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    arrived, rows = await deliver(database, outbox, conversation)
    assert arrived == ["one", "two"]
    assert rows == {OutboxStatus.sent: 2}


async def test_what_surely_was_not_taken_is_sent_again_in_its_place(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    arrived, rows = await deliver(database, outbox, conversation, NotDelivered("429"))
    assert arrived == ["one", "two"]
    assert rows == {OutboxStatus.sent: 2}


async def test_what_will_never_arrive_does_not_hold_up_the_rest(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    arrived, rows = await deliver(database, outbox, conversation, PermanentError("blocked"))
    assert arrived == ["two"]
    assert rows == {OutboxStatus.failed: 1, OutboxStatus.sent: 1}


async def test_a_lost_answer_is_sent_once_more_and_says_so(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    arrived, rows = await deliver(database, outbox, conversation, TransientError("cut off"))
    assert arrived == [say(Language.zh_cn, "bot.maybe_repeated", text="one"), "two"]
    assert rows == {OutboxStatus.sent: 2}
    async with database.reading() as session:
        assert await outbox.doubts(session) == 1


async def test_after_a_second_lost_answer_it_is_unknown(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    lost = (TransientError("cut off"), TransientError("cut off"))
    arrived, rows = await deliver(database, outbox, conversation, *lost)
    assert arrived == ["two"]
    assert rows == {OutboxStatus.unknown: 1, OutboxStatus.sent: 1}
