"""Files that were sent as one are one message, and no part of it is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import InboundMessage
from storage.database import Database
from storage.inbox import TOO_MANY
from storage.media import content_of
from storage.tables.work import InboxFile, InboxMessage, InboxStatus
from tests.builders.gateway import a_gateway
from tests.builders.telegram import a_desk, events
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent

LI, GROUP = 5001, -1004001
TWO = (("a.csv", b"first"), ("b.csv", b"second"))


@pytest.fixture(autouse=True)
def a_short_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.albums._REST_COMES_WITHIN", 0.3)


async def test_the_parts_of_an_album_are_answered_once_with_all_files(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database) as desk:
        telegram.user(LI).sends_album(*TWO, caption="two tables")
        await desk.ended()
        (turn,) = desk.agent.turns
        async with database.reading() as session:
            contents = [
                await content_of(session, desk.service.organisation_id, file.id)
                for file in turn.files
            ]
    assert turn.text == "two tables"
    assert [file.name for file in turn.files] == ["a.csv", "b.csv"]
    assert contents == [b"first", b"second"]
    assert [each["text"] for each in telegram.answers(LI)] == ["echo: two tables"]


async def test_an_album_of_more_files_than_a_message_may_have_says_which_were_left_out(
    telegram: TelegramEmulator, database: Database
) -> None:
    many = [(f"{number}.csv", b"%d" % number) for number in range(12)]
    async with a_desk(telegram, database) as desk:
        telegram.user(LI).sends_album(*many, caption="all of them")
        await desk.ended()
        (turn,) = desk.agent.turns
    assert [file.name for file in turn.files if file.media_type == TOO_MANY] == ["10.csv", "11.csv"]
    (answer,) = telegram.answers(LI)
    assert "10.csv, 11.csv" in answer["text"]


async def test_the_next_message_does_not_wait_for_more_of_the_album(
    telegram: TelegramEmulator, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.albums._REST_COMES_WITHIN", 3_600.0)
    async with a_desk(telegram, database) as desk:
        telegram.user(LI).sends_album(*TWO, caption="two tables")
        asked = telegram.user(LI).says("and a question")
        await telegram.answer(LI, after=asked)
        await desk.ended()
        assert [turn.text for turn in desk.agent.turns] == ["two tables", "and a question"]
        assert len(desk.agent.turns[0].files) == 2


async def test_parts_that_are_delivered_twice_are_there_once(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database) as desk:
        telegram.fault("duplicate", count=2)
        telegram.user(LI).sends_album(*TWO, caption="two tables")
        await desk.ended()
        async with database.reading() as session:
            rows = (await session.scalars(select(InboxMessage))).all()
            files = (await session.scalars(select(InboxFile))).all()
    assert [row.status for row in rows] == [InboxStatus.done, InboxStatus.done]
    assert len(files) == 2


async def test_an_album_whose_process_died_is_answered_by_another(
    telegram: TelegramEmulator, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.albums._REST_COMES_WITHIN", 3_600.0)
    agent = FakeAgent()
    async with a_desk(telegram, database) as desk:
        telegram.user(LI).sends_album(*TWO, caption="two tables")
        await telegram.wait_for(lambda: not telegram.bots[0].updates.pending)
        other = a_gateway(
            database, desk.service.organisation_id, agent, desk.clock, owner="other",
            channels={desk.channel.name: desk.channel},
        )  # fmt: skip
        for seconds in (1, 5):
            assert agent.turns == []
            desk.clock.advance(timedelta(seconds=seconds))
            await other.sweep()
            await other.idle()
    (turn,) = agent.turns
    assert (turn.text, len(turn.files)) == ("two tables", 2)


async def test_in_a_group_the_parts_without_a_caption_belong_to_the_one_that_says_who_is_meant(
    telegram: TelegramEmulator,
) -> None:
    telegram.group(GROUP, by=telegram.user(LI))
    telegram.user(LI).sends_album(*TWO, caption="@huoke_1_bot look", chat=GROUP)
    telegram.user(LI).sends_album(*TWO, caption="for the others", chat=GROUP)
    first, second = await events(telegram, 2)
    assert isinstance(first, InboundMessage)
    assert isinstance(second, InboundMessage)
    assert (first.text, second.text) == ("look", "")
    assert first.album == second.album != ""
