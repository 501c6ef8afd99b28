"""What Telegram does to a message on its way, and what becomes of it: the real outbox says."""

from datetime import timedelta

import pytest

from bot.messages import OutboundMessage
from config.i18n import Language, say
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.telegram import a_desk, an_address
from tests.emulators.telegram.faults import Fault, Kind
from tests.emulators.telegram.server import TelegramEmulator

LI, HAN = 5001, 5002
SENT, FAILED, UNKNOWN = OutboxStatus.sent, OutboxStatus.failed, OutboxStatus.unknown


def noted(text: str) -> str:
    """With the words that say that it may be a repetition."""
    return say(Language.en, "bot.maybe_repeated", text=text)


def to_li(telegram: TelegramEmulator, text: str) -> OutboundMessage:
    return OutboundMessage(address=an_address(telegram, LI), text=text)


@pytest.fixture
def telegram(telegram: TelegramEmulator) -> TelegramEmulator:
    """Two people have written before the bot looks."""
    for person in (LI, HAN):
        telegram.world.dialog(telegram.bots[0], telegram.user(person).user)
    return telegram


class Second(Fault):
    """Met by the second message alone."""

    seen = 0

    def fits(self, bot: int, method: str, chat: int | None) -> bool:
        if method != "sendMessage":
            return False
        self.seen += 1
        return self.seen == 2


async def test_429_holds_one_chat_and_no_other(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("flood", method="sendMessage", chat=LI, value=30)
    async with a_desk(telegram, database) as desk:
        await desk.queue(LI, "first", "second")
        await desk.waits(LI)
        await desk.queue(HAN, "third")
        assert await desk.ended(HAN) == [SENT]
        assert telegram.answers(LI) == []
        desk.wake(timedelta(seconds=29))
        await desk.queue(HAN, "fourth")
        assert await desk.ended(HAN) == [SENT, SENT]
        assert telegram.answers(LI) == []
        desk.wake(timedelta(seconds=2))
        assert await desk.ended(LI) == [SENT, SENT]
    assert [each["text"] for each in telegram.answers(LI)] == ["first", "second"]
    assert len(telegram.refusals) == 1


@pytest.mark.parametrize(
    ("kind", "arrived"),
    [
        ("restart", ["again"]),
        ("bad_gateway", ["again"]),
        ("reset_before", ["again"]),
        ("reset_after", ["first", "again"]),
        ("malformed", ["first", "again"]),
        ("cut", ["first", "again"]),
        ("lost", ["first", "again"]),
    ],
)
async def test_what_may_have_arrived_is_sent_once_more_and_says_so(
    telegram: TelegramEmulator, database: Database, kind: str, arrived: list[str]
) -> None:
    telegram.fault(kind, method="sendMessage", chat=LI)
    async with a_desk(telegram, database) as desk:
        await desk.queue(LI, "please come here", "what came after it")
        assert await desk.ended(LI) == [SENT, SENT]
        async with database.reading() as session:
            assert await desk.service.outbox.doubts(session) == 1
    texts = {"first": "please come here", "again": noted("please come here")}
    assert [each["text"] for each in telegram.answers(LI)] == [
        *(texts[each] for each in arrived), "what came after it",
    ]  # fmt: skip


async def test_after_a_second_doubt_nobody_knows(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("reset_after", method="sendMessage", chat=LI, count=2)
    async with a_desk(telegram, database) as desk:
        await desk.queue(LI, "please come here", "what came after it")
        assert await desk.ended(LI) == [UNKNOWN, SENT]
    assert [each["text"] for each in telegram.answers(LI)] == [
        "please come here", noted("please come here"), "what came after it",
    ]  # fmt: skip


async def test_what_nobody_waits_for_is_not_sent_again(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("lost", method="sendMessage", chat=LI)
    async with a_desk(telegram, database) as desk:
        await desk.queue(LI, "the daily report", resend=False)
        assert await desk.ended(LI) == [UNKNOWN]
    assert [each["text"] for each in telegram.answers(LI)] == ["the daily report"]


async def test_the_note_moves_no_formatting(telegram: TelegramEmulator, database: Database) -> None:
    telegram.fault("reset_before", method="sendMessage", chat=LI)
    async with a_desk(telegram, database) as desk:
        await desk.queue(LI, "spent **300** today, all of it", markdown=True)
        assert await desk.ended(LI) == [SENT]
    (answer,) = telegram.answers(LI)
    (bold,) = [each for each in answer["entities"] if each["type"] == "bold"]
    units = answer["text"].encode("utf-16-le")
    marked = units[2 * bold["offset"] : 2 * (bold["offset"] + bold["length"])]
    assert marked.decode("utf-16-le") == "300"


async def test_only_the_part_in_doubt_is_sent_again(
    telegram: TelegramEmulator, database: Database
) -> None:
    text = "\n\n".join(f"please call {letter} " * 200 for letter in "abc").strip()
    async with a_desk(telegram, database) as desk:
        parts = [each.text for each in desk.channel.parts(to_li(telegram, text))]
        telegram.faults.add(Second(kind=Kind.reset_after))
        await desk.queue(LI, text)
        assert await desk.ended(LI) == [SENT]
    shown = [each["text"] for each in telegram.answers(LI)]
    assert len(parts) == 3
    assert shown[0] == parts[0]
    assert shown[-1] == parts[2]
    assert [each for each in shown if parts[1] in each] == [parts[1], noted(parts[1])]


async def test_a_part_that_was_refused_for_a_while_goes_on_where_it_was(
    telegram: TelegramEmulator, database: Database
) -> None:
    text = "\n\n".join(f"please call {letter} " * 200 for letter in "abc").strip()
    async with a_desk(telegram, database) as desk:
        parts = [each.text for each in desk.channel.parts(to_li(telegram, text))]
        telegram.faults.add(Second(kind=Kind.flood))
        await desk.queue(LI, text)
        await desk.waits(LI)
        desk.wake(timedelta(seconds=2))
        assert await desk.ended(LI) == [SENT]
    assert [each["text"] for each in telegram.answers(LI)] == parts


async def test_a_revoked_token_loses_no_message(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("revoked", method="sendMessage")
    async with a_desk(telegram, database) as desk:
        await desk.queue(LI, "important")
        await desk.waits(LI)
        desk.wake(timedelta(minutes=1))
        assert await desk.ended(LI) == [SENT]
    assert [each["text"] for each in telegram.answers(LI)] == ["important"]


async def test_what_never_will_arrive_holds_up_nothing(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("chat_not_found", method="sendMessage", chat=LI)
    async with a_desk(telegram, database) as desk:
        await desk.queue(LI, "first", "second")
        assert await desk.ended(LI) == [FAILED, SENT]
