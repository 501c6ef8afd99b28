"""Long polling: Telegram forgets an update when it is on disk, and not before."""

import asyncio
import json
from typing import Any

import pytest

from bot.messages import Event, InboundMessage
from config.errors import ConfigurationError, TransientError
from tests.builders.telegram import ASKED_FOR, a_telegram, events, receiving
from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.errors import WEBHOOK_ACTIVE
from tests.emulators.telegram.methods import METHODS
from tests.emulators.telegram.server import TelegramEmulator
from tests.emulators.telegram.updates import Update

LI = 5001


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.polling._FIRST_RETRY", 0.01)
    monkeypatch.setattr("bot.channels.telegram.channel._FIRST_RETRY", 0.01)


def texts(found: Any) -> list[str]:
    return [event.text for event in found if isinstance(event, InboundMessage)]


def bot(telegram: TelegramEmulator) -> Account:
    return telegram.bots[0]


async def test_what_waited_comes_in_order(telegram: TelegramEmulator) -> None:
    for number in range(120):
        telegram.user(LI).says(str(number))
    assert texts(await events(telegram, 120)) == [str(number) for number in range(120)]


async def test_an_update_is_confirmed_after_it_was_kept(telegram: TelegramEmulator) -> None:
    kept: list[Event] = []
    confirmed_too_early: list[int] = []

    async def keep(event: Event) -> None:
        await asyncio.sleep(0)
        assert isinstance(event, InboundMessage)
        if int(event.external_id) not in bot(telegram).updates.pending:
            confirmed_too_early.append(int(event.external_id))
        kept.append(event)

    for number in range(5):
        telegram.user(LI).says(str(number))
    async with receiving(a_telegram(telegram), keep):
        await telegram.wait_for(lambda: not bot(telegram).updates.pending)
    assert texts(kept) == ["0", "1", "2", "3", "4"]
    assert confirmed_too_early == []


async def test_what_could_not_be_kept_comes_again_and_what_was_kept_does_not(
    telegram: TelegramEmulator,
) -> None:
    seen: list[str] = []

    async def keep(event: Event) -> None:
        assert isinstance(event, InboundMessage)
        seen.append(event.text)
        if event.text == "two" and seen.count("two") < 3:
            raise TransientError("the database is away")

    for text in ("one", "two", "three"):
        telegram.user(LI).says(text)
    async with receiving(a_telegram(telegram), keep):
        await telegram.wait_for(lambda: not bot(telegram).updates.pending)
    assert seen == ["one", "two", "two", "two", "three"]


@pytest.mark.parametrize(
    "fault", ["flood", "restart", "bad_gateway", "reset_before", "reset_after", "malformed", "cut",
              "lost", "conflict", "revoked"],
)  # fmt: skip
async def test_whatever_happens_to_a_poll_the_next_one_brings_it(
    telegram: TelegramEmulator, fault: str
) -> None:
    met = telegram.fault(fault, method="getUpdates", count=2, value=1)
    telegram.user(LI).says("hi")
    assert texts(await events(telegram, 1)) == ["hi"]
    assert met.hits == 2


async def test_after_429_telegram_is_left_alone_for_as_long_as_it_says(
    telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr("bot.channels.telegram.polling.asyncio.sleep", note)
    telegram.fault("flood", method="getUpdates", value=37)
    telegram.user(LI).says("hi")
    assert texts(await events(telegram, 1)) == ["hi"]
    assert 37 in waited


async def test_a_webhook_of_earlier_days_is_taken_away_first(telegram: TelegramEmulator) -> None:
    bot(telegram).webhook.url = "https://elsewhere.example"
    telegram.user(LI).says("hi")
    assert texts(await events(telegram, 1)) == ["hi"]
    assert not any(WEBHOOK_ACTIVE in each["description"] for each in telegram.refusals)


async def test_only_what_we_read_is_asked_for(telegram: TelegramEmulator) -> None:
    telegram.user(LI).says("hi")
    await events(telegram, 1)
    assert bot(telegram).updates.allowed == ASKED_FOR


def raw(telegram: TelegramEmulator, kind: str, content: Any) -> Update:
    telegram.bots[0].updates.allowed = None
    update = telegram.bots[0].updates.add(kind, {}, LI)
    assert update
    update.body = json.dumps({"update_id": update.id, kind: content}).encode()
    return update


UNREADABLE: list[Any] = [
    {"message_id": "no number", "chat": {"id": LI, "type": "private"}, "date": 1},
    {"message_id": 1, "chat": {"id": LI, "type": "a new type"}, "date": 1, "text": "x"},
    {"message_id": 1, "date": 1, "text": "without a chat"},
    {"message_id": 1, "chat": {"id": LI, "type": "private"}, "date": 10**30, "text": "x"},
    [],
    None,
    "text",
]
UNKNOWN = [
    ("a_new_kind_of_update", {"id": 1}),
    ("poll_answer", {"poll_id": "1", "option_ids": [], "option_persistent_ids": []}),
    ("channel_post", {"message_id": 1, "chat": {"id": -1, "type": "channel"}, "date": 1,
                      "text": "news"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "content"), [*(("message", each) for each in UNREADABLE), *UNKNOWN]
)
async def test_what_cannot_be_read_hides_nothing_else(
    telegram: TelegramEmulator, kind: str, content: Any
) -> None:
    telegram.user(LI).says("before")
    raw(telegram, kind, content)
    telegram.user(LI).says("after")
    assert texts(await events(telegram, 2)) == ["before", "after"]


async def test_nothing_but_the_unreadable_is_not_asked_for_again(
    telegram: TelegramEmulator,
) -> None:
    update = raw(telegram, "message", UNREADABLE[0])

    async def keep(event: Event) -> None:
        raise AssertionError(event)

    async with receiving(a_telegram(telegram), keep):
        await telegram.wait_for(lambda: update.state == "confirmed")
    assert update.attempts == 1


async def test_two_pollers_both_live_and_nothing_is_lost(telegram: TelegramEmulator) -> None:
    """As while a new version starts before the old one has ended."""
    seen: asyncio.Queue[Event] = asyncio.Queue()
    async with (
        asyncio.timeout(60),
        receiving(a_telegram(telegram), seen.put),
        receiving(a_telegram(telegram), seen.put),
    ):
        for number in range(5):
            telegram.user(LI).says(str(number))
        found: set[str] = set()
        while len(found) < 5:
            event = await seen.get()
            assert isinstance(event, InboundMessage)
            found.add(event.text)
    assert found == {"0", "1", "2", "3", "4"}


@pytest.mark.parametrize("fault", ["bad_gateway", "flood", "reset_before", "malformed"])
async def test_the_start_waits_for_telegram(telegram: TelegramEmulator, fault: str) -> None:
    telegram.fault(fault, method="getMe", value=1)
    telegram.fault(fault, method="deleteWebhook", value=1)
    telegram.user(LI).says("hi")
    assert texts(await events(telegram, 1)) == ["hi"]


async def test_a_token_that_nobody_has_stops_the_start_and_says_so(
    telegram: TelegramEmulator,
) -> None:
    channel = a_telegram(telegram)
    telegram.world.accounts.clear()

    async def keep(event: Event) -> None:
        raise AssertionError(event)

    async with channel:
        with pytest.raises(ConfigurationError, match="TELEGRAM__TOKEN"):
            await channel.run(keep)


@pytest.fixture
def methods(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked for while the duty is held."""
    asked: list[str] = []
    real = METHODS["getupdates"]

    def handler(call: Any) -> Any:
        asked.append(call.method)
        return real(call)

    monkeypatch.setitem(METHODS, "getupdates", handler)
    return asked


async def test_who_has_not_the_duty_does_not_poll(
    telegram: TelegramEmulator, methods: list[str]
) -> None:
    names: list[str] = []

    async def never(name: str, work: Any) -> None:
        names.append(name)
        await asyncio.Event().wait()

    async def keep(event: Event) -> None:
        raise AssertionError(event)

    telegram.user(LI).says("hi")
    async with receiving(a_telegram(telegram, duty=never), keep):
        while not names:
            await asyncio.sleep(0.01)
    assert names == [f"poll:{bot(telegram).id}"]
    assert methods == []
