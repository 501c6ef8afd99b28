"""Several processes serve the same visitors: a page does not care who wrote its answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.messages import Event, InboundMessage, OutboundMessage
from bot.shelf import Shelf
from memory.connect import open_redis
from storage.database import Database
from tests.builders.organisation import an_organisation
from tests.builders.web import ServedPage, a_visitor, a_web_channel
from tests.integration.web.conftest import at

LI = "li"


@pytest.fixture
async def pair(database_url: str, tmp_path: Path) -> AsyncIterator[list[ServedPage]]:
    """Two processes, as far as a database can see; the first of them serves the page. On both
    engines: they spell the lock differently under which numbers are given."""
    async with AsyncExitStack() as stack:
        redis = open_redis(None)
        stack.push_async_callback(redis.aclose)
        databases = [await stack.enter_async_context(Database(database_url)) for _ in range(2)]
        async with databases[0].unit_of_work() as session:
            organisation = await an_organisation(session)
        shelf = Shelf(redis, organisation.id)
        pages = [
            a_web_channel(
                database, tmp_path, organisation_id=organisation.id, shared=True, shelf=shelf
            )
            for database in databases
        ]
        running = asyncio.create_task(pages[0].run(_ignore))
        await pages[0].opened()
        yield pages
        running.cancel()
        await asyncio.wait([running])


async def _ignore(event: Event) -> None:
    assert isinstance(event, InboundMessage)


def said(text: str, key: str) -> OutboundMessage:
    return OutboundMessage(address=at(LI), text=text, key=key)


async def test_an_answer_of_another_process_shows_with_its_draft(pair: list[ServedPage]) -> None:
    here, there = pair
    async with a_visitor(here.url, as_=LI) as li, asyncio.timeout(20):
        events = li.events()
        drafted = asyncio.create_task(anext(events))
        while not drafted.done():
            # Nobody is told of drafts from before the page was open.
            await there.draft(said("本周", "reply:1"))
            await asyncio.wait([drafted], timeout=0.2)
        assert (await drafted)[1]["text"] == "本周"
        (part,) = there.parts(said("本周花费 300 元", "reply:1"))
        await there.send(part)
        told = await anext(events)
        while told[0] == "draft":
            told = await anext(events)
        assert (told[1]["text"], told[1]["number"]) == ("本周花费 300 元", 1)
        await events.aclose()


async def test_what_two_say_at_once_is_read_once_and_without_a_gap(pair: list[ServedPage]) -> None:
    async with a_visitor(pair[0].url, as_=LI) as li:
        reading = asyncio.create_task(li.reads(40, after=0))
        texts = [f"{number}" for number in range(40)]
        async with asyncio.TaskGroup() as tasks:
            for number, text in enumerate(texts):
                tasks.create_task(pair[number % 2].send(said(text, text)))
        found = await reading
    assert [each["number"] for each in found] == list(range(1, 41))
    assert sorted(each["text"] for each in found) == sorted(texts)


async def test_a_part_that_two_send_is_there_once(pair: list[ServedPage]) -> None:
    ids = [await each.send(said("hello", "reply:1/0")) for each in (*pair, *pair)]
    assert len(set(ids)) == 1
    await pair[1].send(said("bye", "reply:2/0"))
    async with a_visitor(pair[0].url, as_=LI) as li:
        assert [each["text"] for each in await li.reads(2)] == ["hello", "bye"]
