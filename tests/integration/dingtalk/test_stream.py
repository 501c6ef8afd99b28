"""The stream: it comes back by itself, and an acknowledgement means that it is on disk."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.stream import opened as open_stream
from bot.messages import ChatClosed, InboundMessage, OutboundMessage
from config.errors import ConfigurationError, TransientError
from tests.builders.dingtalk import (
    GROUP,
    HAN,
    LI,
    Desk,
    a_button_card,
    a_dingtalk,
    address_of,
    dingtalk_settings,
    events,
    group_address,
    receiving,
)
from tests.contracts.channel import APPROVE
from tests.emulators.dingtalk.frames import Push
from tests.emulators.dingtalk.server import DingtalkEmulator


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def channel(ding: DingtalkEmulator, desk: Desk) -> AsyncIterator[DingtalkChannel]:
    channel = a_dingtalk(ding)
    async with receiving(channel, desk.keep):
        await connected(ding)
        yield channel


async def connected(ding: DingtalkEmulator, count: int = 1) -> None:
    async with asyncio.timeout(60):
        while len(ding.streams.connections) < count:
            await asyncio.sleep(0.01)


async def acknowledged(ding: DingtalkEmulator, push: Push) -> None:
    await ding.wait_for(lambda: push.state == "acked")


async def pinged(ding: DingtalkEmulator, times: int) -> None:
    """Until so many pings were answered."""
    async with asyncio.timeout(60):
        while ding.streams.connections[0].pongs < times:
            await asyncio.sleep(0.01)


async def test_it_is_acknowledged_when_it_is_kept(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    asked = ding.user(LI).says("预算多少")
    await acknowledged(ding, asked)
    assert desk.texts == ["预算多少"]
    assert asked.answer == {"response": None}


async def test_what_is_not_kept_is_not_acknowledged(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    desk.failures = 3
    asked = ding.user(LI).says("one")
    await acknowledged(ding, asked)
    assert desk.failures == 0
    assert desk.texts == ["one"]


async def test_a_late_push_has_the_same_name(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    asked = ding.user(LI).says("one")
    await acknowledged(ding, asked)
    asked.again()
    await ding.wait_for(lambda: len(desk.kept) == 2)
    assert len(set(asked.message_ids)) == 2
    assert len({each.external_id for each in desk.kept if isinstance(each, InboundMessage)}) == 1


async def test_pings_are_answered(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    for times in range(1, 7):
        ding.clock.advance(20)
        await pinged(ding, times)
    assert ding.refusals == []


async def test_pings_are_answered_while_nothing_can_be_kept(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    desk.failures = 10_000
    asked = ding.user(LI).says("one")
    for times in range(1, 7):
        ding.clock.advance(20)
        await pinged(ding, times)
    desk.failures = 0
    await acknowledged(ding, asked)
    assert ding.refusals == []


@pytest.mark.parametrize("code", [1000, 1006, 1011])
async def test_a_connection_that_ends_is_opened_again(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel, code: int
) -> None:
    ding.drop(code)
    asked = ding.user(LI).says("still there?")
    await acknowledged(ding, asked)
    assert desk.texts == ["still there?"]


@pytest.mark.parametrize("code", [1000, 1006, 1011])
async def test_a_connection_that_ends_instead_of_a_push_loses_nothing(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel, code: int
) -> None:
    ding.faults.next("close", value=code)
    await acknowledged(ding, ding.user(LI).says("one"))
    assert desk.texts == ["one"]


async def test_the_next_connection_is_there_before_the_last_one_is_gone(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    first = ding.streams.connections[0]
    ding.disconnect()
    await connected(ding, 2)
    assert first in ding.streams.connections
    asked = ding.user(LI).says("one")
    await acknowledged(ding, asked)
    ding.clock.advance(10)
    await ding.wait_for(lambda: first not in ding.streams.connections)
    await acknowledged(ding, ding.user(LI).says("two"))
    assert desk.texts == ["one", "two"]


async def test_what_came_before_a_disconnect_is_acknowledged_after_it(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    desk.failures = 10_000
    asked = ding.user(LI).says("one")
    await ding.wait_for(lambda: asked.state == "sent")
    ding.disconnect()
    await connected(ding, 2)
    desk.failures = 0
    await acknowledged(ding, asked)
    assert len(asked.message_ids) == 1


@pytest.mark.parametrize(
    "kind", ["bad_request", "auth_failed", "unknown_error", "banned", "reset_before", "qps",
             "malformed", "upgrade_refused"],
)  # fmt: skip
async def test_whatever_is_said_to_it_it_comes_back(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel, kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("bot.channels.dingtalk.errors._BANNED_SECONDS", 0.01)
    monkeypatch.setattr("bot.channels.dingtalk.errors._ONE_SECOND", 0.01)
    api = None if kind == "upgrade_refused" else "connections/open"
    fault = ding.faults.next(kind, api, count=2)
    ding.drop()
    await acknowledged(ding, ding.user(LI).says("one"))
    assert fault.hits == 2


async def test_a_network_that_is_not_there_yet_is_waited_for(
    ding: DingtalkEmulator, desk: Desk
) -> None:
    fault = ding.faults.next("reset_before", "connections/open", count=2)
    async with receiving(a_dingtalk(ding), desk.keep):
        await connected(ding)
    assert fault.hits == 2


async def test_an_unknown_app_stops_the_start_and_is_named(ding: DingtalkEmulator) -> None:
    channel = a_dingtalk(ding, client_secret=SecretStr("wrong-secret-0123"))
    async with channel:
        with pytest.raises(ConfigurationError, match="DINGTALK__CLIENT_SECRET") as caught:
            await channel.run(Desk().keep)
    assert "wrong-secret" not in str(caught.value)


async def test_a_duplicate_push_is_acknowledged_twice(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    ding.faults.next("duplicate")
    asked = ding.user(LI).says("one")
    await ding.wait_for(lambda: len(desk.kept) == 2)
    await acknowledged(ding, asked)
    assert len(asked.message_ids) == 2


async def test_every_process_has_a_connection_and_gets_a_part(ding: DingtalkEmulator) -> None:
    first, second = Desk(), Desk()
    async with (
        receiving(a_dingtalk(ding), first.keep),
        receiving(a_dingtalk(ding), second.keep),
    ):
        await connected(ding, 2)
        asked = [ding.user(LI).says(f"{number}") for number in range(30)]
        for each in asked:
            await acknowledged(ding, each)
    assert first.texts
    assert second.texts
    assert sorted(first.texts + second.texts, key=int) == [f"{number}" for number in range(30)]


async def test_events_are_acknowledged_in_their_own_way(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    told = ding.event("user_add_org", {"userId": ["u1"]})
    await acknowledged(ding, told)
    assert told.answer == {"status": "SUCCESS"}
    assert desk.kept == []


async def test_who_leaves_the_organisation_is_written_to_no_more(
    ding: DingtalkEmulator, desk: Desk, channel: DingtalkChannel
) -> None:
    desk.failures = 1
    told = ding.event("user_leave_org", {"userId": [LI]})
    await ding.wait_for(lambda: desk.failures == 0)
    # LATER was said: it comes again.
    ding.clock.advance(61)
    await acknowledged(ding, told)
    assert desk.kept == [ChatClosed(address=address_of(ding, LI))]


async def test_a_pressed_card_shows_what_was_chosen(ding: DingtalkEmulator, desk: Desk) -> None:
    channel = a_dingtalk(ding, button_card=a_button_card(ding))
    async with receiving(channel, desk.keep):
        await connected(ding)
        (part,) = channel.parts(_question(ding))
        await channel.send(part)
        pressed = ding.user(LI).presses("Approve P-5")
        await acknowledged(ding, pressed)
        card = ding.delivered(LI)[-1].card
    assert card is not None
    assert card.buttons == ()
    assert "Approve P-5" in card.params["chosen"]
    (message,) = desk.kept
    assert isinstance(message, InboundMessage)
    assert message.pressed == APPROVE.key


async def test_in_a_group_a_press_leaves_the_buttons_to_who_may_press_them(
    ding: DingtalkEmulator, desk: Desk
) -> None:
    channel = a_dingtalk(ding, button_card=a_button_card(ding))
    group = ding.group(GROUP)
    async with receiving(channel, desk.keep):
        await connected(ding)
        (part,) = channel.parts(replace(_question(ding), address=group_address(ding)))
        await channel.send(part)
        for person in (LI, HAN):
            pressed = ding.user(person).presses("Approve P-5", group=group)
            await acknowledged(ding, pressed)
    messages = [each for each in desk.kept if isinstance(each, InboundMessage)]
    assert [each.sender_id for each in messages] == [LI, HAN]
    assert {each.address for each in messages} == {group_address(ding)}
    assert len({each.external_id for each in messages}) == 2


async def test_a_group_is_heard_when_it_is_meant(ding: DingtalkEmulator) -> None:
    group = ding.group(GROUP)
    ding.user(LI).says("not for you", group=group, at_bot=False)
    ding.user(LI).says("本周线索", group=group)
    (message,) = await events(ding, 1)
    assert isinstance(message, InboundMessage)
    assert message.text == "本周线索"
    assert message.address.chat == f"group:{GROUP}"


async def test_an_endpoint_without_encryption_is_refused_where_the_api_has_it(
    ding: DingtalkEmulator,
) -> None:
    settings = dingtalk_settings(ding)
    api = Api(settings)
    secure = settings.model_copy(update={"api": "https://api.dingtalk.com"})
    with pytest.raises(TransientError, match="encrypted"):
        await open_stream(secure, api)
    await api.aclose()


def _question(ding: DingtalkEmulator) -> OutboundMessage:
    return OutboundMessage(
        address=address_of(ding, LI), text="ok?", buttons=(APPROVE,), key="approval:5"
    )
