"""The emulator's faults, limits and tokens: each can be named, and happens as DingTalk's do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.emulators.dingtalk.bare import TOPICS, BareBot
from tests.emulators.dingtalk.faults import Fault, Kind
from tests.emulators.dingtalk.server import DingtalkEmulator

LI = "manager807"
TO_LI = f"IM_ROBOT.{LI}"
TEXT = {"msgtype": "text", "text": {"content": "好"}}


@pytest.fixture
async def ding() -> AsyncIterator[DingtalkEmulator]:
    """Its clock stands."""
    async with DingtalkEmulator(scale=0) as ding:
        ding.user(LI, "李雷")
        yield ding


@pytest.fixture
async def bot(ding: DingtalkEmulator) -> AsyncIterator[BareBot]:
    async with BareBot(ding) as bot:
        yield bot


def texts(ding: DingtalkEmulator) -> list[str]:
    return [shown.text for shown in ding.delivered(LI)]


def met(fault: Fault, times: int) -> bool:
    return fault.hits == times


class TestRefusals:
    @pytest.mark.parametrize(
        ("kind", "status", "code"),
        [
            (Kind.bad_request, 400, "invalidParameter"),
            (Kind.unauthenticated, 401, "InvalidAuthentication"),
            (Kind.token_expired, 401, "InvalidAuthentication"),
            (Kind.qps, 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"),
            (Kind.qps_of_api, 403, "Forbidden.AccessDenied.QpsLimitForApi"),
            (Kind.scopes, 403, "Forbidden.AccessDenied.AccessTokenPermissionDenied"),
            (Kind.not_found, 404, "InvalidAction.NotFound"),
            (Kind.unknown_error, 500, "unknownError"),
            (Kind.gateway_timeout, 504, "ServiceTimeout"),
        ],
    )
    async def test_of_the_new_api_change_nothing(
        self, bot: BareBot, ding: DingtalkEmulator, kind: Kind, status: int, code: str
    ) -> None:
        fault = ding.faults.next(kind, "batchSend", chat=LI)
        answer = await bot.send(LI, content="一")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert set(answer.json()) >= {"code", "message", "requestid"}
        await bot.send(LI, content="二")
        assert (fault.hits, texts(ding)) == (1, ["二"])

    async def test_for_want_of_a_permission_name_it(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.faults.next("scopes", "createAndDeliver")
        answer = (await bot.create_and_deliver(TO_LI)).json()
        assert "Card.Instance.Write" in answer["accessdenieddetail"]["requiredScopes"]

    @pytest.mark.parametrize(
        ("kind", "errcode"),
        [
            (Kind.bad_request, 40035), (Kind.unauthenticated, 40014), (Kind.token_expired, 42001),
            (Kind.qps, 90018), (Kind.unknown_error, -1), (Kind.session_expired, 300001),
            (Kind.too_fast, 130101), (Kind.webhook_limit, 90030), (Kind.security, 310000),
        ],
    )  # fmt: skip
    async def test_of_the_old_api_come_with_status_200(
        self, bot: BareBot, ding: DingtalkEmulator, kind: Kind, errcode: int
    ) -> None:
        hook = str(ding.user(LI).says("?").data["sessionWebhook"]).removeprefix(ding.url)
        ding.faults.next(kind, "sendBySession", chat=LI)
        answer = await bot.post(hook, TEXT)
        assert (answer.status_code, answer.json()["errcode"]) == (200, errcode)
        assert ding.delivered(LI) == []

    @pytest.mark.parametrize(
        ("kind", "status"),
        [(Kind.auth_failed, 401), (Kind.bad_request, 400), (Kind.unknown_error, 500)],
    )
    async def test_of_the_gateway(
        self, bot: BareBot, ding: DingtalkEmulator, kind: Kind, status: int
    ) -> None:
        ding.faults.next(kind, "connections/open")
        assert (await bot.open(*TOPICS)).status_code == status
        assert (await bot.open(*TOPICS)).status_code == 200

    @pytest.mark.parametrize("kind", ["banned", "banned_json"])
    async def test_of_a_banned_address_are_no_answer_of_the_api(
        self, bot: BareBot, ding: DingtalkEmulator, kind: str
    ) -> None:
        ding.faults.next(kind, "batchSend")
        answer = await bot.send(LI, content="一")
        assert '"status":1111' in answer.text
        assert ("html" in answer.headers["content-type"]) == (kind == "banned")
        assert texts(ding) == []

    async def test_go_on_as_often_as_they_are_told_to(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.faults.next("qps", "batchSend", count=None)
        statuses = {(await bot.send(LI, content="一")).status_code for _ in range(3)}
        ding.faults.clear()
        assert (statuses, (await bot.send(LI, content="二")).status_code) == ({403}, 200)

    async def test_meet_the_chat_that_they_are_for(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.user("u2")
        ding.faults.next("unknown_error", chat="u2")
        assert (await bot.send(LI, content="一")).status_code == 200
        assert (await bot.send("u2", content="一")).status_code == 500

    async def test_that_the_api_does_not_know_are_a_mistake_of_the_test(
        self, ding: DingtalkEmulator
    ) -> None:
        with pytest.raises(LookupError):
            ding.faults.next("too_fast").refusal(old=False)


class TestUnseen:
    """Done, but the client saw an error."""

    async def test_is_a_504_after_the_message_was_sent(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.faults.next("lost", "batchSend", chat=LI)
        assert (await bot.send(LI, content="一")).status_code == 504
        [entry] = ding.ledger.effects("batchSend")
        assert (texts(ding), entry["outcome"]) == (["一"], "unseen: lost")

    @pytest.mark.parametrize("kind", ["reset_after", "cut"])
    async def test_is_a_connection_that_ends(
        self, bot: BareBot, ding: DingtalkEmulator, kind: str
    ) -> None:
        ding.faults.next(kind, "batchSend")
        with pytest.raises(httpx.TransportError):
            await bot.send(LI, content="一")
        assert texts(ding) == ["一"]

    async def test_is_not_a_connection_that_ended_before(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.faults.next("reset_before", "batchSend")
        with pytest.raises(httpx.TransportError):
            await bot.send(LI, content="一")
        assert texts(ding) == []

    async def test_is_an_answer_that_is_no_json(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        ding.faults.next("malformed", "batchSend")
        answer = await bot.send(LI, content="一")
        with pytest.raises(ValueError, match="Expecting"):
            answer.json()
        assert texts(ding) == ["一"]

    async def test_is_an_answer_that_comes_too_late(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.faults.next("slow", "batchSend", value=30)
        sending = asyncio.create_task(bot.send(LI, content="一"))
        await ding.wait_for(lambda: texts(ding) == ["一"])
        assert not sending.done()
        sending.cancel()

    async def test_may_be_a_reply_by_the_session(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        hook = str(ding.user(LI).says("?").data["sessionWebhook"]).removeprefix(ding.url)
        ding.faults.next("lost", "sendBySession")
        assert (await bot.post(hook, TEXT)).status_code == 504
        assert texts(ding) == ["好"]


class TestPartial:
    @pytest.mark.parametrize(
        ("kind", "listed"),
        [("flow_controlled", "flowControlledStaffIdList"), ("invalid_staff", "invalidStaffIdList")],
    )
    async def test_success_names_who_got_nothing(
        self, bot: BareBot, ding: DingtalkEmulator, kind: str, listed: str
    ) -> None:
        ding.faults.next(kind, "batchSend")
        answer = await bot.send(LI, content="一")
        assert (answer.status_code, answer.json()[listed], texts(ding)) == (200, [LI], [])

    async def test_success_of_a_card_may_be_none(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.faults.next("undelivered", "createAndDeliver", chat=LI)
        [result] = (await bot.create_and_deliver(TO_LI)).json()["result"]["deliverResults"]
        assert (result["success"], result["errorMsg"]) == (False, "spaceId is illegal")
        assert texts(ding) == []


class TestLimits:
    @pytest.mark.parametrize(
        ("most", "call"),
        [
            (20, lambda bot: bot.send(LI, content="一")),
            (40, lambda bot: bot.create_and_deliver(TO_LI)),
        ],
    )
    async def test_are_per_second_and_api(
        self,
        bot: BareBot,
        ding: DingtalkEmulator,
        most: int,
        call: Callable[[BareBot], Awaitable[httpx.Response]],
    ) -> None:
        statuses = [(await call(bot)).status_code for _ in range(most + 1)]
        assert statuses == [200] * most + [403]
        assert (await bot.send_to_group("none", content="一")).status_code == 400
        ding.clock.advance(1)
        assert (await call(bot)).status_code == 200

    async def test_can_be_switched_off(self) -> None:
        async with DingtalkEmulator(scale=0, flood=0) as ding, BareBot(ding) as bot:
            ding.user(LI)
            statuses = [(await bot.send(LI, content="一")).status_code for _ in range(25)]
        assert statuses == [200] * 25


class TestTokens:
    async def test_last_two_hours(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        await bot.send(LI, content="一")
        ding.clock.advance(7199)
        assert (await bot.send(LI, content="一")).status_code == 200
        ding.clock.advance(1)
        assert (await bot.send(LI, content="一")).status_code == 401

    async def test_are_the_same_until_they_end(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        body = {"appKey": ding.client_id, "appSecret": ding.client_secret}
        old = {"appkey": ding.client_id, "appsecret": ding.client_secret}

        async def fetched() -> list[str]:
            new = (await bot.post("/v1.0/oauth2/accessToken", body)).json()
            other = await bot.call("/oapi/gettoken", None, method="GET", **old)
            return [new["accessToken"], other.json()["access_token"]]

        first = await fetched()
        ding.expire_tokens()
        assert (len({*first}), first[0] in await fetched()) == (1, False)

    async def test_that_expired_are_refused_by_both_apis(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        await bot.send(LI, content="一")
        ding.expire_tokens()
        assert (await bot.send(LI, content="一")).json()["code"] == "InvalidAuthentication"
        assert (await bot.upload("file", "a.pdf", b"1"))["errcode"] == 42001
        bot.token = "made-up"
        assert (await bot.upload("file", "a.pdf", b"1"))["errcode"] == 40014

    async def test_are_given_for_the_right_secret(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        wrong = {"appKey": ding.client_id, "appSecret": "x"}
        assert (await bot.post("/v1.0/oauth2/accessToken", wrong)).status_code == 400
        query = {"appkey": ding.client_id, "appsecret": "x"}
        answer = await bot.call("/oapi/gettoken", None, method="GET", **query)
        assert answer.json()["errcode"] == 40096

    async def test_and_secrets_are_not_in_the_ledger(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        await bot.send(LI, content="一")
        await bot.open(*TOPICS, subscriptions=[])
        written = f"{ding.ledger.entries}{ding.refusals}"
        assert bot.token not in written
        assert ding.client_secret not in written


class TestPushes:
    async def test_may_come_twice(self, bot: BareBot, ding: DingtalkEmulator) -> None:
        ding.faults.next("duplicate", "messages/get")
        async with bot.connected() as frames:
            ding.user(LI).says("你好")
            first, second = await frames.next(), await frames.next()
        assert first["data"] == second["data"]
        assert first["headers"]["messageId"] != second["headers"]["messageId"]

    async def test_may_come_after_they_were_acknowledged(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        async with bot.connected() as frames:
            asked = ding.user(LI).says("你好")
            first = await frames.next()
            await frames.acknowledge(first)
            await ding.wait_for(lambda: asked.state == "acked")
            asked.again()
            assert (await frames.next())["data"] == first["data"]

    async def test_may_come_again_because_the_acknowledgement_was_lost(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        fault = ding.faults.next("ack_lost")
        async with bot.connected() as frames:
            asked = ding.user(LI).says("你好")
            await frames.acknowledge(await frames.next())
            await ding.wait_for(lambda: fault.hits)
            ding.clock.advance(60)
            await frames.acknowledge(await frames.next())
            await ding.wait_for(lambda: asked.state == "acked")

    @pytest.mark.parametrize("code", [1000, 1006, 1011])
    async def test_may_meet_a_connection_that_closes(
        self, bot: BareBot, ding: DingtalkEmulator, code: int
    ) -> None:
        ding.faults.next("close", value=code)
        async with bot.connected() as frames:
            ding.user(LI).says("你好")
            with pytest.raises(ConnectionClosed) as closed:
                await frames.next()
        assert (closed.value.rcvd.code if closed.value.rcvd else 1006) == code
        async with bot.connected() as frames:
            assert "你好" in (await frames.next())["data"]

    async def test_need_a_connection_that_may_be_refused(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        ding.faults.next("upgrade_refused")
        with pytest.raises(InvalidStatus, match="401"):
            async with connect(await bot.ticket(), proxy=None):
                pass
        async with bot.connected():
            assert len(ding.streams.connections) == 1

    async def test_are_all_that_comes_when_there_are_no_pings(
        self, bot: BareBot, ding: DingtalkEmulator
    ) -> None:
        fault = ding.faults.next("no_ping", count=None)
        async with bot.connected() as frames:
            for count in range(1, 6):
                ding.clock.advance(20)
                await ding.wait_for(partial(met, fault, count))
            ding.user(LI).says("你好")
            assert (await frames.next("SYSTEM", "CALLBACK"))["type"] == "CALLBACK"
