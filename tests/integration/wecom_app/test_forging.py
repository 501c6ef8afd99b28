"""Nothing comes in that WeCom did not seal for this app, now; and nothing makes it crash."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.base import WebhookAnswer, WebhookCall
from bot.channels.wecom.callback import Callback, Malformed, fields_of
from bot.messages import Event
from tests.builders.wecom_app import LI, ServedApp, settings_for
from tests.emulators.wecom.envelope import Seal
from tests.emulators.wecom.pushing import xml_of
from tests.emulators.wecom.server import WecomEmulator

SEED = int(os.environ.get("FORGING_SEED", "20261121"))
FORGED = 40_000
WECOM = WecomEmulator(scale=0)
SETTINGS = settings_for(WECOM, api="http://127.0.0.1:1")
CALLBACK = Callback(SETTINGS, SETTINGS.corp_id)
BILLION_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<xml><MsgType>text</MsgType><Content>&b;</Content></xml>"
)
OUTSIDE_FILE = (
    b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b"<xml><FromUserName>lilei</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId>"
    b"<Content>&f;</Content></xml>"
)


@dataclass
class Gate:
    """The channel in its running state, and what it handed on."""

    channel: ServedApp
    seen: list[Event]

    async def knock(self, call: WebhookCall) -> WebhookAnswer:
        return await self.channel.webhook(call)


@pytest.fixture
async def gate(wecom: WecomEmulator) -> AsyncIterator[Gate]:
    seen: list[Event] = []

    async def keep(event: Event) -> None:
        seen.append(event)

    channel = ServedApp(wecom)
    async with channel:
        running = asyncio.create_task(channel.run(keep))
        await wecom.pusher().ready()
        yield Gate(channel, seen)
        running.cancel()
        await asyncio.wait([running])


def a_call(content: bytes, *, seal: Seal | None = None, **query: str) -> WebhookCall:
    """As WeCom makes it; `query` replaces what stands in the URL."""
    pusher = WECOM.pusher()
    encrypted = (seal or pusher.seal).encrypt(content)
    return WebhookCall(query=pusher.query(encrypted) | query, body=pusher.body(encrypted))


def said(text: str = "hi", id_: int = 1) -> bytes:
    return xml_of({
        "ToUserName": WECOM.world.corp_id, "FromUserName": LI, "CreateTime": 1_700_000_000,
        "MsgType": "text", "Content": text, "MsgId": id_, "AgentID": WECOM.app.agent_id,
    })  # fmt: skip


async def test_what_wecom_sealed_comes_in(gate: Gate) -> None:
    answer = await gate.knock(a_call(said()))
    assert (answer.status, answer.body) == (200, b"")
    assert len(gate.seen) == 1


def _flipped(text: str) -> str:
    return ("b" if text[0] == "a" else "a") + text[1:]


FORGERIES: dict[str, Callable[[], WebhookCall]] = {
    "a signature that differs": lambda: _changed(a_call(said()), msg_signature=_flipped),
    "no signature": lambda: a_call(said(), msg_signature=""),
    "a signature in another case": lambda: _changed(a_call(said()), msg_signature=str.upper),
    "another nonce": lambda: a_call(said(), nonce="1"),
    "another timestamp": lambda: a_call(said(), timestamp=str(WECOM.clock.date() - 1)),
    "no timestamp": lambda: a_call(said(), timestamp=""),
    "a timestamp that is no number": lambda: a_call(said(), timestamp="now"),
    "a timestamp in other digits": lambda: a_call(said(), timestamp="１７０００００００"),
    "another company": lambda: a_call(said(), seal=_seal(receive_id="ww-another")),
    "no company": lambda: a_call(said(), seal=_seal(receive_id="")),
    "another token": lambda: _signed_by(_seal(token="another")),
    "another key": lambda: a_call(said(), seal=_seal(aes_key="x" * 42 + "A")),
    "what is too old": lambda: _at(WECOM.clock.date() - 700),
    "what is of tomorrow": lambda: _at(WECOM.clock.date() + 86_400),
    "no envelope": lambda: replace(a_call(said()), body=xml_of({"ToUserName": "ww1"})),
    "an envelope that is bare": lambda: replace(a_call(said()), body=said()),
    "another envelope": lambda: replace(a_call(said()), body=a_call(said()).body),
    "half an envelope": lambda: _cut(a_call(said())),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forgery_is_refused(gate: Gate, name: str) -> None:
    answer = await gate.knock(FORGERIES[name]())
    assert (answer.status, answer.body) == (403, b"")
    assert gate.seen == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"<xml>", b"<xml></xml", b"\x00" * 40, b"\xff\xfe<xml/>", BILLION_LAUGHS,
        OUTSIDE_FILE, b'<?xml version="1.0" encoding="ufo-8"?><xml/>', b"<a>" * 50_000,
        b'<?xml version="1.0" encoding="utf-16"?><xml/>',
    ],
)  # fmt: skip
async def test_what_is_no_xml_of_wecoms_is_refused(gate: Gate, body: bytes) -> None:
    for call in (replace(a_call(said()), body=body), a_call(body)):
        answer = await gate.knock(call)
        assert answer.status in (400, 403)
    assert gate.seen == []


@pytest.mark.parametrize("payload", [BILLION_LAUGHS, OUTSIDE_FILE])
def test_definitions_are_not_read(payload: bytes) -> None:
    with pytest.raises(Malformed):
        fields_of(payload)


async def test_a_sealed_definition_is_not_read_either(gate: Gate) -> None:
    assert (await gate.knock(a_call(OUTSIDE_FILE))).status == 400
    assert gate.seen == []


async def test_the_same_call_again_is_the_same_message(gate: Gate) -> None:
    call = a_call(said())
    assert [(await gate.knock(call)).status for _ in range(3)] == [200, 200, 200]
    assert len({str(event) for event in gate.seen}) == 1


async def test_forty_thousand_mutations_neither_come_in_nor_crash(gate: Gate) -> None:
    statuses = set()
    for call in _mutations(Random(SEED), FORGED):
        statuses.add((await gate.knock(call)).status)
    assert statuses == {400, 403}, f"FORGING_SEED={SEED}"
    assert gate.seen == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=st.binary(max_size=300),
    query=st.dictionaries(
        st.sampled_from(["msg_signature", "timestamp", "nonce", "echostr", "other"]),
        st.text(max_size=40),
    ),
    method=st.sampled_from(["GET", "POST"]),
)
async def test_whatever_is_posted_is_refused(
    body: bytes, query: dict[str, str], method: str
) -> None:
    received: list[object] = []

    async def receive(fields: object) -> None:
        received.append(fields)

    call = WebhookCall(method=method, query=query, body=body)
    assert (await CALLBACK.answer(call, receive)).status in (400, 403)
    assert received == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
async def test_whatever_is_sealed_never_crashes_it(content: bytes) -> None:
    async def receive(fields: object) -> None:
        return None

    assert (await CALLBACK.answer(a_call(content), receive)).status in (200, 400)


def _changed(call: WebhookCall, **by: Callable[[str], str]) -> WebhookCall:
    changed = {name: change(call.query[name]) for name, change in by.items()}
    return replace(call, query=call.query | changed)


def _seal(**changed: str) -> Seal:
    app = WECOM.app
    known = {"token": app.token, "aes_key": app.aes_key, "receive_id": WECOM.world.corp_id}
    return Seal(**(known | changed))


def _signed_by(seal: Seal) -> WebhookCall:
    encrypted = seal.encrypt(said())
    query = WECOM.pusher().query(encrypted)
    query["msg_signature"] = seal.signature(query["timestamp"], query["nonce"], encrypted)
    return WebhookCall(query=query, body=WECOM.pusher().body(encrypted))


def _at(timestamp: int) -> WebhookCall:
    """Signed for that time."""
    pusher = WECOM.pusher()
    encrypted = pusher.seal.encrypt(said())
    signature = pusher.seal.signature(str(timestamp), "n", encrypted)
    query = {"msg_signature": signature, "timestamp": str(timestamp), "nonce": "n"}
    return WebhookCall(query=query, body=pusher.body(encrypted))


def _cut(call: WebhookCall) -> WebhookCall:
    """Signed, as an envelope of half the length."""
    encrypted = fields_of(call.body)["Encrypt"][:64]
    query = WECOM.pusher().query(encrypted)
    return WebhookCall(query=query, body=WECOM.pusher().body(encrypted))


def _mutations(random: Random, count: int) -> Iterator[WebhookCall]:
    """Genuine calls with one thing about them changed."""
    for number in range(count):
        call = a_call(said(f"number {number}", number))
        name = random.choice(["msg_signature", "timestamp", "nonce", "body"])
        if name == "body":
            encrypted = fields_of(call.body)["Encrypt"]
            at = random.randrange(len(encrypted))
            other = random.choice([c for c in "AZaz09+/=< &\x00" if c != encrypted[at]])
            changed = encrypted[:at] + other + encrypted[at + 1 :]
            body = call.body.replace(encrypted.encode(), changed.encode())
            yield replace(call, body=body)
        else:
            value = call.query[name]
            at = random.randrange(len(value))
            other = random.choice([c for c in "0123456789abcdef \ud800" if c != value[at]])
            yield replace(call, query=call.query | {name: value[:at] + other + value[at + 1 :]})
