"""Campaign automation over plain HTTP, beside MCP, health and metrics, on one port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from prometheus_client.parser import text_string_to_metric_families

from storage.database import Database
from tests.builders.automation import Desk, a_campaign_order, a_desk, a_rule_order
from tests.builders.programs import AGENT, MANAGER, served_programs
from tests.fakes.clock import FakeClock
from tools.automation.service import ACTIONS
from tools.campaigns.platforms.errors import ErrorCode

STATUS = {"campaign_id": "C-1", "platform": "sandbox"}


class Program:
    """One that has a token."""

    def __init__(self, url: str, desk: Desk) -> None:
        self.url = url
        self.desk = desk
        self.http = httpx.AsyncClient(base_url=url)

    async def order(
        self, action: str, parameters: Any, *, token: str = MANAGER, **context: Any
    ) -> httpx.Response:
        body: dict[str, Any] = {"parameters": parameters}
        if context:
            body["context"] = context
        return await self.post(action, json=body, token=token)

    async def post(self, action: str, *, token: str = MANAGER, **sent: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        path = f"/api/v1/automation/{action}"
        return await self.http.post(path, headers=headers, **sent)

    async def figures(self) -> dict[tuple[str, ...], float]:
        text = (await self.http.get("/metrics")).text
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@asynccontextmanager
async def a_program(sqlite_url: str, **settings: int) -> AsyncIterator[Program]:
    async with Database(sqlite_url) as database:
        desk = await a_desk(database, FakeClock())
        await desk.shop.creative("Trial lesson")
        await desk.shop.creative("Open day")
        async with served_programs(desk, **settings) as url:
            program = Program(url, desk)
            yield program
            await program.http.aclose()


@pytest.fixture
async def program(sqlite_url: str) -> AsyncIterator[Program]:
    # Its tasks have to end in the task that began them; a fixture begins and ends in two.
    ready, over = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def keep_open() -> None:
        async with a_program(sqlite_url) as opened:
            ready.set_result(opened)
            await over.wait()

    keeping = asyncio.create_task(keep_open())
    yield await ready
    over.set()
    await keeping


def failed(answer: httpx.Response) -> tuple[int, int]:
    """The HTTP status and the module's code."""
    told = answer.json()
    assert told.keys() == {"status", "error"}
    assert told["error"].keys() == {
        "code", "type", "message", "details", "timestamp", "request_id",
    }  # fmt: skip
    return answer.status_code, told["error"]["code"]


async def test_an_order_is_carried_out_in_the_name_of_the_token(program: Program) -> None:
    made = await program.order("create_campaign", a_campaign_order())
    assert (made.status_code, made.json()["campaign_id"]) == (200, "C-1")
    refused = await program.order("create_campaign", a_campaign_order(), token=AGENT)
    assert failed(refused) == (403, 1002)


async def test_what_somebody_else_has_to_agree_to_is_accepted_and_waits(program: Program) -> None:
    answer = await program.order("create_campaign", a_campaign_order(daily_budget=5_000))
    assert (answer.status_code, answer.json()["approval"]["status"]) == (202, "pending")


async def test_a_request_with_a_name_has_one_effect(program: Program) -> None:
    first, again = [
        await program.order("create_campaign", a_campaign_order(), request_id="r-1")
        for _ in range(2)
    ]
    assert first.json()["campaign_id"] == again.json()["campaign_id"] == "C-1"
    assert len(await program.desk.shop.campaigns.list()) == 1


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong-0123456789", f"Basic {MANAGER}", "Bearer \u00ff"]
)
async def test_nobody_gets_in_without_a_token(program: Program, header: str | None) -> None:
    headers = [] if header is None else [(b"authorization", header.encode("latin-1"))]
    answer = await program.http.post(
        "/api/v1/automation/get_campaign_status", json={"parameters": STATUS}, headers=headers
    )
    assert failed(answer) == (401, 1002)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_speaks_for_nobody_else(program: Program) -> None:
    answer = await program.order("get_campaign_status", STATUS, user_id=1, token=AGENT)
    assert failed(answer) == (403, 1002)
    other = await program.order("get_campaign_status", STATUS, organisation="rival")
    assert failed(other) == (403, 1002)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'{"parameters": 5}', b"NaN", b"\xff", b"[" * 90_000, b'{"x": 1}']
)
async def test_what_is_no_order_is_said_so(program: Program, body: bytes) -> None:
    assert failed(await program.post("create_campaign", content=body)) == (400, 1001)


async def test_what_is_wrong_has_a_status_of_its_own(program: Program) -> None:
    wrong = await program.order("create_campaign", a_campaign_order(daily_budget=0))
    assert failed(wrong) == (400, 1001)
    assert wrong.json()["error"]["details"]["parameter"] == "daily_budget"
    assert failed(await program.order("get_campaign_status", STATUS)) == (404, 1001)
    assert failed(await program.order("erase", {})) == (404, 1001)
    missing = await program.order("create_campaign", a_campaign_order(creative_ids=["CR-9"]))
    assert failed(missing) == (404, 5000)
    assert failed(await program.order("create_campaign", a_campaign_order(platform="meta"))) == (
        409, 6000,
    )  # fmt: skip
    program.desk.shop.sandbox.faults.refuse(
        "create_campaign", ErrorCode.SERVICE_UNAVAILABLE, times=3
    )
    assert failed(await program.order("create_campaign", a_campaign_order())) == (503, 4000)


async def test_a_body_may_be_so_large_and_calls_so_many(sqlite_url: str) -> None:
    async with a_program(sqlite_url, max_body_bytes=2_000, calls_per_minute=2) as program:
        large = await program.post("create_campaign", content=b" " * 2_001)
        answers = [await program.order("get_campaign_status", STATUS) for _ in range(3)]
        other = await program.order("get_campaign_status", STATUS, token=AGENT)
    assert failed(large) == (413, 1001)
    assert [failed(each) for each in answers] == [(404, 1001), (404, 1001), (429, 1003)]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert failed(other) == (403, 1002)


async def test_mcp_is_beside_it_with_the_same_tokens(program: Program) -> None:
    for token, code in ((MANAGER, None), (AGENT, 1002)):
        headers = {"Authorization": f"Bearer {token}", "Host": "huoke.example.com"}
        async with httpx2.AsyncClient(headers=headers) as http:
            transport = streamable_http_client(f"{program.url}/mcp", http_client=http)
            async with Client(transport, read_timeout_seconds=20) as client:
                listed = await client.list_tools()
                result = await client.call_tool("create_rule", a_rule_order())
        assert {tool.name for tool in listed.tools} == set(ACTIONS)
        assert (result.structured_content or {}).get("error", {}).get("code") == code
    naked = await program.http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert naked.status_code == 401


async def test_every_answer_is_counted_with_its_time(program: Program) -> None:
    await program.order("create_rule", a_rule_order())
    await program.order("create_rule", a_rule_order(applies_to="C-7"))
    await program.order("create_rule", a_rule_order(), token="wrong-0123456789")
    await program.order("erase", {})
    found = await program.figures()
    requests = "campaign_automation_requests_total"
    assert found[requests, "create_rule", "success"] == 1
    assert found[requests, "create_rule", "error"] == 2
    assert found[requests, "unknown", "error"] == 1
    assert found["campaign_automation_request_duration_seconds_count", "create_rule"] == 3
    assert found["campaign_automation_active_rules",] == 1


async def test_the_schema_is_there_for_everybody(program: Program) -> None:
    schema = (await program.http.get("/api/v1/openapi.json")).json()
    assert set(schema["paths"]) == {f"/automation/{action}" for action in ACTIONS}
    assert schema["servers"] == [{"url": "/api/v1"}]
    assert (await program.http.get("/healthz")).status_code == 200
