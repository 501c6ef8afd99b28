"""The one connection that a bot has: made, kept alive, lost, and made again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.channels.base import WebhookCall
from bot.channels.wecom.bot.channel import WecomBot
from bot.errors import Busy, NotDelivered
from bot.messages import Event, File, InboundMessage
from config.errors import AppError, ConfigurationError, TransientError
from tests.builders.wecom_bot import (
    QUICK,
    Desk,
    a_desk,
    a_wecom_bot,
    receiving,
    settings_for,
    texts,
)
from tests.emulators.wecom.bot.server import WecomBotEmulator


async def again(wecom: WecomBotEmulator, desk: Desk, subscriptions: int = 2) -> None:
    """Until the bot is back."""
    await wecom.until(
        lambda: wecom.socket.subscriptions >= subscriptions and desk.channel.chats is None
    )


async def raised(desk: Desk, text: str = "好") -> AppError:
    """What a message that nobody asked for raises."""
    with pytest.raises(AppError) as caught:
        await desk.push("lilei", text)
    return caught.value


async def test_no_chat_can_be_reached_before_the_subscription(wecom: WecomBotEmulator) -> None:
    wecom.user("lilei")
    channel = a_wecom_bot(wecom)
    desk = Desk(wecom, channel)
    assert channel.chats == frozenset()
    assert type(await raised(desk)) is NotDelivered
    async with receiving(channel, desk.seen.put):
        await wecom.connected()
        await wecom.until(lambda: channel.chats is None)
        await desk.push("lilei", "好")
    assert channel.chats == frozenset()
    assert texts(wecom, "lilei") == ["好"]


@pytest.mark.parametrize("code", [1000, 1006, 1011])
async def test_a_connection_that_is_closed_is_made_again(
    wecom: WecomBotEmulator, code: int
) -> None:
    async with a_desk(wecom) as desk:
        await wecom.socket.end(code)
        wecom.user("lilei").says("还在吗")
        assert (await desk.message()).text == "还在吗"
    assert wecom.socket.subscriptions == 2


@pytest.mark.parametrize("code", [1000, 1006, 1011])
async def test_a_close_before_the_confirmation_leaves_a_doubt(
    wecom: WecomBotEmulator, code: int
) -> None:
    wecom.user("lilei")
    wecom.fault("close", command="aibot_send_msg", value=code)
    async with a_desk(wecom) as desk:
        assert type(await raised(desk)) is TransientError
        await again(wecom, desk)
        await desk.push("lilei", "再来")
    assert texts(wecom, "lilei") == ["再来"]


@pytest.mark.parametrize("code", [1000, 1006, 1011])
async def test_done_and_then_closed_leaves_a_doubt(wecom: WecomBotEmulator, code: int) -> None:
    wecom.user("lilei")
    wecom.fault("close_after", command="aibot_send_msg", value=code)
    async with a_desk(wecom) as desk:
        assert type(await raised(desk)) is TransientError
    assert texts(wecom, "lilei") == ["好"]


@pytest.mark.parametrize("kind", ["no_ack", "unseen"])
async def test_a_lost_confirmation_leaves_a_doubt_and_the_connection_is_made_anew(
    wecom: WecomBotEmulator, kind: str
) -> None:
    wecom.user("lilei")
    wecom.fault(kind, command="aibot_send_msg")
    async with a_desk(wecom, timing=replace(QUICK, ack=0.5)) as desk:
        assert type(await raised(desk)) is TransientError
        await again(wecom, desk)
        await desk.push("lilei", "再来")
    assert texts(wecom, "lilei") == (["好", "再来"] if kind == "unseen" else ["再来"])


async def test_the_end_of_a_connection_waits_for_what_others_send(
    wecom: WecomBotEmulator,
) -> None:
    wecom.user("lilei"), wecom.user("hanmei")
    wecom.fault("slow", chat="hanmei", value=0.2)
    wecom.fault("refuse", chat="lilei", value=846609)
    async with a_desk(wecom) as desk:
        slow = asyncio.create_task(desk.push("hanmei", "慢"))
        await wecom.until(lambda: wecom.ledger.effects(chat="hanmei"))
        assert type(await raised(desk)) is NotDelivered
        assert await slow
        await again(wecom, desk)


async def test_a_subscription_that_the_server_forgot_is_made_anew_and_the_message_goes_again(
    wecom: WecomBotEmulator,
) -> None:
    wecom.user("lilei")
    async with a_desk(wecom) as desk:
        wecom.socket.invalidate()
        assert type(await raised(desk)) is NotDelivered
        await again(wecom, desk)
        await desk.push("lilei", "好")
    assert texts(wecom, "lilei") == ["好"]


async def test_who_was_kicked_does_not_fight(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom, timing=replace(QUICK, kicked=3600.0)) as desk:
        with capture_logs() as logs:
            wecom.kick()
            await wecom.until(lambda: any(each["event"] == "wecom.kicked" for each in logs))
        assert desk.channel.chats == frozenset()
        assert wecom.socket.subscriptions == 1


async def test_who_was_kicked_comes_back_after_a_long_while(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom, timing=replace(QUICK, kicked=0.05)) as desk:
        wecom.kick()
        await again(wecom, desk)


async def test_a_second_connection_ends_the_first(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom, timing=replace(QUICK, kicked=3600.0)) as first:
        async with a_desk(wecom) as second:
            await wecom.until(lambda: first.channel.chats == frozenset())
            wecom.user("lilei").says("谁在")
            assert (await second.message()).text == "谁在"
        assert first.seen.empty()


async def test_pings_keep_the_connection(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom, timing=replace(QUICK, ping=0.01)):
        await wecom.until(lambda: wecom.socket.pings >= 5)
    assert wecom.socket.subscriptions == 1


async def test_one_lost_pong_is_no_reason_to_leave(wecom: WecomBotEmulator) -> None:
    wecom.fault("no_ack", command="ping")
    async with a_desk(wecom, timing=replace(QUICK, ping=0.01, ack=0.5)):
        await wecom.until(lambda: wecom.socket.pings >= 4)
    assert wecom.socket.subscriptions == 1


async def test_pongs_that_stay_away_end_the_connection(wecom: WecomBotEmulator) -> None:
    wecom.fault("no_ack", command="ping", count=2)
    async with a_desk(wecom, timing=replace(QUICK, ping=0.01, ack=0.3)) as desk:
        await again(wecom, desk)


@pytest.mark.parametrize("code", [853000, 93019, 40058])
async def test_a_bot_that_wecom_does_not_know_stops_the_start(
    wecom: WecomBotEmulator, code: int
) -> None:
    wecom.fault("refuse", command="aibot_subscribe", value=code)
    channel = a_wecom_bot(wecom)
    async with channel:
        with pytest.raises(ConfigurationError, match="WECOM__SECRET") as caught:
            await channel.run(asyncio.Queue[Event]().put)
    assert wecom.secret not in str(caught.value)


async def test_a_secret_that_became_wrong_meanwhile_does_not_stop_the_service(
    wecom: WecomBotEmulator,
) -> None:
    async with a_desk(wecom) as desk:
        wecom.fault("refuse", command="aibot_subscribe", value=853000, count=2)
        await wecom.socket.end(1000)
        await again(wecom, desk)
    assert [entry["errcode"] for entry in wecom.ledger.of("refused")] == [853000, 853000]


async def test_too_many_subscriptions_make_it_wait_and_try_again(wecom: WecomBotEmulator) -> None:
    wecom.fault("refuse", command="aibot_subscribe", value=45009, count=3)
    async with a_desk(wecom):
        assert [entry["errcode"] for entry in wecom.ledger.of("refused")] == [45009] * 3


async def test_a_subscription_without_an_answer_is_tried_again(wecom: WecomBotEmulator) -> None:
    wecom.fault("no_ack", command="aibot_subscribe")
    async with a_desk(wecom, timing=replace(QUICK, ack=0.5)):
        assert wecom.socket.subscriptions == 1


async def test_where_nobody_listens_it_tries_again(wecom: WecomBotEmulator) -> None:
    channel = WecomBot(settings_for(wecom, websocket="ws://127.0.0.1:9"), timing=QUICK)
    with capture_logs() as logs:
        async with receiving(channel, asyncio.Queue[Event]().put):
            await wecom.until(
                lambda: sum(each["event"] == "wecom.not_connected" for each in logs) >= 3
            )


@pytest.mark.parametrize("kind", ["fragments", "huge", "garbage"])
async def test_frames_of_any_shape_are_read(wecom: WecomBotEmulator, kind: str) -> None:
    wecom.fault(kind, command="aibot_msg_callback", value=3)
    async with a_desk(wecom) as desk:
        wecom.user("lilei").says("一")
        wecom.user("lilei").says("二")
        assert [(await desk.message()).text, (await desk.message()).text] == ["一", "二"]
    assert wecom.socket.subscriptions == 1


async def test_a_message_that_comes_again_after_a_reconnect_is_the_same(
    wecom: WecomBotEmulator,
) -> None:
    wecom.fault("duplicate", command="aibot_msg_callback")
    async with a_desk(wecom) as desk:
        wecom.user("lilei").says("一次")
        first = await desk.message()
        await wecom.socket.end(1006)
        second = await desk.message()
    assert (first.external_id, first.text) == (second.external_id, second.text)


@pytest.mark.parametrize(
    ("code", "becomes"),
    [(45009, Busy), (-1, NotDelivered), (846609, NotDelivered)],
)
async def test_a_refusal_that_passes_is_no_doubt(
    wecom: WecomBotEmulator, code: int, becomes: type[AppError]
) -> None:
    wecom.user("lilei")
    wecom.fault("refuse", command="aibot_send_msg", value=code)
    async with a_desk(wecom) as desk:
        assert type(await raised(desk)) is becomes
    assert texts(wecom, "lilei") == []


async def test_a_refused_upload_or_a_lost_one_surely_delivered_nothing(
    wecom: WecomBotEmulator,
) -> None:
    file = File(name="f.csv", media_type="text/csv", content=b"a,b,c,d")
    wecom.user("lilei")
    wecom.fault("unseen", command="aibot_upload_media_finish")
    async with a_desk(wecom, timing=replace(QUICK, ack=0.5)) as desk:
        with pytest.raises(NotDelivered):
            await desk.push("lilei", "", files=(file,))
    assert wecom.shown("lilei") == []


async def test_a_slow_database_of_one_chat_does_not_delay_another(
    wecom: WecomBotEmulator,
) -> None:
    channel = a_wecom_bot(wecom)
    stuck, seen = asyncio.Event(), asyncio.Queue[str]()

    async def keep(event: Event) -> None:
        assert isinstance(event, InboundMessage)
        if event.text == "慢":
            await stuck.wait()
        await seen.put(event.text)

    async with receiving(channel, keep), asyncio.timeout(60):
        wecom.user("lilei").says("慢")
        wecom.user("lilei").says("后")
        wecom.user("hanmei").says("快")
        assert await seen.get() == "快"
        stuck.set()
        assert [await seen.get(), await seen.get()] == ["慢", "后"]


async def test_of_several_processes_the_one_with_the_duty_connects(
    wecom: WecomBotEmulator,
) -> None:
    named: list[str] = []
    turn = asyncio.Event()

    async def duty(name: str, work: Callable[[], Awaitable[None]]) -> None:
        named.append(name)
        await turn.wait()
        await work()

    channel = a_wecom_bot(wecom, duty=duty)
    async with receiving(channel, asyncio.Queue[Event]().put):
        await wecom.until(lambda: named)
        assert (named, wecom.socket.subscriptions) == ([f"connection:wecom:{wecom.bot_id}"], 0)
        turn.set()
        await wecom.connected()


async def test_nobody_is_called_by_http(wecom: WecomBotEmulator) -> None:
    async with a_wecom_bot(wecom) as channel:
        assert (await channel.webhook(WebhookCall())).status == 404


async def test_no_log_holds_the_secret(wecom: WecomBotEmulator) -> None:
    with capture_logs() as logs:
        wecom.fault("refuse", command="aibot_subscribe", value=45009)
        async with a_desk(wecom) as desk:
            wecom.user("lilei").says("私密的话")
            message = await desk.message()
            wecom.fault("refuse", command="aibot_respond_msg", value=846605)
            await desk.answer(message, "私密的回答")
            await wecom.socket.end(1011)
            await again(wecom, desk)
    said = str(logs)
    assert logs
    assert not any(each in said for each in (wecom.secret, "私密", message.reply_token))
