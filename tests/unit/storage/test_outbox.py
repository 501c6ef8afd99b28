"""The outbox sends once, in order, and says when it does not know."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from storage.database import Database
from storage.outbox import Draft, File, Outbox, Parcel
from storage.tables.organisation import Organisation
from storage.tables.work import OutboxStatus
from tests.builders.chats import a_conversation
from tests.builders.organisation import an_organisation
from tests.fakes.clock import FakeClock

HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
async def conversation(database: Database, organisation: Organisation) -> int:
    async with database.unit_of_work() as session:
        return await a_conversation(session, organisation)


@pytest.fixture
def outbox(organisation: Organisation, clock: FakeClock) -> Outbox:
    return Outbox(organisation.id, clock, owner="a")


async def queue(
    database: Database, outbox: Outbox, conversation: int, *texts: str, resend: bool = True
) -> None:
    async with database.unit_of_work() as session:
        for text in texts:
            draft = Draft(key=text, conversation_id=conversation, text=text, resend=resend)
            await outbox.queue(session, draft)


async def claim(database: Database, outbox: Outbox) -> Parcel | None:
    async with database.unit_of_work() as session:
        return next(iter(await outbox.claim(session, await outbox.waiting(session, "test"))), None)


async def counts(database: Database, outbox: Outbox) -> dict[OutboxStatus, int]:
    async with database.reading() as session:
        return await outbox.counts(session)


async def test_a_repeated_turn_queues_its_reply_once(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    await queue(database, outbox, conversation, "reply:1")
    await queue(database, outbox, conversation, "reply:1")
    assert await counts(database, outbox) == {OutboxStatus.queued: 1}


async def test_files_travel_with_their_message(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    chart = File(name="chart.png", media_type="image/png", content=b"\x89PNG")
    async with database.unit_of_work() as session:
        draft = Draft(key="k", conversation_id=conversation, text="see", files=(chart,))
        await outbox.queue(session, draft)
    parcel = await claim(database, outbox)
    assert parcel is not None
    assert list(parcel.files) == [chart]


async def test_two_senders_never_get_the_same_message(
    database: Database, organisation: Organisation, conversation: int, clock: FakeClock
) -> None:
    senders = [Outbox(organisation.id, clock, owner=f"s{number}") for number in range(4)]
    await queue(database, senders[0], conversation, "only")
    parcels = await asyncio.gather(*(claim(database, sender) for sender in senders))
    assert len([parcel for parcel in parcels if parcel is not None]) == 1


async def test_a_message_waits_for_the_one_before_it(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    await queue(database, outbox, conversation, "first", "second")
    first = await claim(database, outbox)
    assert first is not None
    assert first.text == "first"
    assert await claim(database, outbox) is None
    async with database.unit_of_work() as session:
        await outbox.sent(session, first.id, "x1")
    second = await claim(database, outbox)
    assert second is not None
    assert second.text == "second"


async def test_another_chat_does_not_wait(
    database: Database, outbox: Outbox, organisation: Organisation, conversation: int
) -> None:
    async with database.unit_of_work() as session:
        elsewhere = await a_conversation(session, organisation, chat="elsewhere")
    await queue(database, outbox, conversation, "here")
    await queue(database, outbox, elsewhere, "there")
    texts = [parcel.text for _ in range(2) if (parcel := await claim(database, outbox))]
    assert texts == ["here", "there"]


async def test_only_chats_in_reach_are_claimed(
    database: Database, outbox: Outbox, conversation: int
) -> None:
    await queue(database, outbox, conversation, "for chat")
    async with database.unit_of_work() as session:
        assert await outbox.waiting(session, "test", {"another chat"}) == []
        assert len(await outbox.waiting(session, "test", {"chat"})) == 1


async def test_what_a_dead_sender_was_pushing_is_unknown_and_not_sent_again(
    database: Database, organisation: Organisation, conversation: int, clock: FakeClock
) -> None:
    dead, alive = (Outbox(organisation.id, clock, owner=name) for name in ("dead", "alive"))
    await queue(database, dead, conversation, "maybe sent", resend=False)
    assert await claim(database, dead) is not None
    clock.advance(HALF_A_MINUTE + timedelta(seconds=1))
    async with database.unit_of_work() as session:
        assert await alive.give_up_on_the_dead(session, HALF_A_MINUTE) == 1
    assert await claim(database, alive) is None
    assert await counts(database, alive) == {OutboxStatus.unknown: 1}


async def test_what_a_dead_sender_was_answering_is_sent_once_more_as_doubtful(
    database: Database, organisation: Organisation, conversation: int, clock: FakeClock
) -> None:
    senders = [Outbox(organisation.id, clock, owner=name) for name in ("first", "second", "third")]
    await queue(database, senders[0], conversation, "maybe sent")
    for dead, alive in pairwise(senders):
        assert await claim(database, dead) is not None
        clock.advance(HALF_A_MINUTE + timedelta(seconds=1))
        async with database.unit_of_work() as session:
            assert await alive.give_up_on_the_dead(session, HALF_A_MINUTE) == 1
    async with database.reading() as session:
        assert await alive.doubts(session) == 2
    assert await counts(database, alive) == {OutboxStatus.unknown: 1}


async def test_a_sender_that_wakes_late_does_not_overwrite_the_verdict(
    database: Database, organisation: Organisation, conversation: int, clock: FakeClock
) -> None:
    late, alive = (Outbox(organisation.id, clock, owner=name) for name in ("late", "alive"))
    await queue(database, late, conversation, "maybe sent", resend=False)
    parcel = await claim(database, late)
    assert parcel is not None
    clock.advance(HALF_A_MINUTE * 2)
    async with database.unit_of_work() as session:
        await alive.give_up_on_the_dead(session, HALF_A_MINUTE)
        await late.requeue(session, parcel.id)
    assert await counts(database, alive) == {OutboxStatus.unknown: 1}
