"""The emulator in HTTP mode: it posts to the bot's address, signed as DingTalk signs."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from tests.emulators.dingtalk.server import DingtalkEmulator
from tests.emulators.dingtalk.signing import signature

LI = "manager807"


@pytest.fixture
async def ding() -> AsyncIterator[DingtalkEmulator]:
    """Its clock stands."""
    async with DingtalkEmulator(scale=0) as ding:
        ding.user(LI, "李雷")
        yield ding


class Webhook:
    """A bot's address in HTTP mode; answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, str, Any]] = []  # timestamp, sign, body

    async def take(self, request: web.Request) -> web.Response:
        headers = request.headers
        self.got.append((headers["timestamp"], headers["sign"], await request.json()))
        return web.Response(status=self.status)


@pytest.fixture
async def webhook(ding: DingtalkEmulator) -> AsyncIterator[Webhook]:
    """Which the emulator posts to."""
    webhook, app = Webhook(), web.Application()
    app.router.add_post("/dingtalk", webhook.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    ding.post_to(f"http://127.0.0.1:{port}/dingtalk")
    yield webhook
    await ding.close()
    await runner.cleanup()


class TestHttpMode:
    async def test_posts_are_signed(self, ding: DingtalkEmulator, webhook: Webhook) -> None:
        asked = ding.user(LI).says("你好")
        await ding.wait_for(lambda: asked.state == "acked")
        [(timestamp, sign, body)] = webhook.got
        assert sign == signature(timestamp, ding.client_secret)
        assert abs(ding.clock.exact() * 1000 - int(timestamp)) < 60_000
        assert body == asked.data

    @pytest.mark.parametrize("kind", ["skewed", "forged"])
    async def test_posts_may_be_signed_wrongly(
        self, ding: DingtalkEmulator, webhook: Webhook, kind: str
    ) -> None:
        ding.faults.next(kind)
        asked = ding.user(LI).says("你好")
        await ding.wait_for(lambda: asked.state == "acked")
        [(timestamp, sign, _)] = webhook.got
        late = ding.clock.exact() * 1000 - int(timestamp) > 3_600_000
        right = sign == signature(timestamp, ding.client_secret)
        assert (late, right) == (kind == "skewed", kind == "skewed")

    async def test_posts_come_again_when_they_were_not_taken(
        self, ding: DingtalkEmulator, webhook: Webhook
    ) -> None:
        webhook.status = 503
        asked = ding.user(LI).says("你好")
        await ding.wait_for(lambda: ding.ledger.pushes("refused"))
        webhook.status = 200
        await ding.wait_for(partial(advanced, ding, lambda: asked.state == "acked"))
        assert [body["msgId"] for *_, body in webhook.got] == [asked.msg_id] * 2

    async def test_posts_may_come_twice(self, ding: DingtalkEmulator, webhook: Webhook) -> None:
        ding.faults.next("duplicate")
        ding.user(LI).says("你好")
        await ding.wait_for(lambda: len(ding.ledger.pushes("acked")) == 2)
        assert webhook.got[0][2] == webhook.got[1][2]


def advanced(ding: DingtalkEmulator, done: Callable[[], bool]) -> bool:
    """Asks again a minute later."""
    if not done():
        ding.clock.advance(60)
    return done()


@pytest.mark.parametrize(
    ("timestamp", "secret", "sign"),
    [
        ("1577262236757", "this is a secret", "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="),
        ("1700000000000", "SEC0123456789abcdef", "TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk="),
    ],
)
def test_signatures_are_dingtalks(timestamp: str, secret: str, sign: str) -> None:
    assert signature(timestamp, secret) == sign
