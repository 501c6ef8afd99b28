"""How a group is divided into conversations, in topics and over an upgrade, at Telegram."""

import pytest
from sqlalchemy import select, update

from config.i18n import Language, say
from config.roles import Role
from storage.database import Database
from storage.tables.group import GroupChat, Scope
from storage.tables.organisation import Organisation
from storage.tables.work import Conversation, InboxMessage
from tests.builders.organisation import a_person
from tests.builders.telegram import a_desk
from tests.emulators.telegram.server import TelegramEmulator
from tools.people.service import bind

LI, WANG, GROUP, SMALL = 5001, 5002, -1004001, -77
ZH = Language.zh_cn


async def conversations(database: Database) -> list[int]:
    """Of every message, in the order in which they came."""
    async with database.reading() as session:
        query = select(InboxMessage.conversation_id).order_by(InboxMessage.id)
        return list(await session.scalars(query))


@pytest.mark.parametrize(("scope", "different"), [("group", 1), ("topic", 3), ("member", 2)])
async def test_answers_come_in_the_topic_however_the_group_is_divided(
    telegram: TelegramEmulator, database: Database, scope: str, different: int
) -> None:
    group = telegram.group(GROUP, "销售", by=telegram.user(LI, "李雷"))
    one, two = group.topic("广告"), group.topic("线索")
    telegram.user(WANG, "王伟")
    async with a_desk(telegram, database) as desk:
        async with database.unit_of_work() as session:
            organisation = await session.get_one(Organisation, desk.service.organisation_id)
            manager = await a_person(session, organisation, role=Role.manager)
            await bind(session, manager, desk.clock, channel="telegram", external_id=str(LI))
        telegram.user(LI).says(f"/scope@huoke_1_bot {scope}", chat=GROUP, thread=one)
        await telegram.wait_for(lambda: len(telegram.answers(GROUP)) == 1)
        said = {
            "a": (LI, one), "b": (LI, two), "c": (LI, None), "d": (WANG, two),
        }  # fmt: skip
        for text, (who, topic) in said.items():
            telegram.user(who).says(f"@huoke_1_bot {text}", chat=GROUP, thread=topic)
        await telegram.wait_for(lambda: len(telegram.answers(GROUP)) == 1 + len(said))
        scope_set, *answers = telegram.answers(GROUP)
        assert scope_set["text"] == say(
            ZH, "commands.scope_changed", scope=say(ZH, f"commands.scopes.{scope}")
        )
        assert scope_set["message_thread_id"] == one
        assert {each["text"]: each.get("message_thread_id") for each in answers} == {
            f"echo: {text}": topic for text, (_, topic) in said.items()
        }
        _, *found = await conversations(database)
        assert len(set(found)) == different


async def test_an_upgraded_group_is_divided_as_before(
    telegram: TelegramEmulator, database: Database
) -> None:
    group = telegram.group(SMALL, "销售", by=telegram.user(LI, "李雷"))
    async with a_desk(telegram, database):
        telegram.user(LI).says("@huoke_1_bot a", chat=SMALL)
        await telegram.wait_for(lambda: len(telegram.answers(SMALL)) == 1)
        async with database.unit_of_work() as session:
            await session.execute(update(GroupChat).values(scope=Scope.member))
        group.upgrade(GROUP)
        telegram.user(LI).says("@huoke_1_bot b", chat=GROUP)
        await telegram.wait_for(
            lambda: "echo: b" in [each["text"] for each in telegram.answers(GROUP)]
        )
    async with database.reading() as session:
        (known,) = await session.scalars(select(GroupChat))
        assert (known.chat, known.scope) == (str(GROUP), Scope.member)
        (last,) = await session.scalars(select(Conversation).where(Conversation.member != ""))
        assert (last.chat, last.member) == (str(GROUP), str(LI))
