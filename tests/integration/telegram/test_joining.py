"""/invite, /bind and links with a code: how colleagues get their place, and nobody else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from config.i18n import Language, say
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Account, Person
from storage.tables.work import Conversation
from tests.builders.telegram import Desk, a_desk
from tests.emulators.telegram.server import TelegramEmulator

LI, HAN, WANG, GROUP = 5001, 5002, 5003, -1004001
ZH = Language.zh_cn


class Office:
    """Li is its admin; everybody writes Chinese."""

    def __init__(self, telegram: TelegramEmulator, desk: Desk) -> None:
        self.telegram = telegram
        self.desk = desk

    async def open(self) -> None:
        await self.says(LI, "你好")
        async with self.desk.database.unit_of_work() as session:
            li = select(Account.person_id).where(Account.external_id == str(LI))
            await session.execute(update(Person).where(Person.id.in_(li)).values(role=Role.admin))

    async def says(self, who: int, text: str, chat: int | None = None) -> str:
        """What is answered."""
        asked = self.telegram.user(who, {LI: "李雷"}.get(who, "访客")).says(text, chat=chat)
        answer: str = (await self.telegram.answer(chat or who, after=asked))["text"]
        return answer

    async def invites(self, words: str) -> str:
        """The code."""
        found = re.search(r"^[A-Z2-9]{12}$", await self.says(LI, f"/invite {words}"), re.MULTILINE)
        assert found
        return found[0]

    async def who_is(self, account: int) -> tuple[str, Role]:
        async with self.desk.database.reading() as session:
            query = (
                select(Person.name, Person.role)
                .join(Account, Account.person_id == Person.id)
                .where(Account.external_id == str(account))
            )
            row = (await session.execute(query)).one()
            return row.name, row.role


def bound(name: str, role: Role) -> str:
    return say(ZH, "commands.bound", name=name, role=say(ZH, f"roles.{role}"))


INVALID = say(ZH, "people.invite_invalid")


async def test_a_colleague_joins_by_the_code(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database) as desk:
        office = Office(telegram, desk)
        await office.open()
        code = await office.invites("韩 梅梅 manager")
        assert await office.says(HAN, f"/bind {code}") == bound("韩 梅梅", Role.manager)
        assert await office.who_is(HAN) == ("韩 梅梅", Role.manager)
        assert "/approvals" in await office.says(HAN, "/help")


@pytest.mark.parametrize("words", ["小韩", "小韩 agent", "小韩 销售"])
async def test_who_is_not_said_to_be_more_is_an_agent(
    telegram: TelegramEmulator, database: Database, words: str
) -> None:
    words = words.replace("销售", say(ZH, "roles.agent"))
    async with a_desk(telegram, database) as desk:
        office = Office(telegram, desk)
        await office.open()
        code = await office.invites(words)
        assert await office.says(HAN, f"/start {code}") == bound("小韩", Role.agent)


async def test_a_code_binds_once_in_time_and_only_strangers(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database) as desk:
        office = Office(telegram, desk)
        await office.open()
        first, second = await office.invites("小韩"), await office.invites("小王")
        await office.says(HAN, f"/bind {first}")
        assert await office.says(WANG, f"/bind {first}") == INVALID
        taken = say(ZH, "people.account_taken", name="小韩")
        assert await office.says(HAN, f"/bind {second}") == taken
        desk.clock.advance(timedelta(days=7, seconds=1))
        assert await office.says(WANG, f"/bind {second}") == INVALID
        assert (await office.who_is(WANG))[1] is Role.customer


@pytest.mark.parametrize("code", ["WRONG", "AAAAAAAAAAAA", "请帮帮我"])
async def test_a_wrong_code_is_said_to_be_wrong(
    telegram: TelegramEmulator, database: Database, code: str
) -> None:
    async with a_desk(telegram, database) as desk:
        office = Office(telegram, desk)
        await office.open()
        assert await office.says(HAN, f"/bind {code}") == INVALID
        assert await office.says(HAN, f"/start {code}") == INVALID


async def test_nobody_but_an_admin_invites(telegram: TelegramEmulator, database: Database) -> None:
    async with a_desk(telegram, database) as desk:
        office = Office(telegram, desk)
        await office.open()
        refused = say(ZH, "commands.not_allowed", name="invite")
        await office.says(HAN, "你好")
        assert await office.says(HAN, "/invite 我自己 admin") == refused
        await office.says(HAN, f"/bind {await office.invites('小韩 manager')}")
        assert await office.says(HAN, "/invite 我自己 admin") == refused


async def test_a_person_may_be_invited_once_more(
    telegram: TelegramEmulator, database: Database
) -> None:
    """They have a new phone, and stay who they are."""
    async with a_desk(telegram, database) as desk:
        office = Office(telegram, desk)
        await office.open()
        await office.says(HAN, f"/bind {await office.invites('小韩 manager')}")
        await office.says(WANG, f"/bind {await office.invites('小韩')}")
        assert await office.who_is(WANG) == await office.who_is(HAN)


async def test_in_a_group_a_code_binds_who_says_it_and_not_the_group(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.group(GROUP, by=telegram.user(LI))
    async with a_desk(telegram, database) as desk:
        office = Office(telegram, desk)
        await office.open()
        code = await office.invites("小韩")
        assert await office.says(HAN, f"/bind@huoke_1_bot {code}", GROUP) == bound(
            "小韩", Role.agent
        )
        assert await office.who_is(HAN) == ("小韩", Role.agent)
        group = await desk.conversation(GROUP)
        assert isinstance(group, Conversation)
        assert group.person_id is None


async def test_a_stranger_is_greeted(telegram: TelegramEmulator, database: Database) -> None:
    async with a_desk(telegram, database) as desk:
        office = Office(telegram, desk)
        assert say(ZH, "agent.customer.greeting") in await office.says(HAN, "/start")
