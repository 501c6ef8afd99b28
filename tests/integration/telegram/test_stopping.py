"""The button below a draft stops the turn, as the word does; a closed group closes its topics."""

import asyncio

from agent.contract import Progress, Reply, Turn
from storage.database import Database
from tests.builders.telegram import a_desk
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent

LI, GROUP = 5001, -1004001


class Telling(FakeAgent):
    """Shows that it works, until it is stopped."""

    async def take(self, turn: Turn, progress: Progress) -> Reply:
        self.turns.append(turn)
        await progress("正在处理")
        async with asyncio.timeout(60):
            await turn.course.stop.wait()
        return Reply(text="已停止")


async def test_the_button_of_a_draft_stops_the_turn(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database, Telling()) as desk:
        telegram.user(LI).says("do much")
        drafts = await telegram.wait_for(lambda: telegram.drafts(LI))
        telegram.user(LI).stops(next(iter(drafts)))
        await desk.ended()
    assert [each["text"] for each in telegram.answers(LI)] == ["已停止"]


async def test_the_word_stops_what_was_asked_in_a_group(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.group(GROUP, by=telegram.user(LI))
    async with a_desk(telegram, database, Telling()) as desk:
        telegram.user(LI).says("@huoke_1_bot do much", chat=GROUP)
        await telegram.wait_for(lambda: telegram.answers(GROUP))
        telegram.user(LI).says("@huoke_1_bot 停", chat=GROUP)
        await desk.ended(GROUP)
    assert [each["text"] for each in telegram.answers(GROUP)] == ["已停止"]


async def test_a_group_that_removes_the_bot_closes_all_its_topics(
    telegram: TelegramEmulator, database: Database
) -> None:
    li = telegram.user(LI)
    group = telegram.group(GROUP, by=li)
    topic = group.topic("广告")
    async with a_desk(telegram, database) as desk:
        li.says("@huoke_1_bot hi", chat=GROUP, thread=topic)
        await telegram.wait_for(lambda: telegram.answers(GROUP))
        group.removes(telegram.bots[0], li)
        await telegram.wait_for(lambda: not telegram.bots[0].updates.pending)
        row = await desk.conversation(f"{GROUP}:{topic}")
    assert row is not None
    assert row.closed_at is not None
