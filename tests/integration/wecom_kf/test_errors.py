"""What WeCom refuses becomes what delivery can act on."""

import asyncio

import pytest

from agent.contract import Reply, Turn
from bot.errors import Busy, Closed, NotDelivered
from bot.messages import Event, File, HumanServes
from config.errors import AppError, PermanentError, TransientError
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.service import Running
from tests.builders.wecom_kf import ServedKf, a_desk, address_of, receiving, sent, texts
from tests.emulators.wecom.kf.people import Customer, Servicer
from tests.emulators.wecom.kf.server import WecomKfEmulator
from tests.emulators.wecom.kf.world import PERSON
from tests.fakes.agent import FakeAgent

PDF = File(name="价目.pdf", media_type="application/pdf", content=b"%PDF-1.4")


@pytest.mark.parametrize(
    ("kind", "value", "becomes"),
    [
        ("code", -1, NotDelivered), ("code", 45033, NotDelivered), ("code", 45009, Busy),
        ("code", 40096, PermanentError), ("code", 48002, PermanentError),
        ("code", 60020, PermanentError), ("code", 95000, PermanentError),
        ("code", 95001, PermanentError), ("code", 95002, Closed), ("code", 95003, PermanentError),
        ("code", 95004, PermanentError), ("code", 95008, PermanentError),
        ("code", 95011, PermanentError), ("code", 95012, PermanentError), ("code", 95013, Closed),
        ("code", 95017, PermanentError),
        ("reset_before", 1, TransientError), ("reset_after", 1, TransientError),
        ("bad_gateway", 1, TransientError), ("malformed", 1, TransientError),
        ("cut", 1, TransientError), ("lost", 1, TransientError),
    ],
)  # fmt: skip
async def test_every_refusal_becomes_what_it_means(
    wecom: WecomKfEmulator, channel: ServedKf, zhao: Customer, kind: str, value: float,
    becomes: type[AppError],
) -> None:  # fmt: skip
    zhao.says("你好")
    wecom.fault(kind, path="kf/send_msg", value=value)
    with pytest.raises(becomes) as caught:
        await sent(channel, zhao, "答")
    assert issubclass(type(caught.value), becomes)
    assert issubclass(type(caught.value), PermanentError) is issubclass(becomes, PermanentError)
    assert await sent(channel, zhao, "答")


async def test_nobody_is_written_to_48_hours_after_their_last_message(
    wecom: WecomKfEmulator, channel: ServedKf, zhao: Customer
) -> None:
    zhao.says("你好")
    wecom.clock.advance(48 * 3_600 - 60)
    assert await sent(channel, zhao, "still there")
    wecom.clock.advance(120)
    with pytest.raises(Closed, match="95002"):
        await sent(channel, zhao, "too late")


async def test_the_sixth_message_to_one_of_theirs_says_why_it_cannot_be_said(
    channel: ServedKf, zhao: Customer
) -> None:
    zhao.says("你好")
    for number in range(5):
        await sent(channel, zhao, f"{number}")
    with pytest.raises(PermanentError, match="5 for each"):
        await sent(channel, zhao, "one more")
    zhao.says("more")
    assert await sent(channel, zhao, "one more")


async def test_a_session_that_ended_is_closed_until_they_write_again(
    channel: ServedKf, zhao: Customer, lilei: Servicer
) -> None:
    zhao.says("你好")
    lilei.takes(zhao)
    lilei.ends(zhao)
    with pytest.raises(Closed, match="95013"):
        await sent(channel, zhao, "late")
    zhao.says("again")
    assert await sent(channel, zhao, "here")


async def test_a_message_into_a_chat_that_people_took_fails_and_silences_the_agent(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer
) -> None:
    channel, seen = ServedKf(wecom), asyncio.Queue[Event]()
    zhao.says("你好")
    async with receiving(channel, seen.put):
        await seen.get()
        zhao.chat.state = PERSON
        with pytest.raises(PermanentError, match="people serve it"):
            await sent(channel, zhao, "late")
        assert await seen.get() == HumanServes(address=address_of(zhao), begins=True)


async def test_a_session_that_may_not_be_written_to_and_is_with_nobody_is_closed(
    wecom: WecomKfEmulator, channel: ServedKf, zhao: Customer
) -> None:
    zhao.says("你好")
    wecom.fault("code", path="kf/send_msg", value=95018)
    with pytest.raises(Closed, match="95018"):
        await sent(channel, zhao, "late")


@pytest.mark.parametrize("path", ["media/upload", "gettoken"])
async def test_what_was_not_begun_is_safe_to_send_again(
    wecom: WecomKfEmulator, channel: ServedKf, zhao: Customer, path: str
) -> None:
    zhao.says("你好")
    wecom.fault("lost", path=path)
    with pytest.raises(NotDelivered):
        await sent(channel, zhao, "", files=(PDF,))
    assert await sent(channel, zhao, "", files=(PDF,))


@pytest.mark.parametrize("kind", ["lost", "reset_after", "malformed", "cut"])
async def test_an_answer_whose_receipt_was_lost_is_seen_once_and_unmarked(
    wecom: WecomKfEmulator, zhao: Customer, database: Database, kind: str
) -> None:
    async with a_desk(wecom, database) as desk:
        wecom.fault(kind, path="kf/send_msg")
        zhao.says("你好")
        assert await desk.ended(zhao.id) == [OutboxStatus.sent]
    assert texts(zhao, wecom) == ["echo: 你好"]


async def test_an_answer_that_people_overtook_is_failed_with_the_reason(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer, database: Database
) -> None:
    async def slow(turn: Turn) -> Reply:
        lilei.takes(zhao)
        return Reply(text="late")

    async with a_desk(wecom, database, FakeAgent(slow)) as desk:
        zhao.says("你好")
        assert await desk.ended(zhao.id) == [OutboxStatus.failed]
        assert "95018" in await reason(desk, zhao)
        conversation = await desk.conversation(zhao.id)
    assert conversation is not None
    assert conversation.human_since is not None
    assert texts(zhao, wecom) == []


async def test_a_message_that_was_lost_later_is_failed_with_the_reason(
    wecom: WecomKfEmulator, zhao: Customer, database: Database
) -> None:
    async with a_desk(wecom, database) as desk:
        zhao.says("你好")
        assert await desk.ended(zhao.id) == [OutboxStatus.sent]
        await wecom.taken(zhao.misses(zhao.screen[0]["msgid"], 10))
        zhao.says("?")
        await wecom.wait_for(lambda: zhao.screen)
        assert "refuses" in await reason(desk, zhao)


async def reason(desk: Running, customer: Customer) -> str:
    """Of the first answer, why it failed."""
    return (await desk.rows(customer.id))[0].error or ""
