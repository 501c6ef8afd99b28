"""Updates: asked for one by one, delivered to webhooks, lost by nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from tests.emulators.serving import served
from tests.emulators.telegram.server import TelegramEmulator
from tests.emulators.telegram.updates import DAY

LI, HAN = 5001, 5002


@pytest.fixture
async def emulator() -> AsyncIterator[TelegramEmulator]:
    emulator = TelegramEmulator(scale=0, flood=0)
    yield emulator
    await emulator.close()


@pytest.fixture
async def http(emulator: TelegramEmulator) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(emulator) as http:
        yield http


def client_of(emulator: TelegramEmulator) -> httpx.AsyncClient:
    """Straight into the application; only webhooks need a connection here."""
    base, transport = f"http://emulator/bot{emulator.token}/", httpx.ASGITransport(emulator.app)
    return httpx.AsyncClient(base_url=base, transport=transport)


async def ask(http: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    body: dict[str, Any] = (await http.post("getUpdates", json=parameters)).json()
    return body


async def ids(http: httpx.AsyncClient, **parameters: Any) -> list[int]:
    return [update["update_id"] for update in (await ask(http, **parameters))["result"]]


async def test_an_offset_confirms_what_is_below_it(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    for word in "一二三":
        emulator.user(LI).says(word)
    first, second, third = await ids(http)
    assert (second, third) == (first + 1, first + 2)
    assert await ids(http, offset=first) == [first, second, third]
    assert await ids(http, offset=third) == [third]
    assert await ids(http, offset=third, limit=1) == [third]
    states = [update.state for update in emulator.bots[0].updates.history]
    assert states == ["confirmed", "confirmed", "pending"]
    confirmed = [entry["update_id"] for entry in emulator.ledger.updates("confirmed")]
    assert confirmed == [first, second]


async def test_a_negative_offset_keeps_the_newest(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    for word in "一二三四":
        emulator.user(LI).says(word)
    all_ids = [update.id for update in emulator.bots[0].updates.history]
    assert await ids(http, offset=-2) == all_ids[2:]
    assert await ids(http, offset=all_ids[0]) == all_ids[2:]


async def test_updates_are_forgotten_after_a_day(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    emulator.user(LI).says("旧")
    emulator.clock.advance(DAY - 1)
    emulator.user(LI).says("新")
    assert len(await ids(http)) == 2
    emulator.clock.advance(1)
    assert await ids(http, offset=1) == [emulator.bots[0].updates.history[1].id]
    assert len(emulator.ledger.updates("expired")) == 1


async def test_ids_begin_anew_after_a_quiet_week(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    emulator.user(LI).says("一")
    emulator.clock.advance(7 * DAY + 1)
    emulator.user(LI).says("二")
    before, after = (update.id for update in emulator.bots[0].updates.history)
    assert after != before + 1
    assert await ids(http) == [after]


async def test_an_impatient_poller_gets_one_at_a_time(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    for word in "一二三":
        emulator.user(LI).says(word)
    assert len(await ids(http)) == 3
    assert len(await ids(http)) == 1


async def test_a_second_poller_ends_the_first(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    first = asyncio.create_task(ask(http, timeout=30))
    await until(lambda: emulator.bots[0].poll is not None)
    second = asyncio.create_task(ask(http, timeout=30))
    assert (await first)["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
        " running"
    )
    await until(lambda: emulator.bots[0].poll is not None)
    emulator.user(LI).says("来了")
    [update] = (await second)["result"]
    assert update["message"]["text"] == "来了"


async def test_setting_a_webhook_ends_a_poll(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    polling = asyncio.create_task(ask(http, timeout=30))
    await until(lambda: emulator.bots[0].poll is not None)
    await http.post("setWebhook", json={"url": "http://127.0.0.1:9/"})
    assert (await polling)["description"] == "Conflict: terminated by setWebhook request"


async def test_a_type_is_filtered_when_it_is_created(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    li = emulator.user(LI)
    await ask(http, allowed_updates=["message"], timeout=0)
    said = li.says("一")
    li.edits(said["message_id"], "二")
    await ask(http, offset=1, allowed_updates=[], timeout=0)
    li.edits(said["message_id"], "三")
    kinds = [update.type for update in emulator.bots[0].updates.history]
    assert kinds == ["message", "edited_message"]


async def test_a_confirmed_update_may_come_again(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    emulator.user(LI).says("一")
    emulator.user(LI).says("二")
    emulator.fault("duplicate")
    first, second = await ids(http)
    assert await ids(http, offset=first + 1) == [first, second]
    assert await ids(http, offset=second) == [second]


async def test_shuffling_keeps_the_order_within_a_chat(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    for number in range(20):
        emulator.user(LI if number % 2 else HAN).says(str(number))
    emulator.fault("shuffle")
    messages = [update["message"] for update in (await ask(http))["result"]]
    texts = [int(message["text"]) for message in messages]
    assert texts != sorted(texts)
    for chat in (LI, HAN):
        own = [int(each["text"]) for each in messages if each["chat"]["id"] == chat]
        assert own == sorted(own)


async def test_ids_may_leave_a_gap(emulator: TelegramEmulator, http: httpx.AsyncClient) -> None:
    emulator.user(LI).says("一")
    emulator.fault("gap")
    emulator.user(LI).says("二")
    first, second = await ids(http)
    assert second > first + 1


async def test_privacy_mode_hides_what_is_not_for_the_bot(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    emulator.bots[0].reads_all = False
    li, group = emulator.user(LI), emulator.group(-4001, by=emulator.user(LI))
    mine = emulator.room(group.id).post(emulator.bots[0].json(), emulator.clock.date(), text="?")
    li.says("闲聊", chat=group.id)
    li.says("/help", chat=group.id)
    li.says("请 @huoke_1_bot 看看", chat=group.id)
    li.says("好", chat=group.id, reply_to=mine["message_id"])
    texts = [update["message"].get("text") for update in (await ask(http))["result"][2:]]
    assert texts == ["/help", "请 @huoke_1_bot 看看", "好"]


class Hook:
    """A bot's webhook that answers as told, and remembers what came."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answers: list[Response] = []
        self.holding: dict[int, asyncio.Event] = {}
        self.app = FastAPI()
        self.app.add_api_route("/tg", self._take, methods=["POST"])

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.got]

    async def _take(self, request: Request) -> Response:
        update = await request.json()
        self.got.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if held := self.holding.get(update["message"]["chat"]["id"]):
            await held.wait()
        return self.answers.pop(0) if self.answers else Response()


@pytest.fixture
async def hook(emulator: TelegramEmulator, http: httpx.AsyncClient) -> AsyncIterator[Hook]:
    hook = Hook()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(hook.app))
        answer = await http.post("setWebhook", json={"url": f"{url}/tg", "secret_token": "s-1"})
        assert answer.json()["description"] == "Webhook was set"
        stack.push_async_callback(http.post, "deleteWebhook")
        yield hook


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():
            await asyncio.sleep(0.005)


async def test_an_update_comes_with_the_secret(emulator: TelegramEmulator, hook: Hook) -> None:
    emulator.user(LI).says("你好")
    await emulator.wait_for(lambda: emulator.ledger.updates("confirmed"))
    assert (hook.texts, hook.secrets) == (["你好"], ["s-1"])


async def test_a_refused_update_comes_again_at_once_and_then_later(
    emulator: TelegramEmulator, http: httpx.AsyncClient, hook: Hook
) -> None:
    hook.answers = [Response(status_code=500)] * 3
    emulator.user(LI).says("你好")
    await emulator.wait_for(lambda: len(emulator.ledger.updates("failed")) == 2)
    info = (await http.get("getWebhookInfo")).json()["result"]
    assert (info["pending_update_count"], info["last_error_message"]) == (
        1, "Wrong response from the webhook: 500 Internal Server Error"
    )  # fmt: skip
    emulator.clock.advance(2)
    await emulator.wait_for(lambda: len(emulator.ledger.updates("failed")) == 3)
    emulator.clock.advance(4)
    await emulator.wait_for(lambda: emulator.ledger.updates("confirmed"))
    assert len({update["update_id"] for update in hook.got}) == 1
    attempts = emulator.ledger.updates("attempt")
    assert [entry["attempt"] for entry in attempts] == [1, 2, 3, 4]
    pauses = [later["at"] - earlier["at"] for earlier, later in pairwise(attempts)]
    assert pauses[1] >= 2
    assert pauses[2] >= 4


async def test_a_webhook_that_nobody_serves_is_named_in_its_info(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    emulator.user(LI).says("喂")
    await http.post("setWebhook", json={"url": "http://127.0.0.1:9/"})
    await emulator.wait_for(lambda: emulator.ledger.updates("failed"))
    info = (await http.get("getWebhookInfo")).json()["result"]
    assert info["last_error_message"] == "Connection refused"
    await http.post("deleteWebhook")


async def test_a_bot_may_ask_for_time(emulator: TelegramEmulator, hook: Hook) -> None:
    hook.answers = [Response(status_code=429, headers={"Retry-After": "30"})]
    emulator.user(LI).says("你好")
    await emulator.wait_for(lambda: emulator.ledger.updates("failed"))
    emulator.clock.advance(29)
    emulator.clock.advance(1)
    await emulator.wait_for(lambda: emulator.ledger.updates("confirmed"))
    first, second = (entry["at"] for entry in emulator.ledger.updates("attempt"))
    assert second - first >= 30


async def test_a_held_chat_holds_no_other(emulator: TelegramEmulator, hook: Hook) -> None:
    hook.holding[LI] = asyncio.Event()
    emulator.user(LI).says("一")
    emulator.user(LI).says("二")
    emulator.user(HAN).says("三")
    await emulator.wait_for(lambda: emulator.ledger.updates("confirmed"))
    assert sorted(hook.texts) == ["一", "三"]
    hook.holding[LI].set()
    await emulator.wait_for(lambda: len(emulator.ledger.updates("confirmed")) == 3)
    assert hook.texts[-1] == "二"


async def test_an_answer_may_carry_a_call(emulator: TelegramEmulator, hook: Hook) -> None:
    hook.answers = [
        Response(
            '{"method": "sendMessage", "chat_id": 5001, "text": "收到"}',
            media_type="application/json",
        ),
        Response('{"method": "deleteWebhook"}', media_type="application/json"),
    ]
    said = emulator.user(LI).says("一")
    assert (await emulator.answer(LI, after=said))["text"] == "收到"
    emulator.user(LI).says("二")
    await emulator.wait_for(lambda: len(emulator.ledger.updates("confirmed")) == 2)
    assert emulator.bots[0].webhook.url != ""


async def test_a_taken_update_may_come_again(emulator: TelegramEmulator, hook: Hook) -> None:
    emulator.fault("duplicate")
    emulator.user(LI).says("一")
    emulator.user(LI).says("二")
    await emulator.wait_for(lambda: len(emulator.ledger.updates("confirmed")) == 3)
    assert hook.texts == ["一", "一", "二"]


async def test_what_waited_is_delivered_to_a_new_webhook(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    emulator.user(LI).says("早")
    hook = Hook()
    async with served(hook.app) as url:
        await http.post("setWebhook", json={"url": f"{url}/tg"})
        await emulator.wait_for(lambda: emulator.ledger.updates("confirmed"))
        assert hook.texts == ["早"]
        assert (await ask(http))["error_code"] == 409
        await http.post("deleteWebhook")


async def test_a_webhook_that_is_gone_for_a_day_is_closed(
    emulator: TelegramEmulator, hook: Hook
) -> None:
    hook.answers = [Response(status_code=410)] * 1000
    emulator.user(LI).says("喂")
    await emulator.wait_for(lambda: len(emulator.ledger.updates("failed")) >= 2)
    for _ in range(23 * 60):
        emulator.clock.advance(61)
        await asyncio.sleep(0)
        if not emulator.bots[0].webhook.url:
            break
    await until(lambda: not emulator.bots[0].webhook.url)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"url": "http://huoke.example/tg"},
         "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://huoke.example:8081/tg"},
         "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ({"url": "https://huoke.example/tg", "secret_token": "a b"},
         "secret token contains unallowed characters"),
        ({"url": "https://huoke.example/tg", "secret_token": "x" * 257},
         "secret token is too long"),
    ],
)  # fmt: skip
async def test_webhooks_keep_the_rules_when_asked_to(asked: dict[str, str], reason: str) -> None:
    async with client_of(TelegramEmulator(https_rules=True)) as http:
        refused = (await http.post("setWebhook", json=asked)).json()
        assert refused["description"] == f"Bad Request: {reason}"
        assert (await http.get("getWebhookInfo")).json()["result"]["url"] == ""


async def test_a_webhook_is_set_once_a_second(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    url = {"url": "http://127.0.0.1:9/"}
    assert (await http.post("setWebhook", json=url)).json()["description"] == "Webhook was set"
    assert (await http.post("setWebhook", json=url)).status_code == 429
    emulator.clock.advance(1)
    again = (await http.post("setWebhook", json=url)).json()
    assert again["description"] == "Webhook is already set"
    assert (await http.post("deleteWebhook")).json()["description"] == "Webhook was deleted"
    last = (await http.post("deleteWebhook")).json()
    assert last["description"] == "Webhook is already deleted"
