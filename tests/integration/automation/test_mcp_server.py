"""Campaign automation over MCP, as the reference client sees it: by pipes and by HTTP."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from mcp import Client, types
from mcp.client.streamable_http import streamable_http_client

from tests.builders.automation import a_campaign_order, a_test_order
from tests.builders.mcp import AGENT_TOKEN, MANAGER_TOKEN, a_data_folder, by_http, by_pipes
from tests.integration.test_program import run
from tools.automation.service import ACTIONS

pytestmark = pytest.mark.slow
MINE = "huoke/request_id"


@asynccontextmanager
async def connected(url: str, token: str, mode: str = "auto") -> AsyncIterator[Client]:
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode, read_timeout_seconds=60) as client:
            yield client


async def answered(
    client: Client, action: str, order: dict[str, Any], **meta: str
) -> dict[str, Any]:
    named = cast(types.RequestParamsMeta, meta) if meta else None
    result = await client.call_tool(action, order, meta=named)
    answer: dict[str, Any] = result.structured_content
    assert result.is_error is (answer["status"] == "error")
    assert json.loads(result.content[0].text) == answer  # type: ignore[union-attr]
    return answer


async def all_seven(client: Client) -> list[tuple[str, str]]:
    """Each action once, in an order in which it can be done."""
    made = await answered(client, "create_campaign", a_campaign_order(daily_budget=300))
    which = {"campaign_id": made["campaign_id"]}
    on_platform = which | {"platform": "sandbox"}
    test = await answered(client, "create_ab_test", a_test_order())
    rule = {
        "rule_name": "Dear", "action": {"type": "notify"}, "applies_to": which,
        "condition": {
            "metric": "cpa", "operator": "greater_than", "value": 50, "time_range": "24h",
        },
    }  # fmt: skip
    rest = [
        ("manage_campaign", on_platform | {"action": "start"}),
        ("get_campaign_status", on_platform),
        ("optimize_budget", which | {"target_metric": "roas"}),
        ("analyze_ab_test", {"test_id": test["test_id"]}),
        ("create_rule", rule),
    ]
    return [
        ("create_campaign", made["status"]), ("create_ab_test", test["status"]),
        *[(action, (await answered(client, action, order))["status"]) for action, order in rest],
    ]  # fmt: skip


async def test_by_pipes_all_seven_actions_can_be_called(tmp_path: Path) -> None:
    folder = await a_data_folder(tmp_path)
    async with Client(by_pipes(folder), read_timeout_seconds=120) as client:
        listed = await client.list_tools()
        assert {tool.name for tool in listed.tools} == set(ACTIONS)
        statuses = await all_seven(client)
        unknown = await answered(client, "erase", {})
    assert {status for _, status in statuses} == {"success"}
    assert {action for action, _ in statuses} == set(ACTIONS)
    assert unknown["error"]["code"] == 1001


async def test_by_pipes_the_role_of_the_person_applies(tmp_path: Path) -> None:
    folder = await a_data_folder(tmp_path)
    words = ("--person", "李雷")
    async with Client(by_pipes(folder, *words), mode="legacy", read_timeout_seconds=120) as client:
        answer = await answered(client, "create_campaign", a_campaign_order())
    assert answer["error"]["code"] == 1002


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("mcp")
    asyncio.run(a_data_folder(folder))
    with by_http(folder) as address:
        yield address


class TestByHttp:
    @pytest.mark.parametrize("mode", ["auto", "legacy"])
    async def test_the_token_says_who_calls(self, url: str, mode: str) -> None:
        async with connected(url, MANAGER_TOKEN, mode) as client:
            listed = await client.list_tools()
            assert {tool.name for tool in listed.tools} == set(ACTIONS)
            done = await answered(client, "create_campaign", a_campaign_order())
            big = await answered(client, "create_campaign", a_campaign_order(daily_budget=5_000))
        async with connected(url, AGENT_TOKEN, mode) as client:
            refused = await answered(client, "create_campaign", a_campaign_order())
        assert done["campaign_id"]
        assert (big["campaign_id"], big["approval"]["status"]) == (None, "pending")
        assert refused["error"]["code"] == 1002

    async def test_a_request_with_a_name_has_one_effect(self, url: str) -> None:
        async with connected(url, MANAGER_TOKEN) as client:
            first, again = [
                await answered(client, "create_campaign", a_campaign_order(), **{MINE: "r-1"})
                for _ in range(2)
            ]
        assert first["campaign_id"] == again["campaign_id"]

    async def test_nobody_gets_in_without_a_token(self, url: str) -> None:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        async with httpx2.AsyncClient() as http:
            for headers in ({}, {"Authorization": "Bearer wrong-0123456789"}):
                answer = await http.post(url, json=body, headers=headers)
                assert answer.status_code == 401


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    tokens = '[{"token": "0123456789abcdef", "person": "admin"}]'
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        started = run(tmp_path, "mcp", "--http", MCP__TOKENS=tokens, HTTP__PORT=port)
    assert started.returncode == 2
    assert "HTTP__PORT" in started.stderr
    assert "Traceback" not in started.stderr
