"""Chats come and go: groups get other ids, people block the bot and come back."""

import pytest

from bot.notices import OutboxNotifier
from config.i18n import Language
from config.notices import NoticeKind, NoticeSettings
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.service import until
from tests.builders.telegram import Desk, a_desk
from tests.emulators.telegram.server import TelegramEmulator
from tools.people.service import PeopleService

LI, HAN, GROUP, NEW = 5001, 5002, -4001, -1004001
SENT, FAILED = OutboxStatus.sent, OutboxStatus.failed


@pytest.fixture
def telegram(telegram: TelegramEmulator) -> TelegramEmulator:
    telegram.group(GROUP, "销售", by=telegram.user(LI))
    return telegram


async def moved(desk: Desk) -> None:
    async def gone() -> bool:
        return await desk.conversation(GROUP) is None

    await until(gone)


async def test_an_upgraded_group_is_the_same_conversation(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database) as desk:
        asked = telegram.user(LI).says("@huoke_1_bot hi", chat=GROUP)
        await telegram.answer(GROUP, after=asked)
        before = await desk.conversation(GROUP)
        telegram.group(GROUP).upgrade(NEW)
        await moved(desk)
        after = await desk.conversation(NEW)
        assert before
        assert after
        assert after.id == before.id
        await desk.queue(NEW, "to the new one")
        await telegram.answer(NEW)
    assert [each["text"] for each in telegram.answers(NEW)] == ["to the new one"]


async def test_what_was_under_way_when_it_moved_arrives_at_the_new_place(
    telegram: TelegramEmulator, database: Database
) -> None:
    """The bot learns of it by the answer to its own message."""
    telegram.group(GROUP).upgrade(NEW)
    telegram.bots[0].updates.clear()
    async with a_desk(telegram, database) as desk:
        await desk.queue(GROUP, "one", "two")
        assert await desk.ended(NEW) == [SENT, SENT]
        assert await desk.conversation(GROUP) is None
    assert [each["text"] for each in telegram.answers(NEW)] == ["one", "two"]
    assert len(telegram.refusals) == 1


async def test_when_both_are_known_the_old_one_joins_the_new_one(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database) as desk:
        asked = telegram.user(LI).says("@huoke_1_bot before", chat=GROUP)
        await telegram.answer(GROUP, after=asked)
        telegram.group(GROUP).upgrade(NEW)
        updates = telegram.bots[0].updates
        updates.clear()
        asked = telegram.user(LI).says("@huoke_1_bot after", chat=NEW)
        await telegram.answer(NEW, after=asked)
        await desk.queue(GROUP, "a notice")
        assert await desk.ended() == [SENT, SENT, SENT]
        assert [row.text for row in await desk.rows(NEW)] == [
            "echo: before", "echo: after", "a notice",
        ]  # fmt: skip
    assert [each["text"] for each in telegram.answers(NEW)] == ["echo: after", "a notice"]


async def test_who_blocks_the_bot_closes_the_chat_and_opens_it_by_writing(
    telegram: TelegramEmulator, database: Database
) -> None:
    li = telegram.user(LI)
    async with a_desk(telegram, database) as desk:
        await telegram.answer(LI, after=li.says("hi"))
        li.blocks()
        await until(lambda: is_closed(desk, LI))
        li.unblocks()
        await telegram.answer(LI, after=li.says("I am back"))
        assert not await is_closed(desk, LI)


async def is_closed(desk: Desk, chat: int) -> bool:
    found = await desk.conversation(chat)
    return found is not None and found.closed_at is not None


@pytest.mark.parametrize("fault", ["blocked", "chat_not_found"])
async def test_the_answer_of_a_send_closes_the_chat(
    telegram: TelegramEmulator, database: Database, fault: str
) -> None:
    telegram.user(LI).says("hi")
    telegram.fault(fault, method="sendMessage", chat=LI)
    async with a_desk(telegram, database) as desk:
        assert await desk.ended(LI) == [FAILED]
        assert await is_closed(desk, LI)


async def test_a_bot_that_was_thrown_out_of_a_group_says_nothing_there(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database) as desk:
        asked = telegram.user(LI).says("@huoke_1_bot hi", chat=GROUP)
        await telegram.answer(GROUP, after=asked)
        telegram.group(GROUP).removes(telegram.bots[0], telegram.user(LI))
        await until(lambda: is_closed(desk, GROUP))
        await desk.queue(GROUP, "anybody?")
        assert (await desk.ended(GROUP))[-1] is FAILED


async def test_notices_skip_a_chat_that_is_closed(
    telegram: TelegramEmulator, database: Database
) -> None:
    li, han = telegram.user(LI), telegram.user(HAN, "韩梅梅")
    async with a_desk(telegram, database) as desk:
        for person in (li, han):
            await telegram.answer(person.id, after=person.says("hi"))
        li.blocks()
        await until(lambda: is_closed(desk, LI))
        service = desk.service
        notifier = OutboxNotifier(
            service.organisation_id, service.outbox, Language.en, clock=desk.clock,
            settings=NoticeSettings(),
        )  # fmt: skip
        async with database.unit_of_work() as session:
            everyone = await PeopleService(session, desk.service.organisation_id).everyone()
            reached = {
                person.name: await notifier.to_person(
                    session, NoticeKind.report, "report", person.id, "report"
                )
                for person in everyone
            }
        desk.wake()
        assert reached == {"User 5001": False, "韩梅梅": True}
        await telegram.wait_for(lambda: len(telegram.answers(HAN)) == 2)
    assert len(telegram.answers(LI)) == 1


async def test_a_stranger_cannot_be_written_to(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.user(HAN)
    async with a_desk(telegram, database) as desk:
        await desk.queue(HAN, "hello?")
        assert await desk.ended(HAN) == [FAILED]
    assert "can't initiate" in telegram.refusals[-1]["description"]


async def test_a_deactivated_account_ends_its_chat(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.user(LI).says("hi")
    telegram.room(LI).deactivated = True
    async with a_desk(telegram, database) as desk:
        assert await desk.ended(LI) == [FAILED]
        assert await is_closed(desk, LI)
