"""What visitors say is kept once, and what they are told reaches them once, in order."""

import asyncio
import re
from contextlib import aclosing
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from agent.contract import Button, Progress, Reply, Turn
from bot.channels.web.door import COOKIE
from bot.inviting import invitation
from bot.messages import File
from config.channels import WebLimits
from config.i18n import Language
from config.roles import Role
from storage.database import Database
from storage.tables.work import InboxMessage
from tests.builders.web import Visitor
from tests.fakes.agent import FakeAgent
from tests.integration.web.conftest import Serve
from tools.result import Attachment

PICTURE = File(name="图.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\n1234")


async def kept(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count(InboxMessage.id))) or 0


async def test_a_question_is_answered_on_the_page(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        assert (await li.says("你好")).status_code == 200
        mine, theirs = await li.reads(2)
    assert (mine["text"], mine["mine"]) == ("你好", True)
    assert (theirs["text"], theirs["mine"]) == ("echo: 你好", False)
    assert [mine["number"], theirs["number"]] == [1, 2]


async def test_what_is_confirmed_is_on_disk(serve: Serve, database: Database) -> None:
    async with serve() as served, served.visitor() as li:
        await li.says("你好")
        assert await kept(database) == 1


async def test_the_same_message_sent_again_is_one(serve: Serve, database: Database) -> None:
    message = {"id": str(uuid4()), "text": "你好"}
    async with serve() as served, served.visitor() as li:
        answers = [await li.post("messages", message) for _ in range(3)]
        assert [answer.json() for answer in answers] == [{"number": 1}] * 3
        await li.reads(2)
        await served.running.service.settled()
        assert len(served.running.agent.turns) == 1
        await li.says("还有")
        assert [each["number"] for each in await li.reads(4)] == [1, 2, 3, 4]
    assert await kept(database) == 2


async def test_two_visitors_may_choose_the_same_id(serve: Serve, database: Database) -> None:
    message = {"id": str(uuid4()), "text": "你好"}
    async with serve() as served, served.visitor() as li, served.visitor() as han:
        assert (await li.post("messages", message)).is_success
        assert (await han.post("messages", message)).is_success
        assert len(await han.reads(2)) == 2
    assert await kept(database) == 2


async def test_a_page_that_comes_back_goes_on_where_it_was(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        for text in ("one", "two", "three"):
            await li.says(text)
            await served.running.service.settled()
        whole = [each["text"] for each in await li.reads(6)]
        rest = [each["text"] for each in await li.reads(3, after=3)]
    assert whole == ["one", "echo: one", "two", "echo: two", "three", "echo: three"]
    assert rest == ["echo: two", "three", "echo: three"]


async def test_what_was_said_while_nobody_served_is_read_later(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        await li.says("one")
        await li.reads(2)
        name = li.name
    async with serve() as served, served.visitor(as_=name) as li:
        await served.running.queue(name, "your order left")
        assert [each["text"] for each in await li.reads(1, after=2)] == ["your order left"]


async def test_an_answer_shows_while_it_comes(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.drafts._EVERY_SECONDS", 0.0)
    typed, seen = asyncio.Event(), asyncio.Event()

    class Typing(FakeAgent):
        async def take(self, turn: Turn, progress: Progress) -> Reply:
            await progress("本周")
            typed.set()
            await seen.wait()
            return Reply(text="本周花费 300 元。")

    async with serve(Typing()) as served, served.visitor() as li:
        await li.says("花费？")
        async with asyncio.timeout(10):
            await typed.wait()
            told = [await told_until_answered(li, seen), await told_until_answered(li, seen)]
    assert told[0] == [("message", "花费？"), ("draft", "本周"), ("message", "本周花费 300 元。")]
    assert told[1] == [("message", "花费？"), ("message", "本周花费 300 元。")]


async def told_until_answered(visitor: Visitor, seen: asyncio.Event) -> list[tuple[str, str]]:
    """What a page that opens now is told; `seen` is set by a draft."""
    told = []
    async with aclosing(visitor.events()) as events:
        async for kind, data in events:
            told.append((kind, data["text"]))
            if kind == "draft":
                assert data["answer"].startswith("reply:")
                seen.set()
            if data["text"] == "本周花费 300 元。":
                break
    return told


async def test_a_pressed_button_says_what_it_stands_for(serve: Serve) -> None:
    async def offer(turn: Turn) -> Reply:
        if turn.text == "/order 7":
            return Reply(text="done")
        return Reply(text="sure?", buttons=(Button(label="好", send="/order 7"),))

    async with serve(FakeAgent(offer)) as served, served.visitor() as li:
        await li.says("下单")
        (button,) = (await li.reads(2))[1]["buttons"]
        assert button["label"] == "好"
        assert "send" not in button
        await li.says("好", pressed=button["key"])
        assert (await li.reads(2, after=2))[0]["text"] == "好"
        assert served.running.agent.turns[-1].text != "好"


async def test_files_go_both_ways(serve: Serve) -> None:
    async def back(turn: Turn) -> Reply:
        files = (Attachment(name="表.csv", media_type="text/csv", content=b"a,b"),)
        return Reply(text="here", attachments=files)

    async with serve(FakeAgent(back)) as served, served.visitor() as li:
        sent = (await li.uploads(PICTURE)).json()
        assert sent["picture"]
        await li.says("看", files=[sent["token"]])
        mine, theirs = await li.reads(2)
        (shown,) = mine["files"]
        answer = await li.http.get(shown["url"])
        assert (answer.content, answer.headers["content-type"]) == (PICTURE.content, "image/png")
        (table,) = theirs["files"]
        answer = await li.http.get(table["url"])
        assert answer.content == b"a,b"
        assert answer.headers["content-disposition"].startswith("attachment")
        (file,) = served.running.agent.turns[-1].files
    assert file.name == "图.png"


async def test_new_open_pages_take_the_place_of_the_oldest(serve: Serve) -> None:
    async with serve(limits=WebLimits(streams=1)) as served, served.visitor() as li:
        first = li.events()
        await served.running.queue(li.name, "hello")
        assert (await anext(first))[0] == "message"
        second = li.events(after=1)
        waiting = asyncio.create_task(anext(second))
        async with asyncio.timeout(10):
            assert (await anext(first))[0] == "elsewhere"
            await served.running.queue(li.name, "still here")
            assert (await waiting)[1]["text"] == "still here"
        await second.aclose()


async def test_who_comes_back_is_the_same(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        again = await li.hello()
        assert COOKIE in again.headers["set-cookie"]
        before = li.name
        await li.hello()
        assert li.name == before


async def test_a_colleague_is_known_by_the_code_of_an_invitation(
    serve: Serve, database: Database
) -> None:
    async with serve() as served, served.visitor() as li:
        service = served.running.service
        words = await invitation(
            database, service.organisation_id, service.clock, Language.en, name="李雷",
            role=Role.manager,
        )  # fmt: skip
        (code,) = re.findall(r"/bind (\S+)", words)
        await li.says("/bind WRONG-CODE")
        await li.reads(2)
        await li.says(f"/bind {code}")
        await li.reads(2, after=2)
        await li.says("hello")
        await li.reads(2, after=4)
        (turn,) = served.running.agent.turns
    assert (turn.asker.name, turn.asker.role) == ("李雷", Role.manager)
