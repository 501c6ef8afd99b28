"""A message that is edited before anybody began to answer it counts as it says then."""

import asyncio

from agent.contract import Reply, Turn
from bot.messages import Corrected
from storage.database import Database
from tests.builders.telegram import a_desk, an_address, events
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent

LI, GROUP = 5001, -1004001


class Slow(FakeAgent):
    """Answers the first message when the test lets it."""

    def __init__(self) -> None:
        super().__init__(self.wait)
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def wait(self, turn: Turn) -> Reply:
        self.begun.set()
        await self.go_on.wait()
        return Reply(text=f"echo: {turn.text}")


async def test_a_correction_of_a_message_that_waits_counts(
    telegram: TelegramEmulator, database: Database
) -> None:
    agent, li = Slow(), telegram.user(LI)
    async with a_desk(telegram, database, agent) as desk:
        li.says("first")
        await agent.begun.wait()
        waiting = li.says("raise it by 20%")
        li.edits(waiting["message_id"], "raise it by 2%")
        await telegram.wait_for(lambda: not telegram.bots[0].updates.pending)
        agent.go_on.set()
        await desk.ended()
    assert [turn.text for turn in agent.turns] == ["first", "raise it by 2%"]


async def test_a_correction_of_what_is_being_answered_changes_nothing(
    telegram: TelegramEmulator, database: Database
) -> None:
    agent, li = Slow(), telegram.user(LI)
    async with a_desk(telegram, database, agent) as desk:
        said = li.says("first")
        await agent.begun.wait()
        li.edits(said["message_id"], "something else")
        await telegram.wait_for(lambda: not telegram.bots[0].updates.pending)
        agent.go_on.set()
        await desk.ended()
    assert [turn.text for turn in agent.turns] == ["first"]
    assert [each["text"] for each in telegram.answers(LI)] == ["echo: first"]


async def test_in_a_group_the_mention_is_no_part_of_the_new_words(
    telegram: TelegramEmulator,
) -> None:
    telegram.group(GROUP, by=telegram.user(LI))
    said = telegram.user(LI).says("@huoke_1_bot one", chat=GROUP)
    telegram.user(LI).edits(said["message_id"], "@huoke_1_bot two", chat=GROUP)
    _, corrected = await events(telegram, 2)
    number = f"{GROUP}:{said['message_id']}"
    assert corrected == Corrected(
        address=an_address(telegram, GROUP), message_id=number, text="two"
    )


async def test_a_customer_of_a_business_account_may_correct_too(telegram: TelegramEmulator) -> None:
    chat = telegram.business(telegram.user(5009)).chat(telegram.user(LI).user)
    said = chat.says("one")
    chat.edits(said["message_id"], "two")
    _, corrected = await events(telegram, 2)
    assert isinstance(corrected, Corrected)
    assert (corrected.text, corrected.address.chat) == ("two", f"b{chat.shop.id}:{LI}")
