"""URL mode under attack: who is not WeCom is refused, and nothing that comes crashes it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels.base import WebhookCall
from bot.channels.wecom.crypto import Envelope
from memory.connect import open_redis
from tests.builders.wecom_bot_called import AES_KEY, TOKEN, CalledDesk, a_called_bot, without_stream
from tests.emulators.wecom.bot.server import WecomBotEmulator


@pytest.mark.parametrize("old", [-700, 700])
async def test_a_call_of_another_time_is_refused(desk: CalledDesk, old: int) -> None:
    desk.caller.spoiling.old = old
    answer = await desk.caller.post({"msgtype": "text", "msgid": "m"})
    assert answer.status_code == 403
    assert not await desk.caller.checks_the_url()


async def test_a_forged_call_is_refused(desk: CalledDesk) -> None:
    desk.caller.spoiling.signature = True
    assert (await desk.caller.post({"msgtype": "text"})).status_code == 403
    desk.caller.spoiling.signature = False
    desk.caller.spoiling.receiver = "wx5823bf96d3bd56c7"
    assert (await desk.caller.post({"msgtype": "text"})).status_code == 403
    assert desk.seen.empty()


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"no JSON", b'{"encrypt":7}', b'{"encrypt":""}', b"{" * 90_000]
)
async def test_a_call_with_nothing_sealed_is_refused(desk: CalledDesk, body: bytes) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(desk.caller.url, content=body)
    assert answer.status_code == 403


async def test_no_log_holds_what_was_said_or_the_keys(desk: CalledDesk) -> None:
    with capture_logs() as logs:
        message = await desk.asked("私密的话")
        await desk.answer(without_stream(message), "私密的回答")
        desk.caller.spoiling.signature = True
        await desk.caller.post({"msgtype": "text"})
    said = json.dumps(logs, ensure_ascii=False, default=str)
    assert "wecom.call_refused" in said
    assert not any(each in said for each in ("私密", TOKEN, AES_KEY, "response_code"))


ENVELOPE = Envelope(TOKEN, AES_KEY, "")
FIELD = st.sampled_from(["msg_signature", "timestamp", "nonce", "encrypt"])


@pytest.fixture
async def alone(moving: WecomBotEmulator) -> AsyncIterator[CalledDesk]:
    """A channel without HTTP before it."""
    redis = open_redis(None)
    channel = a_called_bot(moving, redis)
    found = CalledDesk(moving, channel)
    async with channel:
        running = asyncio.create_task(channel.run(found.keep))
        await asyncio.sleep(0)
        yield found
        running.cancel()
        await asyncio.wait({running})
    await redis.aclose()


def sealed_call(body: bytes, **changed: str) -> WebhookCall:
    sealed = ENVELOPE.seal(body, str(int(time.time())), "nonce")
    fields = {
        "msg_signature": sealed.signature, "timestamp": sealed.timestamp, "nonce": sealed.nonce,
        "encrypt": sealed.encrypted,
    } | changed  # fmt: skip
    content = json.dumps({"encrypt": fields.pop("encrypt")}).encode()
    return WebhookCall(query=fields, body=content)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(field=FIELD, value=st.text())
async def test_any_changed_field_is_refused(alone: CalledDesk, field: str, value: str) -> None:
    call = sealed_call(b'{"msgtype":"text"}', **{field: value})
    assert (await alone.channel.webhook(call)).status == 403
    assert alone.seen.empty()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = [
    "msgid", "msgtype", "text", "from", "chatid", "chattype", "event", "quote", "mixed", "image",
    "file", "stream", "response_url",
]  # fmt: skip
KINDS = st.sampled_from(["text", "mixed", "image", "file", "voice", "event", "stream", "video"])
BODY = st.dictionaries(st.sampled_from(NAMES), JSON | KINDS)


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=BODY | JSON)
async def test_whatever_is_inside_nothing_crashes(alone: CalledDesk, body: object) -> None:
    answer = await alone.channel.webhook(sealed_call(json.dumps(body).encode()))
    assert answer.status in (200, 400)
