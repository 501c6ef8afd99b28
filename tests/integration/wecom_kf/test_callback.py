"""Only WeCom's own words are believed, and only what is on disk is acknowledged."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.channels.base import WebhookCall
from bot.channels.wecom.kf.channel import WecomKfChannel
from bot.messages import Event
from tests.builders.service import until
from tests.builders.wecom_app import called
from tests.builders.wecom_kf import KeptCursors, ServedKf, an_uncalled_kf, receiving
from tests.emulators.wecom.kf.people import Customer
from tests.emulators.wecom.kf.server import WecomKfEmulator
from tests.emulators.wecom.kf.world import KF_AGENT
from tests.emulators.wecom.pushing import xml_of


@pytest.fixture
def cursors() -> KeptCursors:
    return KeptCursors()


@pytest.fixture
async def running(wecom: WecomKfEmulator, cursors: KeptCursors) -> AsyncIterator[WecomKfChannel]:
    async def keep(event: Event) -> None:
        raise AssertionError("nothing is to come")

    channel = an_uncalled_kf(wecom, cursors)
    async with receiving(channel, keep):
        yield channel


def a_call(wecom: WecomKfEmulator, **changed: str) -> WebhookCall:
    """As WeCom makes it; `changed` is what it never sends."""
    pusher = wecom.pusher(KF_AGENT)
    told = {
        "ToUserName": wecom.world.corp_id, "MsgType": "event", "Event": "kf_msg_or_event",
        "Token": "ENC1", "OpenKfId": "wkOther",
    }  # fmt: skip
    fields = told | {name: value for name, value in changed.items() if name in told}
    encrypted = pusher.seal.encrypt(xml_of(fields))
    query = pusher.query(encrypted)
    return WebhookCall(
        query=query | {name: value for name, value in changed.items() if name in query},
        body=pusher.body(encrypted),
    )


async def test_the_address_can_be_saved_in_the_console(
    wecom: WecomKfEmulator, running: WecomKfChannel
) -> None:
    async with called(running) as url:
        wecom.calls(url, KF_AGENT)
        assert await wecom.accepts_url(KF_AGENT)


async def test_a_notice_is_kept_and_acknowledged(
    wecom: WecomKfEmulator, running: WecomKfChannel, cursors: KeptCursors
) -> None:
    assert (await running.webhook(a_call(wecom))).status == 200
    assert cursors.kept["notice:wkOther"] == "ENC1"


async def test_a_notice_that_cannot_be_kept_is_not_acknowledged(
    wecom: WecomKfEmulator, running: WecomKfChannel, cursors: KeptCursors
) -> None:
    cursors.away = 1
    assert (await running.webhook(a_call(wecom))).status == 503


@pytest.mark.parametrize(
    "changed",
    [
        {"msg_signature": "0" * 40}, {"timestamp": "1409659813"}, {"nonce": "another"},
        {"msg_signature": ""}, {"timestamp": "soon"},
    ],
)  # fmt: skip
async def test_what_wecom_did_not_sign_is_refused(
    wecom: WecomKfEmulator, running: WecomKfChannel, cursors: KeptCursors, changed: dict[str, str]
) -> None:
    assert (await running.webhook(a_call(wecom, **changed))).status == 403
    assert "notice:wkOther" not in cursors.kept


@pytest.mark.parametrize(
    "changed", [{"Event": "subscribe"}, {"OpenKfId": ""}, {"OpenKfId": "w" * 65}]
)
async def test_what_is_no_notice_is_acknowledged_and_left_alone(
    wecom: WecomKfEmulator, running: WecomKfChannel, cursors: KeptCursors, changed: dict[str, str]
) -> None:
    assert (await running.webhook(a_call(wecom, **changed))).status == 200
    assert not any(name.startswith("notice:") for name in cursors.kept)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"<xml>", b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'],
)
async def test_what_is_no_xml_of_wecoms_is_refused(
    wecom: WecomKfEmulator, running: WecomKfChannel, body: bytes
) -> None:
    call = WebhookCall(query=a_call(wecom).query, body=body)
    assert (await running.webhook(call)).status in (400, 403)


async def test_before_the_channel_runs_nothing_is_acknowledged(
    wecom: WecomKfEmulator, channel: ServedKf
) -> None:
    assert (await channel.webhook(a_call(wecom))).status == 503


async def test_the_emulator_is_moved_by_other_processes_too(
    wecom: WecomKfEmulator, zhao: Customer
) -> None:
    wecom.servicer("lilei")
    async with httpx.AsyncClient(base_url=f"{wecom.url}/__emu__") as control:
        for action, asked in (
            ("kf_open", {}), ("kf_say", {"text": "你好"}), ("kf_take", {"by": "lilei"}),
            ("kf_staff_say", {"by": "lilei", "text": "在"}), ("kf_end", {"by": "lilei"}),
        ):  # fmt: skip
            answer = await control.post(f"/{action}", json={"customer": "赵敏", **asked})
            assert answer.status_code == 200
        assert (await control.get("/kf_screen", params={"customer": "赵敏"})).json() == []
    kinds = [message["msgtype"] for _, message in wecom.account.log]
    assert kinds == ["event", "text", "event", "text", "event"]


async def test_the_same_notice_posted_twice_is_read_once(
    wecom: WecomKfEmulator, zhao: Customer
) -> None:
    seen: list[Event] = []

    async def keep(event: Event) -> None:
        seen.append(event)

    fault = wecom.fault("duplicate")
    async with receiving(ServedKf(wecom), keep):
        first = zhao.says("你好")
        await wecom.taken(first)

        async def again() -> bool:
            return len(wecom.ledger.pushes("taken", first)) == 2

        await until(again)
        await wecom.taken(zhao.says("end"))

        async def both() -> bool:
            return len(seen) >= 2

        await until(both)
    assert (fault.hits, len(seen)) == (1, 2)
