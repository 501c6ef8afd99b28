"""Telegram lists the commands of a person's own role, in their language."""

import pytest
from sqlalchemy import select, update

from bot.commands.desk import COMMANDS
from bot.messages import Address
from config.errors import AppError, PermanentError
from config.i18n import Language, say
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Account, Person
from tests.builders.telegram import a_desk, a_telegram, an_address
from tests.emulators.telegram.accounts import Json
from tests.emulators.telegram.server import TelegramEmulator

LI, GROUP = 5001, -1004001
DEFAULT = ("default", 0, 0)


def names(role: Role) -> list[str]:
    return [each.name for each in COMMANDS if each.listed and role.includes(each.role)]


def menu(telegram: TelegramEmulator, chat: int | None = None, language: str = "") -> list[Json]:
    key = ("chat", chat, 0, language) if chat else (*DEFAULT, language)
    return telegram.bots[0].menus.get(key, [])


async def becomes(database: Database, role: Role) -> None:
    async with database.unit_of_work() as session:
        person = select(Account.person_id).where(Account.external_id == str(LI))
        await session.execute(
            update(Person).where(Person.id.in_(person)).values(role=role, detected=None)
        )


async def set_(telegram: TelegramEmulator, count: int) -> None:
    """Until so many menus were set or taken away for one chat."""

    def enough() -> bool:
        calls = [
            each
            for each in telegram.ledger.effects()
            if each["method"] in ("setMyCommands", "deleteMyCommands") and each["chat"]
        ]
        return len(calls) >= count

    await telegram.wait_for(enough)


async def test_strangers_see_what_customers_may_do_each_in_their_language(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database):
        await telegram.wait_for(lambda: menu(telegram, language="en"))
    for language, code in ((Language.zh_cn, ""), (Language.zh_cn, "zh"), (Language.en, "en")):
        shown = menu(telegram, language=code)
        assert [each["command"] for each in shown] == names(Role.customer)
        assert [each["description"] for each in shown] == [
            say(language, f"commands.about.{name}") for name in names(Role.customer)
        ]


async def test_a_persons_menu_follows_their_role_and_language(
    telegram: TelegramEmulator, database: Database
) -> None:
    li = telegram.user(LI, "李雷")
    async with a_desk(telegram, database):
        await telegram.answer(LI, after=li.says("hello there, everyone"))
        assert menu(telegram, LI) == []
        await becomes(database, Role.manager)
        await telegram.answer(LI, after=li.says("/help"))
        await set_(telegram, 1)
        assert [each["command"] for each in menu(telegram, LI)] == names(Role.manager)
        await telegram.answer(LI, after=li.says("/lang en"))
        await telegram.answer(LI, after=li.says("/help"))
        await set_(telegram, 2)
        english = say(Language.en, "commands.about.help")
        assert menu(telegram, LI)[0] == {"command": "help", "description": english}
        await becomes(database, Role.customer)
        await telegram.answer(LI, after=li.says("/help"))
        await set_(telegram, 3)
        assert menu(telegram, LI) == []


async def test_a_group_shows_no_ones_own_menu(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.group(GROUP, by=telegram.user(LI))
    async with a_desk(telegram, database):
        await telegram.answer(LI, after=telegram.user(LI).says("hi"))
        await becomes(database, Role.admin)
        asked = telegram.user(LI).says("/help@huoke_1_bot", chat=GROUP)
        await telegram.answer(GROUP, after=asked)
        await telegram.answer(LI, after=telegram.user(LI).says("/help"))
        await set_(telegram, 1)
    assert menu(telegram, GROUP) == []
    assert menu(telegram, LI) != []


@pytest.mark.parametrize("fault", ["flood", "bad_gateway", "reset_before", "revoked"])
async def test_a_menu_that_cannot_be_set_harms_no_answer(
    telegram: TelegramEmulator, database: Database, fault: str
) -> None:
    telegram.fault(fault, method="setMyCommands", count=None)
    async with a_desk(telegram, database):
        await telegram.answer(LI, after=telegram.user(LI).says("hi"))
        await becomes(database, Role.manager)
        await telegram.answer(LI, after=telegram.user(LI).says("/help"))


async def test_every_menu_of_ours_is_one_that_telegram_takes(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.user(LI).says("hi")
    async with a_telegram(telegram) as channel:
        for language in Language:
            listed = [(name, say(language, f"commands.about.{name}")) for name in names(Role.admin)]
            await channel.menu(an_address(telegram, LI), listed, None)
            assert [(each["command"], each["description"]) for each in menu(telegram, LI)] == listed


async def test_a_long_description_is_cut(telegram: TelegramEmulator) -> None:
    async with a_telegram(telegram) as channel:
        await channel.menu(None, [("help", "x" * 300)], "en")
    assert menu(telegram, language="en") == [{"command": "help", "description": "x" * 256}]


async def test_a_menu_for_nobody_is_refused_in_our_words(telegram: TelegramEmulator) -> None:
    nowhere = Address(channel="telegram", bot="1", chat="404")
    async with a_telegram(telegram) as channel:
        with pytest.raises(AppError) as caught:
            await channel.menu(nowhere, [("help", "x")], None)
    assert isinstance(caught.value, PermanentError)
