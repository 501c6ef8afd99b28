"""What WeCom tells the app: its URL is checked, messages come once and in order, events count."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from agent.contract import Button, Reply, Turn
from bot.messages import ChatClosed, Event, InboundMessage, RemoteFile
from config.errors import TransientError
from storage.database import Database
from tests.builders.wecom_app import HAN, LI, ServedApp, a_desk, an_address, called, events, texts
from tests.builders.wecom_app import receiving as running
from tests.emulators.wecom.server import WecomEmulator
from tests.fakes.agent import FakeAgent, echo


async def one(wecom: WecomEmulator) -> InboundMessage:
    (event,) = await events(wecom, 1)
    assert isinstance(event, InboundMessage)
    return event


@asynccontextmanager
async def keeping(wecom: WecomEmulator) -> AsyncIterator[list[Event]]:
    """The channel runs, and all that it handed on."""
    seen: list[Event] = []

    async def keep(event: Event) -> None:
        seen.append(event)

    async with running(ServedApp(wecom), keep):
        await wecom.pusher().ready()
        yield seen


class TestTheUrl:
    async def test_is_accepted_when_it_is_saved(self, wecom: WecomEmulator) -> None:
        async with keeping(wecom):
            assert await wecom.accepts_url()

    async def test_is_answered_with_the_very_words(self, wecom: WecomEmulator) -> None:
        async with keeping(wecom):
            encrypted = wecom.pusher().seal.encrypt(b"1616140317555161061")
            query = {**wecom.pusher().query(encrypted), "echostr": encrypted}
            async with httpx.AsyncClient() as http:
                answer = await http.get(wecom.pusher().url, params=query)
        assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
        assert answer.headers["content-type"].startswith("text/plain")

    async def test_may_come_with_pluses_that_nobody_encoded(self, wecom: WecomEmulator) -> None:
        encrypted = ""
        while "+" not in encrypted:
            encrypted = wecom.pusher().seal.encrypt(b"12345")
        query = wecom.pusher().query(encrypted)
        bare = "&".join(f"{name}={value}" for name, value in query.items())
        async with keeping(wecom), httpx.AsyncClient() as http:
            answer = await http.get(f"{wecom.pusher().url}?{bare}&echostr={encrypted}")
        assert (answer.status_code, answer.content) == (200, b"12345")

    async def test_is_not_answered_for_another_company(self, wecom: WecomEmulator) -> None:
        async with running(ServedApp(wecom, corp_id="ww-another"), _nothing):
            await wecom.pusher().ready()
            assert not await wecom.accepts_url()

    @pytest.mark.parametrize("age", [-3_600, -601, 601, 3_600])
    async def test_is_not_answered_to_a_recording(self, wecom: WecomEmulator, age: int) -> None:
        async with keeping(wecom):
            wecom.clock.advance(-age)
            assert not await wecom.accepts_url()

    async def test_is_not_served_before_the_channel_runs(self, wecom: WecomEmulator) -> None:
        channel = ServedApp(wecom)
        async with channel, called(channel) as url, httpx.AsyncClient() as http:
            assert (await http.get(url)).status_code == 503
            assert (await http.post(url)).status_code == 503


class TestMessages:
    async def test_hold_their_words_and_their_id(self, wecom: WecomEmulator) -> None:
        id_ = wecom.member(LI).says("你好 <b>&amp; ]]> 👋")
        message = await one(wecom)
        assert message.text == "你好 <b>&amp; ]]> 👋"
        assert message.external_id == id_
        assert message.private
        assert (message.sender_id, message.address) == (LI, an_address(wecom))

    @pytest.mark.parametrize(
        ("act", "name", "media_type"),
        [
            ("sends_picture", "image-{}.jpg", "image/jpeg"),
            ("sends_voice", "voice-{}.amr", "audio/amr"),
            ("sends_video", "video-{}.mp4", "video/mp4"),
        ],
    )
    async def test_bring_files(
        self, wecom: WecomEmulator, act: str, name: str, media_type: str
    ) -> None:
        id_ = getattr(wecom.member(LI), act)(b"the content of it")
        message = await one(wecom)
        (file,) = message.files
        assert isinstance(file, RemoteFile)
        assert (file.name, file.media_type) == (name.format(id_), media_type)
        async with ServedApp(wecom) as channel:
            assert (await channel.download(file)).content == b"the content of it"

    async def test_say_where_somebody_is(self, wecom: WecomEmulator) -> None:
        wecom.member(LI).is_at("上海市人民广场", "31.23", "121.47")
        assert (await one(wecom)).text == "上海市人民广场 (31.23, 121.47)"

    async def test_share_links(self, wecom: WecomEmulator) -> None:
        wecom.member(LI).shares("新品", "看看", "https://example.com/a?b=1&c=2")
        assert (await one(wecom)).text == "新品\n看看\nhttps://example.com/a?b=1&c=2"

    async def test_of_another_app_are_not_ours(self, wecom: WecomEmulator) -> None:
        async with keeping(wecom) as seen:
            wecom.member(LI).does("enter_agent", AgentID=7)
            await wecom.taken(wecom.member(LI).says("hi"))
        assert len(seen) == 1

    async def test_that_are_not_kept_are_sent_again_with_the_same_id(
        self, wecom: WecomEmulator
    ) -> None:
        seen: list[Event] = []

        async def keep(event: Event) -> None:
            seen.append(event)
            if len(seen) < 3:
                raise TransientError("the database is away")

        async with running(ServedApp(wecom), keep):
            end = await wecom.taken(id_ := wecom.member(LI).says("hi"))
        assert end["event"] == "taken"
        assert [each["status"] for each in wecom.ledger.pushes("attempt")] == ["503", "503", "200"]
        assert {event.external_id for event in seen if isinstance(event, InboundMessage)} == {id_}

    async def test_are_given_up_by_wecom_after_three_attempts(self, wecom: WecomEmulator) -> None:
        async def never(event: Event) -> None:
            raise TransientError("the database is away")

        async with running(ServedApp(wecom), never):
            end = await wecom.taken(wecom.member(LI).says("hi"))
        assert end["event"] == "dropped"
        assert len(wecom.ledger.pushes("attempt")) == 3

    async def test_are_acknowledged_only_when_they_are_kept(self, wecom: WecomEmulator) -> None:
        free, begun = asyncio.Event(), asyncio.Event()

        async def keep(event: Event) -> None:
            begun.set()
            await free.wait()

        async with running(ServedApp(wecom), keep):
            id_ = wecom.member(LI).says("hi")
            await begun.wait()
            assert wecom.ledger.pushes("attempt") == []
            free.set()
            assert (await wecom.taken(id_))["event"] == "taken"


class TestAnswers:
    async def test_come_once_in_order_to_each_member(
        self, wecom: WecomEmulator, database: Database
    ) -> None:
        async with a_desk(wecom, database):
            for number in range(4):
                for member in (LI, HAN):
                    wecom.member(member).says(str(number))
            for member in (LI, HAN):
                await wecom.answer(member, 4)
        for member in (LI, HAN):
            assert texts(wecom, member) == [f"echo: {number}" for number in range(4)]

    async def test_come_once_to_what_is_told_twice(
        self, wecom: WecomEmulator, database: Database
    ) -> None:
        wecom.fault("duplicate", to=LI, count=2)
        async with a_desk(wecom, database):
            for text in ("one", "two", "three"):
                wecom.member(LI).says(text)
            await wecom.answer(LI, 3)
        assert texts(wecom) == ["echo: one", "echo: two", "echo: three"]
        assert len(wecom.ledger.pushes("taken")) == 5

    async def test_do_not_wait_for_a_slow_member(
        self, wecom: WecomEmulator, database: Database
    ) -> None:
        slow = wecom.fault("slow", path="message/send", to=LI, value=1)
        async with a_desk(wecom, database):
            wecom.member(LI).says("hello")
            await wecom.wait_for(lambda: slow.hits)
            for number in range(3):
                wecom.member(HAN).says(str(number))
            await wecom.answer(HAN, 3)
        assert texts(wecom) == ["echo: hello"]

    async def test_are_not_what_the_call_is_answered_with(
        self, wecom: WecomEmulator, database: Database
    ) -> None:
        async with a_desk(wecom, database):
            await wecom.taken(wecom.member(LI).says("hello"))
            await wecom.answer(LI)
        assert {each["status"] for each in wecom.ledger.pushes("attempt")} == {"200"}


class TestEvents:
    async def test_opening_the_app_is_greeted_once_by_an_ai(
        self, wecom: WecomEmulator, database: Database
    ) -> None:
        async with a_desk(wecom, database):
            member = wecom.member(LI)
            for act in (member.follows, member.opens, member.opens):
                await wecom.taken(act())
            member.says("hi")
            await wecom.answer(LI, 2)
        greeting, answer = texts(wecom)
        assert "AI" in greeting
        assert answer == "echo: hi"

    async def test_a_member_who_left_closes_the_chat(self, wecom: WecomEmulator) -> None:
        wecom.member(LI).leaves()
        assert await events(wecom, 1) == [ChatClosed(address=an_address(wecom))]

    @pytest.mark.parametrize(
        "event", ["LOCATION", "click", "view", "change_external_contact", "kf_msg_or_event", ""]
    )
    async def test_others_are_acknowledged_and_ignored(
        self, wecom: WecomEmulator, event: str
    ) -> None:
        async with keeping(wecom) as seen:
            end = await wecom.taken(wecom.member(LI).does(event, EventKey="x", Token="ENC"))
        assert (end["event"], seen) == ("taken", [])

    async def test_an_event_that_is_told_twice_has_one_id(self, wecom: WecomEmulator) -> None:
        wecom.fault("duplicate", to=LI)
        wecom.member(LI).does("template_card_event", EventKey="12.0|批准", TaskId="t")
        first, second = await events(wecom, 2)
        assert first == second

    async def test_events_of_one_second_have_ids_of_their_own(self, wecom: WecomEmulator) -> None:
        pressed = [("12.0|批准", "t"), ("12.1|拒绝", "t"), ("12.0|批准", "u")]
        for key, task in pressed:
            wecom.member(LI).does("template_card_event", EventKey=key, TaskId=task)
        found = [each for each in await events(wecom, 3) if isinstance(each, InboundMessage)]
        assert len({each.external_id for each in found}) == 3
        assert [(each.pressed, each.text) for each in found] == [
            ("12.0", "批准"), ("12.1", "拒绝"), ("12.0", "批准"),
        ]  # fmt: skip


class TestCards:
    async def test_show_what_was_chosen(self, wecom: WecomEmulator, database: Database) -> None:
        async with a_desk(wecom, database, FakeAgent(_with_buttons)):
            wecom.member(LI).says("预算")
            card = await wecom.answer(LI)
            wecom.member(LI).presses("批准")
            await wecom.answer(LI, 2)
            await wecom.wait_for(lambda: card.chosen)
        assert card.chosen == "已选：批准"
        assert texts(wecom) == ["加吗？", "echo: 同意加预算"]

    @pytest.mark.parametrize("kind", ["bad_gateway", "malformed", "reset_after", "code"])
    async def test_are_answered_when_they_cannot_be_changed(
        self, wecom: WecomEmulator, database: Database, kind: str
    ) -> None:
        broken = wecom.fault(kind, path="message/update_template_card", value=60140)
        async with a_desk(wecom, database, FakeAgent(_with_buttons)):
            wecom.member(LI).says("预算")
            await wecom.answer(LI)
            wecom.member(LI).presses("批准")
            await wecom.answer(LI, 2)
            await wecom.wait_for(lambda: broken.hits)
        assert texts(wecom) == ["加吗？", "echo: 同意加预算"]


async def _with_buttons(turn: Turn) -> Reply:
    if turn.text != "预算":
        return await echo(turn)
    return Reply(text="加吗？", buttons=(Button(label="批准", send="同意加预算"),))


async def _nothing(event: Event) -> None:
    return None
