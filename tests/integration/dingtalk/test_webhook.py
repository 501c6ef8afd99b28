"""HTTP mode: who cannot sign is refused, and 200 means that it is on disk."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channels.base import WebhookAnswer, WebhookCall
from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.signing import signature
from bot.findings import Finding
from bot.http.app import open_app
from bot.messages import InboundMessage
from bot.metrics import Metrics
from config.errors import ConfigurationError
from tests.builders.dingtalk import LI, Desk, a_dingtalk, receiving, signed
from tests.emulators.dingtalk.server import DingtalkEmulator
from tests.emulators.serving import served

CALLS = 15_000


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def channel(ding: DingtalkEmulator, desk: Desk) -> AsyncIterator[DingtalkChannel]:
    channel = a_dingtalk(ding, http=True)
    async with receiving(channel, desk.keep):
        while (await call(ding, channel, b"{}")).status == 503:
            await asyncio.sleep(0.01)
        yield channel


async def fine() -> list[Finding]:
    return []


def message(**more: Any) -> dict[str, Any]:
    return {
        "conversationId": "cid1==", "conversationType": "1", "msgId": "msgM1==",
        "senderNick": "李雷", "senderStaffId": LI, "msgtype": "text", "text": {"content": "hi"},
        **more,
    }  # fmt: skip


async def call(
    ding: DingtalkEmulator, channel: DingtalkChannel, body: Any, **headers: str
) -> WebhookAnswer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await channel.webhook(WebhookCall(headers=headers or signed(ding), body=content))


async def test_200_means_kept(ding: DingtalkEmulator, channel: DingtalkChannel, desk: Desk) -> None:
    assert (await call(ding, channel, message())).status == 200
    (kept,) = desk.kept
    assert isinstance(kept, InboundMessage)
    assert (kept.external_id, kept.text) == ("msgM1==", "hi")


async def test_503_means_that_it_has_to_come_again(
    ding: DingtalkEmulator, channel: DingtalkChannel, desk: Desk
) -> None:
    desk.failures = 1
    assert (await call(ding, channel, message())).status == 503
    assert (await call(ding, channel, message())).status == 200
    assert len(desk.kept) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"timestamp": "", "sign": ""},
        {"timestamp": "1700000000000", "sign": "AAAA"},
        {"sign": "AAAA"},
        {"x": "y"},
    ],
)
async def test_who_cannot_sign_is_refused(
    ding: DingtalkEmulator, channel: DingtalkChannel, desk: Desk, headers: dict[str, str]
) -> None:
    assert (await call(ding, channel, message(), **headers)).status == 401
    assert desk.kept == []


@pytest.mark.parametrize(("seconds", "status"), [(-3_500, 200), (-3_700, 401), (3_700, 401)])
async def test_a_signature_is_good_for_an_hour(
    ding: DingtalkEmulator, channel: DingtalkChannel, seconds: float, status: int
) -> None:
    assert (await call(ding, channel, message(), **signed(ding, seconds))).status == status


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_object_is_400(
    ding: DingtalkEmulator, channel: DingtalkChannel, desk: Desk, body: bytes
) -> None:
    assert (await call(ding, channel, body)).status == 400
    assert desk.kept == []


async def test_a_page_that_is_only_looked_at_is_refused(
    ding: DingtalkEmulator, channel: DingtalkChannel
) -> None:
    answer = await channel.webhook(WebhookCall(method="GET", headers=signed(ding)))
    assert answer.status == 405


async def test_by_stream_nobody_is_let_in(ding: DingtalkEmulator) -> None:
    async with a_dingtalk(ding) as channel:
        assert (await call(ding, channel, message())).status == 404


async def test_before_it_receives_it_says_that_it_does_not(ding: DingtalkEmulator) -> None:
    async with a_dingtalk(ding, http=True) as channel:
        assert (await call(ding, channel, message())).status == 503


async def test_an_unknown_app_stops_the_start_and_is_named(ding: DingtalkEmulator) -> None:
    async with a_dingtalk(ding, http=True, client_secret=SecretStr("wrong")) as channel:
        with pytest.raises(ConfigurationError, match="DINGTALK__CLIENT_SECRET"):
            await channel.run(Desk().keep)


async def test_a_network_that_is_not_there_yet_is_waited_for(
    ding: DingtalkEmulator, desk: Desk
) -> None:
    fault = ding.faults.next("reset_before", "accessToken", count=2)
    async with receiving(a_dingtalk(ding, http=True), desk.keep):
        async with asyncio.timeout(60):
            while fault.hits < 2:
                await asyncio.sleep(0.01)


async def test_dingtalk_itself_gets_in_and_what_is_forged_does_not(
    ding: DingtalkEmulator, channel: DingtalkChannel, desk: Desk
) -> None:
    app = open_app(
        webhooks={"dingtalk": channel}, ready=fine, stopping=asyncio.Event(), metrics=Metrics(),
        max_body_bytes=1_000_000,
    )  # fmt: skip
    async with served(app) as url:
        ding.post_to(f"{url}/dingtalk")
        for kind in ("forged", "skewed"):
            ding.faults.next(kind)
            refused = ding.user(LI).says(kind)
            await ding.wait_for(partial(ding.ledger.pushes, "refused", refused.msg_id))
            assert desk.kept == []
        asked = ding.user(LI).says("预算多少")
        await ding.wait_for(lambda: asked.state == "acked")
    assert desk.texts == ["预算多少"]


async def test_thousands_of_forged_calls_get_nothing_in(
    ding: DingtalkEmulator, channel: DingtalkChannel, desk: Desk
) -> None:
    draw = Random(20_261_121)
    body = json.dumps(message()).encode()
    for _ in range(CALLS):
        headers = _forged(signed(ding), draw, ding.client_secret)
        answer = await channel.webhook(WebhookCall(headers=headers, body=body))
        assert answer.status == 401, headers
    assert desk.kept == []


async def test_thousands_of_mutated_bodies_crash_nothing(
    ding: DingtalkEmulator, channel: DingtalkChannel, desk: Desk
) -> None:
    draw = Random(20_261_121)
    body = json.dumps(message(), ensure_ascii=False).encode()
    seen = set()
    for _ in range(CALLS):
        changed = bytearray(body)
        for _ in range(draw.randrange(1, 6)):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        seen.add(
            (await call(ding, channel, bytes(changed[: draw.randrange(len(body) + 1)]))).status
        )
        seen.add((await call(ding, channel, bytes(changed))).status)
    assert seen == {200, 400}


def _forged(right: dict[str, str], draw: Random, secret: str) -> dict[str, str]:
    timestamp, sign = right["timestamp"], right["sign"]
    at = draw.randrange(len(sign) - 1)
    later = str(int(timestamp) + draw.choice([-1, 1, 10, 1_000, 3_600_001, -3_600_001]))
    other = draw.choice("ABCDEFabcdef0123456789+/")
    return draw.choice([
        {"timestamp": timestamp},
        {"sign": sign},
        {"timestamp": later, "sign": sign},
        {"timestamp": timestamp, "sign": sign[:at] + ("-" if other == sign[at] else other) + sign[at + 1 :]},
        {"timestamp": timestamp, "sign": sign[: at + 1]},
        {"timestamp": timestamp, "sign": sign.swapcase()},
        {"timestamp": timestamp, "sign": signature(secret[:-1], timestamp)},
        {"timestamp": timestamp, "sign": signature(secret.upper(), timestamp)},
        {"timestamp": timestamp, "sign": secret},
        {"timestamp": f" {timestamp}", "sign": sign},
        {"timestamp": timestamp[:10], "sign": signature(secret, timestamp[:10])},
    ])  # fmt: skip


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    headers=st.dictionaries(st.sampled_from(["timestamp", "sign", "x"]), st.text()),
    body=st.binary(),
)
async def test_nothing_is_accepted_by_chance(
    channel: DingtalkChannel, headers: dict[str, str], body: bytes
) -> None:
    answer = await channel.webhook(WebhookCall(headers=headers, body=body))
    assert answer.status == 401
