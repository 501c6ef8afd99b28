"""One table of scenarios, run through both official Python clients against the emulator."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import pytest
import telegram
from aiogram import Bot, exceptions, types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram import error

from tests.emulators.telegram.server import TelegramEmulator

LI, GROUP, SUPERGROUP = 5001, -4001, -1004001


class Client(Protocol):
    """What differs between the two; `bot` has the same methods and arguments in both.

    `errors` by reaction: flood, server, network, garbled, conflict, token, forbidden, refused,
    migrated, timeout.
    """

    bot: Any
    errors: Mapping[str, type[Exception]]

    def file(self, name: str, content: bytes) -> Any: ...

    def buttons(self, *labels: str) -> Any: ...

    def impatient(self, seconds: float) -> dict[str, Any]: ...

    def moved_to(self, raised: Exception) -> int: ...

    async def download(self, file_id: str) -> bytes: ...


class Aiogram:
    def __init__(self, url: str, token: str) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(url))
        self.bot = Bot(token, session=session)
        self.errors: Mapping[str, type[Exception]] = {
            "flood": exceptions.TelegramRetryAfter,
            "server": exceptions.TelegramServerError,
            "network": exceptions.TelegramNetworkError,
            "garbled": exceptions.ClientDecodeError,
            "page": exceptions.ClientDecodeError,
            "timeout": exceptions.TelegramNetworkError,
            "conflict": exceptions.TelegramConflictError,
            "token": exceptions.TelegramUnauthorizedError,
            "forbidden": exceptions.TelegramForbiddenError,
            "refused": exceptions.TelegramBadRequest,
            "migrated": exceptions.TelegramMigrateToChat,
        }

    def file(self, name: str, content: bytes) -> Any:
        return types.BufferedInputFile(content, name)

    def buttons(self, *labels: str) -> Any:
        row = [types.InlineKeyboardButton(text=each, callback_data=f"do:{each}") for each in labels]
        return types.InlineKeyboardMarkup(inline_keyboard=[row])

    def impatient(self, seconds: float) -> dict[str, Any]:
        return {"request_timeout": seconds}

    def moved_to(self, raised: Exception) -> int:
        assert isinstance(raised, exceptions.TelegramMigrateToChat)
        return raised.migrate_to_chat_id

    async def download(self, file_id: str) -> bytes:
        found = await self.bot.download(file_id)
        assert found is not None
        return found.read()


class PythonTelegramBot:
    def __init__(self, url: str, token: str) -> None:
        self.bot = telegram.Bot(token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot")
        self.errors: Mapping[str, type[Exception]] = {
            "flood": error.RetryAfter,
            "server": error.NetworkError,
            "network": error.NetworkError,
            "garbled": error.TelegramError,
            "page": error.NetworkError,
            "timeout": error.TimedOut,
            "conflict": error.Conflict,
            "token": error.InvalidToken,
            "forbidden": error.Forbidden,
            "refused": error.BadRequest,
            "migrated": error.ChatMigrated,
        }

    def file(self, name: str, content: bytes) -> Any:
        return telegram.InputFile(content, filename=name)

    def buttons(self, *labels: str) -> Any:
        row = [telegram.InlineKeyboardButton(each, callback_data=f"do:{each}") for each in labels]
        return telegram.InlineKeyboardMarkup([row])

    def impatient(self, seconds: float) -> dict[str, Any]:
        return {"read_timeout": seconds}

    def moved_to(self, raised: Exception) -> int:
        assert isinstance(raised, error.ChatMigrated)
        return raised.new_chat_id

    async def download(self, file_id: str) -> bytes:
        found = await self.bot.get_file(file_id)
        return bytes(await found.download_as_bytearray())


@asynccontextmanager
async def open_client(name: str, emulator: TelegramEmulator) -> AsyncIterator[Client]:
    if name == "aiogram":
        one = Aiogram(emulator.url, emulator.token)
        async with one.bot.context():
            yield one
    else:
        other = PythonTelegramBot(emulator.url, emulator.token)
        async with other.bot:
            yield other


@pytest.fixture
async def emulator() -> AsyncIterator[TelegramEmulator]:
    """Its clock stands, so that nothing depends on how fast this machine is."""
    async with TelegramEmulator(scale=0) as emulator:
        emulator.user(LI, "李雷", language="zh-hans").says("/start promo7")
        yield emulator


@pytest.fixture(params=["aiogram", "python-telegram-bot"])
async def client(
    request: pytest.FixtureRequest, emulator: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    # Without it python-telegram-bot warns of a coming change whenever it is told to wait.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    async with open_client(request.param, emulator) as client:
        yield client


async def knows_who_it_is(emulator: TelegramEmulator, client: Client) -> None:
    me = await client.bot.get_me()
    assert (me.id, me.username, me.is_bot) == (7000000001, "huoke_1_bot", True)


async def gets_what_a_user_writes(emulator: TelegramEmulator, client: Client) -> None:
    [update] = await client.bot.get_updates(timeout=0)
    said = update.message
    assert (said.text, said.chat.id, said.from_user.language_code) == (
        "/start promo7", LI, "zh-hans"
    )  # fmt: skip
    assert [(each.type, each.offset, each.length) for each in said.entities] == [
        ("bot_command", 0, 6)
    ]
    assert list(await client.bot.get_updates(offset=update.update_id + 1, timeout=0)) == []


async def sends_text_with_buttons(emulator: TelegramEmulator, client: Client) -> None:
    sent = await client.bot.send_message(
        LI, "<b>批准</b> P-5？😀", parse_mode="HTML", reply_markup=client.buttons("好", "不")
    )
    [shown] = emulator.answers(LI)
    assert (sent.message_id, sent.text) == (shown["message_id"], "批准 P-5？😀")
    assert [(each.type, each.offset, each.length) for each in sent.entities] == [("bold", 0, 2)]
    assert [each.text for each in sent.reply_markup.inline_keyboard[0]] == ["好", "不"]
    [entry] = emulator.ledger.effects("sendMessage", chat=LI)
    assert (entry["message_id"], entry["outcome"]) == (sent.message_id, "ok")


async def says_what_was_wrong(emulator: TelegramEmulator, client: Client) -> None:
    refused = client.errors["refused"]
    for text, options, reason in (
        ("hi.", {"parse_mode": "MarkdownV2"}, "is reserved and must be escaped"),
        ("<b>hi", {"parse_mode": "HTML"}, 'end tag corresponding to start tag "b"'),
        ("hi", {"parse_mode": "Word"}, "unsupported parse_mode"),
        ("x" * 4097, {}, "essage is too long"),
        ("x" * 32769, {}, "ext is too long"),
        ("hi", {"reply_markup": client.buttons("x" * 62)}, "utton_data_invalid"),
        ("hi", {"message_thread_id": 99}, "essage thread not found"),
        ("hi", {"reply_to_message_id": 99}, "essage to be replied not found"),
    ):
        with pytest.raises(refused) as raised:
            await client.bot.send_message(LI, text, **options)
        assert reason.lower() in str(raised.value).lower()
    with pytest.raises(refused, match=r"(?i)chat not found"):
        await client.bot.send_message(99, "hi")
    assert emulator.answers(LI) == []


async def edits_and_deletes(emulator: TelegramEmulator, client: Client) -> None:
    refused, sent = client.errors["refused"], await client.bot.send_message(LI, "一")
    where = {"chat_id": LI, "message_id": sent.message_id}
    changed = await client.bot.edit_message_text(text="二", **where)
    assert (changed.message_id, changed.text) == (sent.message_id, "二")
    with pytest.raises(refused, match=r"(?i)message is not modified"):
        await client.bot.edit_message_text(text="二", **where)
    with pytest.raises(refused, match=r"(?i)message to edit not found"):
        await client.bot.edit_message_text(text="二", chat_id=LI, message_id=999)
    assert await client.bot.delete_message(**where) is True
    with pytest.raises(refused, match=r"(?i)message to delete not found"):
        await client.bot.delete_message(**where)
    assert emulator.answers(LI) == []


async def hears_of_a_pressed_button(emulator: TelegramEmulator, client: Client) -> None:
    await client.bot.send_message(LI, "?", reply_markup=client.buttons("好"))
    [start] = await client.bot.get_updates(timeout=0)
    emulator.user(LI).presses("好")
    [update] = await client.bot.get_updates(offset=start.update_id + 1, timeout=0)
    query = update.callback_query
    assert (query.data, query.message.text, query.from_user.id) == ("do:好", "?", LI)
    assert await client.bot.answer_callback_query(query.id, text="好的") is True
    emulator.clock.advance(150)
    with pytest.raises(client.errors["refused"], match=r"(?i)query is too old"):
        await client.bot.answer_callback_query(query.id)


async def exchanges_files(emulator: TelegramEmulator, client: Client) -> None:
    li, content = emulator.user(LI), b"name,phone\n" * 3
    given = li.sends_document("线索.csv", content, mime="text/csv", caption="导入")
    assert await client.download(given["document"]["file_id"]) == content
    sent = await client.bot.send_document(LI, client.file("日报.pdf", b"%PDF"), caption="日报")
    assert (sent.document.file_name, sent.document.file_size, sent.caption) == (
        "日报.pdf",
        4,
        "日报",
    )
    again = await client.bot.send_document(LI, sent.document.file_id)
    assert again.document.file_id == sent.document.file_id
    heavy = li.sends_document("big.zip", b"x", size=20 * 1024 * 1024 + 1)
    with pytest.raises(client.errors["refused"], match=r"(?i)file is too big"):
        await client.download(heavy["document"]["file_id"])


async def streams_a_draft(emulator: TelegramEmulator, client: Client) -> None:
    assert await client.bot.send_message_draft(LI, 7, text="正在") is True
    assert await client.bot.send_message_draft(LI, 7, text="正在想") is True
    assert [draft.text for draft in emulator.drafts(LI).values()] == ["正在想"]
    emulator.clock.advance(30)
    assert emulator.drafts(LI) == {}
    await client.bot.send_message_draft(LI, 8, text="写好")
    await client.bot.send_message(LI, "写好了")
    assert emulator.drafts(LI) == {}
    emulator.group(GROUP, by=emulator.user(LI))
    with pytest.raises(client.errors["refused"], match=r"(?i)TEXTDRAFT_PEER_INVALID"):
        await client.bot.send_message_draft(GROUP, 7, text="正在")


async def keeps_menus_apart(emulator: TelegramEmulator, client: Client) -> None:
    command = types.BotCommand(command="leads", description="线索")
    if client.bot.__class__ is telegram.Bot:
        command = telegram.BotCommand("leads", "线索")  # type: ignore[assignment]
    await client.bot.set_my_commands([command], language_code="zh")
    [stored] = await client.bot.get_my_commands(language_code="zh")
    assert (stored.command, stored.description) == ("leads", "线索")
    assert list(await client.bot.get_my_commands()) == []
    await client.bot.delete_my_commands(language_code="zh")
    assert list(await client.bot.get_my_commands(language_code="zh")) == []


async def follows_a_group(emulator: TelegramEmulator, client: Client) -> None:
    li = emulator.user(LI)
    group = emulator.group(GROUP, "销售群", by=li)
    updates = await client.bot.get_updates(timeout=0)
    assert updates[1].my_chat_member.new_chat_member.status == "member"
    assert updates[2].message.new_chat_members[0].id == emulator.bots[0].id
    await client.bot.send_message(GROUP, "大家好")
    group.upgrade(SUPERGROUP)
    with pytest.raises(client.errors["migrated"]) as raised:
        await client.bot.send_message(GROUP, "还在吗")
    assert client.moved_to(raised.value) == SUPERGROUP
    last = await client.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    assert (last[0].message.migrate_to_chat_id, last[1].message.migrate_from_chat_id) == (
        SUPERGROUP, GROUP
    )  # fmt: skip
    assert (await client.bot.send_message(SUPERGROUP, "在")).chat.type == "supergroup"


async def writes_into_topics(emulator: TelegramEmulator, client: Client) -> None:
    group = emulator.group(SUPERGROUP, by=emulator.user(LI), forum=True)
    thread = group.topic("投放")
    sent = await client.bot.send_message(SUPERGROUP, "好", message_thread_id=thread)
    assert (sent.message_thread_id, sent.is_topic_message) == (thread, True)


async def hears_that_it_was_blocked(emulator: TelegramEmulator, client: Client) -> None:
    li = emulator.user(LI)
    li.blocks()
    with pytest.raises(client.errors["forbidden"], match="bot was blocked by the user"):
        await client.bot.send_message(LI, "喂")
    update = (await client.bot.get_updates(timeout=0))[-1]
    assert update.my_chat_member.new_chat_member.status == "kicked"
    li.unblocks()
    assert (await client.bot.send_message(LI, "喂")).text == "喂"


async def is_held_when_it_floods(emulator: TelegramEmulator, client: Client) -> None:
    emulator.user(5002).says("/start")
    for number in range(5):
        await client.bot.send_message(LI, f"第 {number} 条")
    with pytest.raises(client.errors["flood"], match=r"(?i)flood control"):
        await client.bot.send_message(LI, "太快")
    assert (await client.bot.send_message(5002, "别的聊天")).chat.id == 5002
    emulator.clock.advance(1)
    assert (await client.bot.send_message(LI, "可以了")).text == "可以了"


async def reads_its_webhook(emulator: TelegramEmulator, client: Client) -> None:
    assert await client.bot.set_webhook("http://127.0.0.1:9/tg", secret_token="s-1") is True
    info = await client.bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (
        "http://127.0.0.1:9/tg", 1, 40
    )  # fmt: skip
    with pytest.raises(client.errors["conflict"], match="webhook is active"):
        await client.bot.get_updates(timeout=0)
    assert await client.bot.delete_webhook(drop_pending_updates=True) is True
    assert (await client.bot.get_webhook_info()).pending_update_count == 0


Scenario = Callable[[TelegramEmulator, Client], Awaitable[None]]

SCENARIOS: list[Scenario] = [
    knows_who_it_is,
    gets_what_a_user_writes,
    sends_text_with_buttons,
    says_what_was_wrong,
    edits_and_deletes,
    hears_of_a_pressed_button,
    exchanges_files,
    streams_a_draft,
    keeps_menus_apart,
    follows_a_group,
    writes_into_topics,
    hears_that_it_was_blocked,
    is_held_when_it_floods,
    reads_its_webhook,
]

# kind, value, the reaction that it asks for, and whether the message is in the chat all the same
FAULTS = [
    ("flood", 7, "flood", False),
    ("restart", 0, "server", False),
    ("bad_gateway", 0, "page", False),
    ("reset_before", 0, "network", False),
    ("conflict", 0, "conflict", False),
    ("revoked", 0, "token", False),
    ("blocked", 0, "forbidden", False),
    ("chat_not_found", 0, "refused", False),
    ("migrated", SUPERGROUP, "migrated", False),
    ("reset_after", 0, "network", True),
    ("slow", 60, "timeout", True),
    ("malformed", 0, "garbled", True),
    ("cut", 0, "network", True),
    ("lost", 0, "page", True),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
async def test_a_bot(emulator: TelegramEmulator, client: Client, scenario: Scenario) -> None:
    await scenario(emulator, client)


@pytest.mark.parametrize(("kind", "value", "reaction", "done"), FAULTS, ids=lambda part: str(part))
async def test_a_fault_reaches_the_client_as_its_own_error(
    emulator: TelegramEmulator, client: Client, kind: str, value: int, reaction: str, done: bool
) -> None:
    fault = emulator.fault(kind, method="sendMessage", chat=LI, value=value)
    patience = client.impatient(0.3) if kind == "slow" else {}
    with pytest.raises(client.errors[reaction]):
        await client.bot.send_message(LI, "在吗", **patience)
    assert fault.hits == 1
    assert [shown["text"] for shown in emulator.answers(LI)] == (["在吗"] if done else [])
    outcomes = [entry["outcome"] for entry in emulator.ledger.effects("sendMessage")]
    assert outcomes == ([f"unseen: {kind}"] if done else [])
    assert (await client.bot.send_message(LI, "再试")).text == "再试"
