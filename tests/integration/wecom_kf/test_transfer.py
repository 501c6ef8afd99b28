"""A chat is given to people when the words that say so are out, and comes back from them."""

import asyncio

import pytest

from agent.contract import Reply, Turn
from bot.errors import NotTransferred
from bot.messages import Event, HumanServes
from config.errors import TransientError
from config.i18n import Language, say
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.wecom_kf import (
    KeptCursors,
    ServedKf,
    a_desk,
    address_of,
    receiving,
    sent,
    texts,
)
from tests.emulators.telegram.wire import Answer
from tests.emulators.wecom.call import Call, Json, Route
from tests.emulators.wecom.kf.people import Customer, Servicer
from tests.emulators.wecom.kf.server import WecomKfEmulator
from tests.emulators.wecom.kf.world import BOT, NEW, PERSON, POOL
from tests.fakes.agent import FakeAgent


class Told:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.away = 0
        self.first = asyncio.Event()

    async def keep(self, event: Event) -> None:
        if isinstance(event, HumanServes) and self.away:
            self.away -= 1
            raise TransientError("the database is away")
        self.events.append(event)
        self.first.set()

    @property
    def handovers(self) -> list[bool]:
        return [each.begins for each in self.events if isinstance(each, HumanServes)]


@pytest.fixture
def told() -> Told:
    return Told()


async def transferred(
    wecom: WecomKfEmulator, customer: Customer, told: Told, servicer: str | None = None
) -> None:
    channel = ServedKf(wecom, servicer=servicer)
    async with receiving(channel, told.keep):
        await told.first.wait()
        await sent(channel, customer, "马上转接", transfer=True, key="reply:1")


async def test_the_chat_goes_to_the_servicer_of_the_settings(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer, told: Told
) -> None:
    zhao.says("转人工")
    await transferred(wecom, zhao, told, servicer="lilei")
    assert (zhao.chat.state, zhao.chat.servicer) == (PERSON, "lilei")
    assert texts(zhao, wecom) == ["马上转接"]
    assert told.handovers == [True]


async def test_without_one_it_goes_to_the_pool(
    wecom: WecomKfEmulator, zhao: Customer, told: Told
) -> None:
    zhao.says("转人工")
    await transferred(wecom, zhao, told)
    assert (zhao.chat.state, zhao.chat.servicer) == (POOL, "")
    assert told.handovers == [True]


@pytest.mark.parametrize("there", [None, False])
async def test_who_does_not_serve_or_is_away_is_replaced_by_the_pool(
    wecom: WecomKfEmulator, zhao: Customer, told: Told, there: bool | None
) -> None:
    """95014, 95019."""
    if there is not None:
        wecom.account.servicers["lilei"] = there
    zhao.says("转人工")
    await transferred(wecom, zhao, told, servicer="lilei")
    assert zhao.chat.state == POOL


async def test_the_words_are_out_before_the_chat_is_given_away(
    wecom: WecomKfEmulator, zhao: Customer, told: Told
) -> None:
    zhao.says("转人工")
    await transferred(wecom, zhao, told)
    paths = [each for each in wecom.api.calls if each in ("kf/send_msg", "kf/service_state/trans")]
    assert paths == ["kf/send_msg", "kf/service_state/trans"]


@pytest.mark.parametrize("code", [95016, 95017, 48002])
async def test_a_transfer_that_is_refused_says_that_the_words_are_out(
    wecom: WecomKfEmulator, channel: ServedKf, zhao: Customer, code: int
) -> None:
    zhao.says("转人工")
    wecom.fault("code", path="kf/service_state/trans", value=code)
    with pytest.raises(NotTransferred) as caught:
        await sent(channel, zhao, "马上转接", transfer=True)
    assert caught.value.external_id == zhao.screen[0]["msgid"]
    assert zhao.chat.state == NEW


@pytest.mark.parametrize("kind", ["lost", "reset_after", "bad_gateway"])
@pytest.mark.parametrize("path", ["kf/send_msg", "kf/service_state/trans"])
async def test_a_lost_receipt_on_the_way_neither_doubles_nor_loses_anything(
    wecom: WecomKfEmulator, zhao: Customer, database: Database, kind: str, path: str
) -> None:
    async def promise(turn: Turn) -> Reply:
        return Reply(text="马上转接", transfer=True)

    fault = wecom.fault(kind, path=path)
    async with a_desk(wecom, database, FakeAgent(promise)) as desk:
        zhao.says("转人工")
        assert await desk.ended(zhao.id) == [OutboxStatus.sent]
        conversation = await desk.conversation(zhao.id)
    assert fault.hits == 1
    assert texts(zhao, wecom) == ["马上转接"]
    assert zhao.chat.state == POOL
    assert conversation is not None
    assert conversation.human_since is not None


async def test_a_transfer_that_we_could_not_write_down_is_written_down_later(
    wecom: WecomKfEmulator, zhao: Customer, told: Told
) -> None:
    zhao.says("转人工")
    channel = ServedKf(wecom)
    async with receiving(channel, told.keep):
        await told.first.wait()
        told.away = 1
        with pytest.raises(TransientError):
            await sent(channel, zhao, "马上转接", transfer=True, key="reply:1")
        await sent(channel, zhao, "马上转接", transfer=True, key="reply:1")
    assert texts(zhao, wecom) == ["马上转接"]
    assert told.handovers == [True]


async def test_the_customer_is_told_when_nobody_takes_the_chat(
    wecom: WecomKfEmulator, zhao: Customer, database: Database
) -> None:
    async def promise(turn: Turn) -> Reply:
        return Reply(text="马上转接", transfer="人工" in turn.text)

    wecom.fault("code", path="kf/service_state/trans", value=95017)
    async with a_desk(wecom, database, FakeAgent(promise)) as desk:
        zhao.says("转人工")
        await wecom.wait_for(lambda: len(zhao.screen) == 2 or None)
        zhao.says("那你说吧")
        await wecom.wait_for(lambda: len(zhao.screen) == 3 or None)
        assert await desk.ended(zhao.id) == [OutboxStatus.sent] * 3
    assert texts(zhao, wecom)[1] == say(Language.zh_cn, "bot.not_transferred")


async def test_a_chat_that_people_took_in_the_meantime_counts_as_given(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer, told: Told
) -> None:
    zhao.says("转人工")
    lilei.takes(zhao)
    channel = ServedKf(wecom)
    async with receiving(channel, told.keep):
        await told.first.wait()
        (id_,) = await sent(channel, zhao, "马上转接", transfer=True)
    assert id_
    assert (zhao.chat.state, zhao.chat.servicer) == (PERSON, "lilei")


@pytest.mark.parametrize(
    ("path", "servicer"), [("kf/send_msg", "lilei"), ("kf/service_state/get", None)]
)
async def test_who_takes_the_chat_while_it_is_given_away_keeps_it(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer, told: Told, path: str,
    servicer: str | None,
) -> None:  # fmt: skip
    han, route = wecom.servicer("han"), wecom.api.routes[path]

    async def taken_meanwhile(call: Call) -> Json | Answer:
        answer = route.handler(call)
        assert isinstance(answer, dict)
        if zhao.chat.state == NEW:
            han.takes(zhao)
        return answer

    zhao.says("转人工")
    wecom.api.routes[path] = Route(handler=taken_meanwhile)
    await transferred(wecom, zhao, told, servicer)
    assert (zhao.chat.state, zhao.chat.servicer) == (PERSON, "han")
    assert True in told.handovers
    assert texts(zhao, wecom) == ["马上转接"]


async def test_the_agent_is_silent_from_the_transfer_to_the_end(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer, database: Database
) -> None:
    async def promise(turn: Turn) -> Reply:
        return Reply(text=f"echo: {turn.text}", transfer="人工" in turn.text)

    async with a_desk(wecom, database, FakeAgent(promise)) as desk:
        zhao.says("转人工")
        await desk.ended(zhao.id)
        lilei.takes(zhao)
        await wecom.taken(zhao.says("在吗"))
        lilei.says(zhao, "在的")
        await wecom.taken(lilei.ends(zhao))
        zhao.says("谢谢")
        await wecom.wait_for(lambda: len(zhao.screen) == 2 or None)
    assert texts(zhao, wecom) == ["echo: 转人工", "echo: 谢谢"]
    assert BOT != zhao.chat.state == NEW
    assert address_of(zhao).bot == wecom.account.open_kfid


@pytest.mark.parametrize(("hours", "answered"), [(13, True), (1, False)])
async def test_an_end_that_was_never_told_is_noticed_when_the_customer_writes_later(
    wecom: WecomKfEmulator, zhao: Customer, told: Told, hours: int, answered: bool
) -> None:
    cursors = KeptCursors()
    zhao.says("转人工")
    async with receiving(channel := ServedKf(wecom, cursors), told.keep):
        await told.first.wait()
        await sent(channel, zhao, "马上转接", transfer=True)
        (note,) = (name for name in cursors.kept if name.startswith("people:"))
        assert zhao.id not in note
        cursors.kept[note] = str(int(cursors.kept[note]) - hours * 3_600)
        zhao.chat.state = NEW
        told.first.clear()
        zhao.says("还在吗")
        await told.first.wait()
        await wecom.taken(zhao.says("end"))
    assert told.handovers == [True, False][: 1 + answered]


async def test_people_who_serve_for_long_are_not_interrupted(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer, told: Told
) -> None:
    cursors = KeptCursors()
    zhao.says("转人工")
    async with receiving(ServedKf(wecom, cursors), told.keep):
        await told.first.wait()
        await wecom.taken(lilei.takes(zhao))
        told.first.clear()
        zhao.says("一")
        await told.first.wait()
        (note,) = (name for name in cursors.kept if name.startswith("people:"))
        cursors.kept[note] = "1"
        told.first.clear()
        zhao.says("二")
        await told.first.wait()
    assert told.handovers == [True]
