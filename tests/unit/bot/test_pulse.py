"""While a turn is silent its chat is shown which step it is at."""

import asyncio

import pytest

from agent.contract import Progress, Reply, Turn
from storage.database import Database
from tests.builders.gateway import a_gateway, an_inbound
from tests.builders.organisation import an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.drafts._EVERY_SECONDS", 0.0)
    monkeypatch.setattr("bot.pulse._FIRST_AFTER", 0.0)
    monkeypatch.setattr("bot.pulse._EVERY", 0.0)


class Silent(FakeAgent):
    """Does one thing after the other, each until the chat was told of it."""

    def __init__(self, channel: FakeChannel, *steps: str, words: str = "") -> None:
        super().__init__()
        self.channel, self.steps, self.words = channel, steps, words

    async def take(self, turn: Turn, progress: Progress) -> Reply:
        if self.words:
            await progress(self.words)
        for step in self.steps:
            if step == "stop":
                turn.course.stop.set()
            turn.course.doing = step
            await self.told(len(self.channel.drafts))
        return Reply(text="done")

    async def told(self, before: int) -> None:
        async with asyncio.timeout(60):
            # What was on its way when the step began still names the one before.
            while len(self.channel.drafts) < before + 2:
                await asyncio.sleep(0)


async def shown(database: Database, agent: Silent) -> list[str]:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    channels = {agent.channel.name: agent.channel}
    gateway = a_gateway(database, organisation.id, agent, FakeClock(), channels=channels)
    await gateway.receive(an_inbound("请做一下"))
    await gateway.idle()
    return list(dict.fromkeys(agent.channel.drafts))


async def test_each_step_is_named(database: Database) -> None:
    agent = Silent(FakeChannel(), "", "create_campaign", "stop")
    assert await shown(database, agent) == [
        "正在处理…", "正在处理：新建广告活动…", "正在停止…",
    ]  # fmt: skip


async def test_what_is_being_said_is_not_talked_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pulse._EVERY", 3_600.0)
    agent = Silent(FakeChannel(), words="本周花费")
    assert await shown(database, agent) == ["本周花费"]


async def test_nothing_is_shown_behind_the_answer(database: Database) -> None:
    agent = Silent(FakeChannel(), "create_campaign")
    await shown(database, agent)
    before = len(agent.channel.drafts)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(agent.channel.drafts) == before
