"""The webhook: who does not know the secret is refused, and 200 means that it is on disk."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.base import WebhookAnswer, WebhookCall
from bot.channels.telegram.channel import TelegramChannel
from bot.findings import Finding
from bot.http.app import open_app
from bot.messages import Event, InboundMessage
from bot.metrics import Metrics
from config.errors import ConfigurationError, TransientError
from tests.builders.service import until
from tests.builders.telegram import ASKED_FOR, SECRET, a_telegram, receiving
from tests.emulators.serving import AsgiApp, served
from tests.emulators.telegram.server import TelegramEmulator

LI = 5001
URL = "http://127.0.0.1:9/telegram"
HEADERS = {"x-telegram-bot-api-secret-token": SECRET}


class Desk:
    """Keeps what it is handed, or fails as told."""

    def __init__(self) -> None:
        self.kept: list[Event] = []
        self.fails = False

    async def keep(self, event: Event) -> None:
        if self.fails:
            raise TransientError("the database is away")
        self.kept.append(event)

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.kept if isinstance(each, InboundMessage)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def channel(telegram: TelegramEmulator, desk: Desk) -> AsyncIterator[TelegramChannel]:
    """Its webhook is set, and nobody can reach it but the test."""
    channel = a_telegram(telegram, webhook_url=URL)
    async with receiving(channel, desk.keep):
        await webhook_set(telegram)
        yield channel


async def webhook_set(telegram: TelegramEmulator) -> None:
    async with asyncio.timeout(60):
        while not telegram.bots[0].webhook.url:
            await asyncio.sleep(0.01)


async def fine() -> list[Finding]:
    return []


def update(text: str = "hi", number: int = 7) -> dict[str, Any]:
    return {
        "update_id": number,
        "message": {
            "message_id": 1, "date": 1_700_000_000, "text": text,
            "chat": {"id": LI, "type": "private", "first_name": "Li"},
            "from": {"id": LI, "is_bot": False, "first_name": "Li"},
        },
    }  # fmt: skip


async def call(channel: TelegramChannel, body: Any, **headers: str) -> WebhookAnswer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await channel.webhook(WebhookCall(headers=headers or HEADERS, body=content))


async def test_telegram_is_told_where_and_what_and_with_which_secret(
    telegram: TelegramEmulator, channel: TelegramChannel
) -> None:
    bot = telegram.bots[0]
    assert (bot.webhook.url, bot.webhook.secret) == (URL, SECRET)
    assert bot.webhook.max_connections == 40
    assert bot.updates.allowed == ASKED_FOR


async def test_200_means_kept(channel: TelegramChannel, desk: Desk) -> None:
    assert (await call(channel, update())).status == 200
    assert desk.texts == ["hi"]


async def test_503_means_that_it_has_to_come_again(channel: TelegramChannel, desk: Desk) -> None:
    desk.fails = True
    assert (await call(channel, update())).status == 503
    desk.fails = False
    assert (await call(channel, update())).status == 200
    assert desk.texts == ["hi"]


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "火客"])
async def test_a_wrong_secret_is_refused_and_nothing_is_kept(
    channel: TelegramChannel, desk: Desk, secret: str
) -> None:
    headers = {"x-telegram-bot-api-secret-token": secret}
    assert (await call(channel, update(), **headers)).status == 401
    assert (await call(channel, b"no update", **headers)).status == 401
    assert desk.kept == []


async def test_no_secret_is_refused(channel: TelegramChannel, desk: Desk) -> None:
    answer = await channel.webhook(WebhookCall(body=json.dumps(update()).encode()))
    assert answer.status == 401
    assert desk.kept == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"null", b'"text"', b"{}", b'{"update_id":"7"}', b'{"update_id":-1}',
     b'{"update_id":true}', b'{"update_id":1e3}', b"\xff\xfe", b"[" * 100_000,
     b'{"update_id":9223372036854775808}', b'{"update_id":' + b"9" * 5_000 + b"}"],
)  # fmt: skip
async def test_what_is_no_update_is_400(channel: TelegramChannel, desk: Desk, body: bytes) -> None:
    assert (await call(channel, body)).status == 400
    assert desk.kept == []


@pytest.mark.parametrize(
    "body",
    [{"update_id": 7}, {"update_id": 7, "message": []}, {"update_id": 7, "message": {"text": 1}},
     {"update_id": 7, "a_new_kind": {}}],
)  # fmt: skip
async def test_what_cannot_be_read_is_not_asked_for_again(
    channel: TelegramChannel, desk: Desk, body: Any
) -> None:
    assert (await call(channel, body)).status == 200
    assert desk.kept == []


async def test_before_the_bot_is_ready_telegram_has_to_wait(telegram: TelegramEmulator) -> None:
    async with a_telegram(telegram, webhook_url=URL) as channel:
        assert (await call(channel, update())).status == 503


async def test_without_a_webhook_nobody_is_let_in(telegram: TelegramEmulator) -> None:
    async with a_telegram(telegram) as channel:
        headers = {"x-telegram-bot-api-secret-token": ""}
        assert (await call(channel, update(), **headers)).status == 401


@pytest.mark.parametrize("fault", ["flood", "bad_gateway", "reset_before"])
async def test_the_webhook_is_set_as_soon_as_it_can_be(
    telegram: TelegramEmulator, desk: Desk, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.channel._FIRST_RETRY", 0.01)
    telegram.fault(fault, method="setWebhook", value=1)
    async with receiving(a_telegram(telegram, webhook_url=URL), desk.keep):
        await webhook_set(telegram)


async def test_a_url_that_telegram_does_not_like_stops_the_start_and_says_so(desk: Desk) -> None:
    async with (
        TelegramEmulator(https_rules=True) as strict,
        a_telegram(strict, webhook_url=URL) as channel,
    ):
        with pytest.raises(ConfigurationError, match=r"TELEGRAM__WEBHOOK_URL.*HTTPS"):
            await channel.run(desk.keep)


@asynccontextmanager
async def reachable(telegram: TelegramEmulator, desk: Desk) -> AsyncIterator[str]:
    """A channel that Telegram itself calls; yields where."""
    apps: list[AsgiApp] = []

    async def later(scope: Any, receive: Any, send: Any) -> None:
        await apps[0](scope, receive, send)

    async with served(later) as url:
        channel = a_telegram(telegram, webhook_url=f"{url}/telegram")
        apps.append(
            open_app(
                webhooks={"telegram": channel}, ready=fine, stopping=asyncio.Event(),
                metrics=Metrics(), max_body_bytes=1_000_000,
            )
        )  # fmt: skip
        async with receiving(channel, desk.keep):
            await webhook_set(telegram)
            yield url


async def test_what_was_not_kept_comes_again_in_its_order(
    telegram: TelegramEmulator, desk: Desk
) -> None:
    desk.fails = True
    async with reachable(telegram, desk):
        for text in ("one", "two", "three"):
            telegram.user(LI).says(text)
        await telegram.wait_for(lambda: telegram.ledger.updates("failed"))
        desk.fails = False

        async def all_kept() -> bool:
            telegram.clock.advance(10)
            return len(desk.texts) == 3

        await until(all_kept)
    assert desk.texts == ["one", "two", "three"]


async def test_over_http_nobody_but_telegram_is_heard(
    telegram: TelegramEmulator, desk: Desk
) -> None:
    async with reachable(telegram, desk) as url, httpx.AsyncClient() as anybody:
        refused = await anybody.post(f"{url}/telegram", json=update("forged"))
        telegram.user(LI).says("real")
        await telegram.wait_for(lambda: desk.texts)
    assert refused.status_code == 401
    assert desk.texts == ["real"]


_NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_PATHS = (
    ("message",), ("message", "text"), ("message", "chat"), ("message", "chat", "id"),
    ("message", "chat", "type"), ("message", "from"), ("message", "from", "id"),
    ("message", "date"), ("message", "entities"), ("message", "document"), ("message", "photo"),
    ("message", "caption"), ("message", "message_thread_id"), ("message", "reply_to_message"),
    ("callback_query",), ("my_chat_member",), ("update_id",), ("message", "migrate_to_chat_id"),
)  # fmt: skip


@given(
    changes=st.lists(st.tuples(st.sampled_from(_PATHS), _NESTED), min_size=1, max_size=3),
    cut=st.integers(0, 400),
)
@settings(
    max_examples=300, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
async def test_no_mutated_update_does_harm(
    channel: TelegramChannel, changes: list[tuple[tuple[str, ...], Any]], cut: int
) -> None:
    mutated = update()
    for path, value in changes:
        inner: Any = mutated
        for name in path[:-1]:
            inner = inner[name] if isinstance(inner, dict) and name in inner else {}
        if isinstance(inner, dict):
            inner[path[-1]] = value
    body = json.dumps(mutated).encode()
    for content in (body, body[:cut]):
        assert (await call(channel, content)).status in (200, 400)


@given(text=st.text(st.characters(codec=None), max_size=30), at=st.integers(-5, 40))
@settings(
    max_examples=200, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
async def test_no_text_with_entities_anywhere_does_harm(
    channel: TelegramChannel, text: str, at: int
) -> None:
    said = update(text)
    said["message"]["chat"] = {"id": -5, "type": "group", "title": "g"}
    said["message"]["entities"] = [
        {"type": kind, "offset": at, "length": length}
        for kind, length in (("mention", 3), ("bot_command", 40), ("text_mention", -1))
    ]
    assert (await call(channel, said)).status == 200
