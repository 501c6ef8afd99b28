"""The web platform over MCP, against a real server: what it gives and keeps, and what goes wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from storage.database import Database
from tests.builders.automation import Desk, a_campaign_order, a_desk
from tests.emulators.web_platform.server import TOKEN, WebPlatformServer
from tests.fakes.clock import FakeClock
from tools.automation.service import handlers
from tools.automation.web_platform import WebPlatform
from tools.campaigns.platforms.errors import PlatformError
from tools.jobs.service import JobService


class Waits:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@asynccontextmanager
async def reached(server: WebPlatformServer, **changes: Any) -> AsyncIterator[WebPlatform]:
    async with server.running() as url:
        given: dict[str, Any] = {"url": url, "token": SecretStr(TOKEN), "sleep": Waits()}
        yield WebPlatform(**(given | changes))


@asynccontextmanager
async def a_desk_with(sqlite_url: str, web: WebPlatform) -> AsyncIterator[Desk]:
    async with Database(sqlite_url) as database:
        desk = await a_desk(database, FakeClock())
        await desk.shop.creative()
        await desk.shop.creative()
        desk.web = web
        yield desk


async def code(call: Any) -> int:
    with pytest.raises(PlatformError) as caught:
        await call
    assert TOKEN not in f"{caught.value!r}{caught.value.__cause__!r}"
    return caught.value.code.value


async def test_it_gives_creatives_and_reports() -> None:
    async with reached(WebPlatformServer()) as web:
        (creative,) = await web.get_creatives(["CR-1"])
        (report,) = await web.get_reports(date(2026, 11, 1), date(2026, 11, 7))
    assert (creative.title, creative.model_extra) == ("Trial", {"colour": "blue"})
    assert (report.day, report.model_extra) == (date(2026, 11, 1), {"visits": 12})


async def test_it_keeps_campaigns_and_their_changes() -> None:
    server = WebPlatformServer()
    async with reached(server) as web:
        await web.create_campaign({"campaign_id": "C-1", "status": "paused"})
        await web.update_campaign("C-1", {"status": "active"})
    assert server.campaigns == {"C-1": {"campaign_id": "C-1", "status": "active"}}


async def test_what_the_module_did_is_kept_there(sqlite_url: str) -> None:
    server = WebPlatformServer()
    async with reached(server) as web, a_desk_with(sqlite_url, web) as desk:
        made = await desk.execute("create_campaign", a_campaign_order())
        start = {"campaign_id": "C-1", "action": "start", "platform": "sandbox"}
        started = await desk.execute("manage_campaign", start)
    assert (made["web_platform"], started["web_platform"]) == ({"saved": True}, {"saved": True})
    assert server.calls == ["create_campaign", "update_campaign"]
    assert server.campaigns["C-1"]["status"] == "active"
    assert len(server.campaigns["C-1"]["adsets"]) == 3


async def test_creatives_that_the_library_lacks_come_from_there(sqlite_url: str) -> None:
    order = a_campaign_order(creative_ids=["CR-1", "film-7"])
    async with reached(WebPlatformServer()) as web, a_desk_with(sqlite_url, web) as desk:
        first = await desk.execute("create_campaign", order)
        again = await desk.execute("create_campaign", order)
        unknown = await desk.execute("create_campaign", a_campaign_order(creative_ids=["nothing"]))
        library = await desk.shop.campaigns.creatives()
    assert {each["creative_id"] for each in first["ads"]} == {"CR-1", "CR-3"}
    assert {each["creative_id"] for each in again["ads"]} == {"CR-1", "CR-3"}
    assert unknown["error"]["code"] == 5000
    assert len(library) == 3


async def test_what_could_not_be_kept_is_kept_later(sqlite_url: str) -> None:
    server = WebPlatformServer()
    async with reached(server) as web, a_desk_with(sqlite_url, web) as desk:
        server.down = 99
        made = await desk.execute("create_campaign", a_campaign_order())
        server.down = 0
        context = desk.shop.context()
        async with desk.shop.database.reading() as session:
            (job,) = await JobService.of(session, context).of_kind("automation.save")
        await handlers(web)[job.kind](context, job.payload)
    assert (made["status"], made["campaign_id"]) == ("success", "C-1")
    assert made["web_platform"] == {
        "saved": False, "error": {"code": 3000, "type": "MCP_CONNECTION_FAILED"},
    }  # fmt: skip
    assert server.campaigns["C-1"]["status"] == "paused"


async def test_a_missing_creative_is_5000() -> None:
    async with reached(WebPlatformServer()) as web:
        assert await code(web.get_creatives(["CR-1", "CR-9"])) == 5000


async def test_nobody_there_is_3000_after_three_tries() -> None:
    waits = Waits()
    web = WebPlatform(url="http://127.0.0.1:1/mcp", sleep=waits)
    assert await code(web.get_creatives()) == 3000
    assert waits.seconds == [1, 2]


async def test_a_short_failure_is_survived() -> None:
    server = WebPlatformServer()
    server.down = 2
    async with reached(server) as web:
        assert await web.get_creatives()


async def test_a_long_failure_is_3000() -> None:
    server = WebPlatformServer()
    server.down = 99
    async with reached(server) as web:
        assert await code(web.get_creatives()) == 3000


async def test_a_tool_that_it_does_not_have_is_3001() -> None:
    server = WebPlatformServer(without=["get_reports"])
    async with reached(server) as web:
        assert await code(web.get_reports(date(2026, 11, 1), date(2026, 11, 7))) == 3001
        assert await web.get_creatives()


async def test_values_that_it_does_not_take_are_3002() -> None:
    async with reached(WebPlatformServer()) as web:
        assert await code(web.create_campaign({"name": "without its id"})) == 3002


async def test_a_wrong_token_is_1002() -> None:
    async with reached(WebPlatformServer(), token=SecretStr("wrong-0123456789")) as web:
        assert await code(web.get_creatives()) == 1002


async def test_no_answer_in_time_is_3004_after_three_tries() -> None:
    server = WebPlatformServer()
    server.slow = 99
    waits = Waits()
    async with reached(server, seconds=0.4, sleep=waits) as web:
        assert await code(web.get_creatives()) == 3004
    assert waits.seconds == [1, 2]
