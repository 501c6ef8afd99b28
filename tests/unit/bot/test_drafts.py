"""Answers are shown while they come, at a pace that people can read, and never instead of them."""

import pytest

from agent.contract import Progress, Reply, Turn
from bot.channels.base import Capabilities
from bot.messages import OutboundMessage
from config.errors import TransientError
from storage.database import Database
from tests.builders.gateway import a_gateway, an_inbound
from tests.builders.organisation import an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock


class TalkativeAgent(FakeAgent):
    """Says one word after the other."""

    async def take(self, turn: Turn, progress: Progress) -> Reply:
        for words in ("one", "one two", "one two three"):
            await progress(words)
        return Reply(text="one two three.")


class Broken(FakeChannel):
    async def draft(self, so_far: OutboundMessage) -> None:
        raise TransientError("no drafts today")


class Plain(FakeChannel):
    capabilities = Capabilities()


async def said(database: Database, channel: FakeChannel) -> list[str]:
    """What the channel showed while one message was answered."""
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    clock = FakeClock()
    channels = {channel.name: channel}
    gateway = a_gateway(database, organisation.id, TalkativeAgent(), clock, channels=channels)
    await gateway.receive(an_inbound("hi"))
    await gateway.idle()
    assert await gateway.waiting() == 0
    return channel.drafts


async def test_the_first_words_are_shown_and_the_next_not_before_half_a_second(
    database: Database,
) -> None:
    assert await said(database, FakeChannel()) == ["one"]


async def test_every_word_is_shown_when_there_is_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.drafts._EVERY_SECONDS", 0.0)
    assert await said(database, FakeChannel()) == ["one", "one two", "one two three"]


async def test_a_channel_without_drafts_gets_none(database: Database) -> None:
    assert await said(database, Plain()) == []


async def test_a_draft_that_cannot_be_shown_harms_no_answer(database: Database) -> None:
    assert await said(database, Broken()) == []
