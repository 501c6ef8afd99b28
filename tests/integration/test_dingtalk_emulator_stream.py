"""The emulator's stream, frame by frame: tickets, acknowledgements, redelivery, disconnects."""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.emulators.dingtalk.bare import TOPICS, BareBot, Frames
from tests.emulators.dingtalk.connection import Connection
from tests.emulators.dingtalk.frames import MESSAGES
from tests.emulators.dingtalk.server import DingtalkEmulator

LI, SALES = "manager807", "cidSales=="
ACK = (
    '{"code": 200, "headers": {"messageId": "x", "contentType": "application/json"}, "data": "{}"}'
)


@pytest.fixture
async def ding() -> AsyncIterator[DingtalkEmulator]:
    """Its clock stands."""
    async with DingtalkEmulator(scale=0) as ding:
        ding.user(LI, "李雷", admin=True)
        yield ding


@pytest.fixture
async def bot(ding: DingtalkEmulator) -> AsyncIterator[BareBot]:
    async with BareBot(ding) as bot:
        yield bot


@pytest.fixture
async def frames(bot: BareBot) -> AsyncIterator[Frames]:
    async with bot.connected() as frames:
        yield frames


async def status(address: str) -> int:
    """Of an upgrade that is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with connect(address, proxy=None):
            pass
    return refused.value.response.status_code


def answered(connection: Connection, pings: int) -> bool:
    return connection.pongs == pings


class TestGateway:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"clientSecret": "another"}, (401, "authFailed")),
            ({"clientId": "another"}, (401, "authFailed")),
            ({"subscriptions": []}, (400, "invalidParameter.subscriptions")),
            ({"subscriptions": [{"type": "CALL", "topic": "*"}]}, (400, "invalidParameter.subscriptions")),
            ({"subscriptions": [{"type": "EVENT"}]}, (400, "invalidParameter.subscriptions")),
        ],
    )  # fmt: skip
    async def test_refuses_a_wrong_request(
        self, bot: BareBot, body: dict[str, Any], code: tuple[int, str]
    ) -> None:
        answer = await bot.open(*TOPICS, **body)
        assert (answer.status_code, answer.json()["code"]) == code
        assert answer.json()["requestid"]

    async def test_answers_in_xml_unless_json_is_accepted(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        body = {"clientId": ding.client_id, "clientSecret": ding.client_secret,
                "subscriptions": [{"type": "EVENT", "topic": "*"}]}  # fmt: skip
        answer = await bot.call("/v1.0/gateway/connections/open", body)
        assert answer.headers["content-type"] == "application/xml"

    async def test_takes_a_ticket_once(self, bot: BareBot) -> None:
        address = await bot.ticket()
        async with connect(address, proxy=None):
            assert await status(address) == 401

    async def test_takes_a_ticket_for_ninety_seconds(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        late, soon = await bot.ticket(), await bot.ticket()
        ding.clock.advance(89)
        async with connect(soon, proxy=None):
            ding.clock.advance(1)
            assert await status(late) == 401

    async def test_takes_no_ticket_that_it_did_not_give(self, ding: DingtalkEmulator) -> None:
        endpoint = ding.url.replace("http", "ws")
        assert await status(f"{endpoint}/connect?ticket=made-up") == 401
        assert ding.refusals[-1]["path"] == "/connect"


class TestMessages:
    async def test_of_a_person_has_what_dingtalk_says(
        self, frames: Frames, ding: DingtalkEmulator
    ) -> None:
        asked = ding.user(LI).says("你好")
        frame = await frames.next()
        data = json.loads(frame["data"])
        assert (frame["type"], frame["headers"]["topic"]) == ("CALLBACK", MESSAGES)
        assert data["sessionWebhookExpiredTime"] - data["createAt"] == 5_400_000
        assert data["sessionWebhook"].startswith(f"{ding.old_url}/robot/sendBySession?session=")
        assert {name: data[name] for name in (
            "conversationType", "msgId", "senderStaffId", "senderNick", "isAdmin", "robotCode",
            "msgtype", "text",
        )} == {
            "conversationType": "1", "msgId": asked.msg_id, "senderStaffId": LI,
            "senderNick": "李雷", "isAdmin": True, "robotCode": ding.robot_code,
            "msgtype": "text", "text": {"content": "你好"},
        }  # fmt: skip

    async def test_of_a_group_come_when_the_robot_is_named(
        self, frames: Frames, ding: DingtalkEmulator
    ) -> None:
        sales, li = ding.group(SALES, "销售群"), ding.user(LI)
        unheard = li.says("我们自己说", sales, at_bot=False)
        li.says("本周线索", sales)
        data = json.loads((await frames.next())["data"])
        assert (data["conversationType"], data["conversationId"], data["conversationTitle"]) == (
            "2", SALES, "销售群"
        )  # fmt: skip
        assert (data["text"]["content"], data["isInAtList"]) == (" 本周线索", True)
        assert (unheard.state, unheard.message_ids) == ("waiting", [])

    async def test_of_an_outsider_name_no_staff_id(
        self, frames: Frames, ding: DingtalkEmulator
    ) -> None:
        customer = ding.user("customer", outsider=True)
        customer.says("多少钱")
        data = json.loads((await frames.next())["data"])
        assert (data["senderStaffId"], data["senderId"]) == ("", customer.user.sender_id)
        assert "senderCorpId" not in data

    async def test_with_files_can_be_downloaded_for_a_while(
        self, frames: Frames, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.user(LI).sends_file("leads.csv", b"name,phone\n")
        content = json.loads((await frames.next())["data"])["content"]
        assert content["fileName"] == "leads.csv"
        asked = {"downloadCode": content["downloadCode"], "robotCode": ding.robot_code}
        link = (await bot.call("/v1.0/robot/messageFiles/download", asked)).json()["downloadUrl"]
        assert (await bot.get(link)).content == b"name,phone\n"
        ding.clock.advance(3600)
        assert (await bot.get(link)).status_code == 403

    async def test_of_every_kind_have_their_content(
        self, frames: Frames, ding: DingtalkEmulator
    ) -> None:
        li = ding.user(LI)
        li.sends_picture(b"1")
        li.sends_audio(b"2", "多少钱", duration=4000)
        li.sends_video(b"3")
        li.sends_rich("看", b"4", "这张")
        li.sends_unknown()
        got = [json.loads((await frames.next())["data"]) for _ in range(5)]
        assert [(data["msgtype"], sorted(data["content"])) for data in got] == [
            ("picture", ["downloadCode", "pictureDownloadCode"]),
            ("audio", ["downloadCode", "duration", "recognition"]),
            ("video", ["downloadCode", "duration", "videoType"]),
            ("richText", ["richText"]),
            ("unknownMsgType", []),
        ]
        [first, picture, last] = got[3]["content"]["richText"]
        assert (first, picture["type"], last) == ({"text": "看"}, "picture", {"text": "这张"})


class TestAcknowledgement:
    async def test_in_time_ends_it(self, frames: Frames, ding: DingtalkEmulator) -> None:
        asked = ding.user(LI).says("你好")
        await frames.acknowledge(await frames.next(), {"response": None})
        await ding.wait_for(lambda: asked.state == "acked")
        ding.clock.advance(3600)
        assert asked.answer == {"response": None}
        assert [entry["event"] for entry in ding.ledger.pushes(msg_id=asked.msg_id)] == [
            "created", "sent", "acked"
        ]  # fmt: skip

    async def test_that_is_late_brings_the_same_message_under_a_new_id(
        self, frames: Frames, ding: DingtalkEmulator
    ) -> None:
        ding.user(LI).says("你好")
        first = await frames.next()
        ding.clock.advance(60)
        second = await frames.next()
        assert first["headers"]["messageId"] != second["headers"]["messageId"]
        assert first["data"] == second["data"]

    async def test_of_the_first_copy_counts_after_the_second_was_sent(
        self, frames: Frames, ding: DingtalkEmulator
    ) -> None:
        asked = ding.user(LI).says("你好")
        first = await frames.next()
        ding.clock.advance(60)
        await frames.next()
        await frames.acknowledge(first)
        await ding.wait_for(lambda: asked.state == "acked")
        assert len(asked.message_ids) == 2

    async def test_is_waited_for_four_times(self, frames: Frames, ding: DingtalkEmulator) -> None:
        asked = ding.user(LI).says("你好")
        for _ in range(4):
            await frames.next()
            ding.clock.advance(60)
        await ding.wait_for(lambda: asked.state == "given_up")
        assert len(asked.message_ids) == 4

    @pytest.mark.parametrize(
        ("code", "data"), [(500, {}), (404, {}), (200, {"status": "LATER", "message": "busy"})]
    )
    async def test_that_fails_brings_it_again(
        self, frames: Frames, ding: DingtalkEmulator, code: int, data: dict[str, str]
    ) -> None:
        told = ding.event("user_add_org", {"userId": ["u1"]})
        frame = await frames.next()
        assert frame["headers"]["eventType"] == "user_add_org"
        await frames.acknowledge(frame, data, code)
        await ding.wait_for(lambda: ding.ledger.pushes("refused"))
        ding.clock.advance(60)
        await frames.acknowledge(await frames.next(), {"status": "SUCCESS"})
        await ding.wait_for(lambda: told.state == "acked")

    @pytest.mark.parametrize(
        ("sent", "reason"),
        [
            ("no json", "no JSON"),
            ('{"code": 200}', "an object with headers"),
            ('{"code": "200", "headers": {}, "data": "{}"}', "code must be a number"),
            ('{"code": 200, "headers": {"messageId": "x"}, "data": "{}"}', "contentType"),
            (ACK.replace('"messageId": "x", ', ""), "messageId is missing"),
            (ACK.replace('"{}"', "{}"), "data must be a string"),
            (ACK, "nothing was sent as 'x'"),
        ],
    )
    async def test_that_is_wrong_is_noted(
        self, frames: Frames, ding: DingtalkEmulator, sent: str, reason: str
    ) -> None:
        await frames.socket.send(sent)
        await ding.wait_for(lambda: ding.refusals)
        assert reason in ding.refusals[0]["reason"]


class TestConnections:
    async def test_share_the_messages_at_random(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        async with bot.connected(), bot.connected():
            for number in range(40):
                ding.user(LI).says(str(number))
            took = [entry["connection"] for entry in ding.ledger.pushes("sent")]
        assert 5 < took.count("c1") < 35
        assert took.count("c1") + took.count("c2") == 40

    async def test_get_only_what_they_subscribed_to(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        async with bot.connected(("EVENT", "*")) as events:
            waiting = ding.user(LI).says("你好")
            ding.event("user_add_org", {})
            assert (await events.next())["type"] == "EVENT"
            assert waiting.state == "waiting"

    async def test_get_what_came_before_them(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        ding.user(LI).says("有人吗")
        async with bot.connected() as frames:
            assert "有人吗" in (await frames.next())["data"]

    async def test_get_what_their_predecessor_never_acknowledged(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        async with bot.connected() as frames:
            ding.user(LI).says("你好")
            first = await frames.next()
        await ding.wait_for(lambda: not ding.streams.connections)
        async with bot.connected() as frames:
            ding.clock.advance(60)
            assert (await frames.next())["data"] == first["data"]

    async def test_are_pinged_every_twenty_seconds(
        self, frames: Frames, ding: DingtalkEmulator
    ) -> None:
        [connection] = ding.streams.connections
        for count in range(1, 6):
            ding.clock.advance(20)
            ping = await frames.next("SYSTEM")
            await frames.acknowledge(ping, json.loads(ping["data"]))
            await ding.wait_for(partial(answered, connection, count))
        assert (ping["headers"]["topic"], ding.refusals) == ("ping", [])

    async def test_end_when_they_do_not_answer_pings(
        self, frames: Frames, ding: DingtalkEmulator
    ) -> None:
        for _ in range(3):
            ding.clock.advance(20)
            ping = await frames.next("SYSTEM")
        await frames.acknowledge(ping, {"opaque": "another"})
        await ding.wait_for(lambda: ding.refusals)
        ding.clock.advance(20)
        with pytest.raises(ConnectionClosed):
            await frames.next("SYSTEM")
        assert [entry["reason"] for entry in ding.refusals] == [
            "opaque was not echoed: {'opaque': 'another'}", "3 pings were not answered"
        ]  # fmt: skip

    async def test_get_nothing_after_disconnect_and_end_ten_seconds_later(
        self, frames: Frames, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.disconnect()
        farewell = await frames.next("SYSTEM")
        assert farewell["headers"]["topic"] == "disconnect"
        assert json.loads(farewell["data"]) == {"reason": "connection is expired"}
        asked = ding.user(LI).says("你好")
        async with bot.connected() as second:
            assert asked.msg_id in (await second.next())["data"]
        ding.clock.advance(10)
        with pytest.raises(ConnectionClosed) as closed:
            await frames.next()
        assert closed.value.rcvd is None

    @pytest.mark.parametrize("code", [1000, 1011])
    async def test_can_be_closed(self, frames: Frames, ding: DingtalkEmulator, code: int) -> None:
        ding.drop(code)
        with pytest.raises(ConnectionClosed) as closed:
            await frames.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code

    async def test_can_be_cut(self, frames: Frames, ding: DingtalkEmulator) -> None:
        ding.drop(1006)
        with pytest.raises(ConnectionClosed) as closed:
            await frames.next()
        assert closed.value.rcvd is None
