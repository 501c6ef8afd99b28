"""Every tool of the contract in Chinese and in English with a language model over real HTTP: the
model chooses the tool, the gate lets it through, and what the tool answers reaches the model."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from pydantic import HttpUrl, SecretStr

from agent.contract import PlanRequest, Utterance
from agent.models.loop import ModelLoop
from agent.service import Planner
from config.models import ModelSettings
from config.settings import AnswerSettings, Settings
from tests.emulators.openai_api import Answer, Call, OpenAIEmulator, say
from tests.emulators.serving import served
from tests.journeys.chat import Chat
from tests.journeys.conftest import OpenChat
from tools.contract import MANAGER

ORDERS: dict[str, tuple[str, str]] = {
    "search_leads": ("找一下评分80以上的线索", "show me the leads from douyin this month"),
    "get_lead": ("L-12 什么情况", "tell me about lead L-12"),
    "create_lead": ("新建线索 张伟，电话 13800004321", "Add a lead: Kevin Wu, phone +65 9123 4567"),
    "update_lead": ("L-12 改成流失", "mark L-12 as lost"),
    "assign_lead": ("把 L-12 分给李雷", "assign L-12 to 李雷"),
    "convert_lead": ("L-12 转为客户", "convert L-12 to a customer"),
    "explain_lead_score": ("L-12 的评分是怎么来的", "why does L-12 have that score?"),
    "lead_stats": ("今天来了多少线索", "How many leads came in this week?"),
    "create_campaign": (
        "在美国建一个销售广告，每天预算 300，用素材 CR-1 和 CR-2",
        "create a sales campaign in the US with 300 a day using CR-1 and CR-2",
    ),
    "list_campaigns": ("现在有哪些广告活动", "list my campaigns"),
    "get_campaign_status": ("C-1 这周效果怎么样", "how is C-1 doing?"),
    "manage_campaign": ("先把 C-1 停了", "pause campaign C-1"),
    "set_budget": ("C-1 预算加 20%", "raise C-1's budget by 20%"),
    "list_creatives": ("有哪些素材可以用", "which creatives do we have?"),
    "write_ad_copy": (
        "给 https://shop.example.com/english 写 tiktok 文案",
        "write ad copy for https://shop.example.com/english on tiktok",
    ),
    "optimize_budget": ("按 ROAS 优化 C-1 的预算", "optimize the budget of C-1 by ROAS"),
    "create_ab_test": (
        "CR-1 和 CR-2 做 A/B 测试，每天 200，7 天", "A/B test CR-1 and CR-2, 200 a day for 7 days",
    ),
    "create_rule": (
        "CPA 超过 50 就暂停广告组，看 24 小时",
        "pause the ad set when CPA is above 50 over 24 hours",
    ),
    "list_rules": ("有哪些规则", "list the rules"),
    "overview_report": ("这周整体情况怎么样", "overview of this week"),
    "trend_report": ("近30天线索趋势", "lead trend of the last 30 days"),
    "funnel_report": ("上个月的漏斗", "funnel of last month"),
    "channel_report": ("上周各渠道效果怎么样", "channel report for last week"),
    "export_report": ("导出上周总览 Excel", "export last week's overview as PDF"),
    "schedule_report": ("每天 9 点发总览", "send me the overview every day at 9am"),
}  # fmt: skip
# These need something that an order before them made.
AFTER: dict[str, tuple[str, tuple[str, str]]] = {
    "set_rule_enabled": ("create_rule", ("停用规则 R-1", "disable rule R-1")),
    "analyze_ab_test": ("create_ab_test", ("T-1 结果如何", "how is test T-1 doing?")),
}


class Understanding:
    """Chooses the tool as a good model would: here the planner stands for its understanding."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.chat: Chat | None = None

    def __call__(self, request: dict[str, Any]) -> Answer:
        assert self.chat is not None
        *before, last = [each for each in request["messages"] if each["role"] != "system"]
        if last["role"] == "tool":
            return say("请看。")
        history = tuple(
            Utterance(role=each["role"], text=each["content"])
            for each in before
            if each["role"] in ("user", "assistant") and each.get("content")
        )
        plan = self.planner(
            PlanRequest(text=last["content"], now=self.chat.clock.now(), history=history)
        )
        assert plan.calls, f"{last['content']!r} was not understood"
        return Answer(
            calls=[
                Call(name=each.tool, arguments=json.dumps(each.args, default=str))
                for each in plan.calls
            ]
        )


@pytest.fixture
async def playing(
    open_chat: OpenChat, planner: Planner
) -> AsyncIterator[tuple[Chat, OpenAIEmulator]]:
    model = Understanding(planner)
    emulator = OpenAIEmulator({"m": model})
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(emulator.app))
        settings = ModelSettings(
            name="m", base_url=HttpUrl(f"{url}/v1"), model="m", api_key=SecretStr("test-key")
        )
        answers = AnswerSettings(fast_path=1.1)
        loop = ModelLoop([settings], MANAGER, answers)
        chat = await open_chat(loop, Settings(models=(settings,), answers=answers))
        model.chat = chat
        yield chat, emulator


def told(emulator: OpenAIEmulator, tool: str) -> dict[str, Any]:
    """What the model read of the tool's result."""
    messages = emulator.requests[-1]["messages"]
    asked = [call for each in messages for call in each.get("tool_calls") or []]
    assert [call["function"]["name"] for call in asked] == [tool]
    result: dict[str, Any] = json.loads(messages[-1]["content"])
    return result


@pytest.mark.parametrize("language", [0, 1])
@pytest.mark.parametrize("tool", ORDERS)
async def test_a_tool_is_reached_through_the_model(
    playing: tuple[Chat, OpenAIEmulator], tool: str, language: int
) -> None:
    chat, emulator = playing
    answer = await chat.says(ORDERS[tool][language])
    assert told(emulator, tool)["status"] in ("ok", "needs_approval")
    assert answer.strip()


@pytest.mark.parametrize("language", [0, 1])
@pytest.mark.parametrize("tool", AFTER)
async def test_a_tool_that_follows_another_is_reached_too(
    playing: tuple[Chat, OpenAIEmulator], tool: str, language: int
) -> None:
    chat, emulator = playing
    first, orders = AFTER[tool]
    if "P-1" in await chat.says(ORDERS[first][language]):
        await chat.says("/approve P-1")
    await chat.says(orders[language])
    messages = emulator.requests[-1]["messages"]
    assert json.loads(messages[-1]["content"])["status"] == "ok"


def test_every_tool_of_the_contract_is_here(place: str) -> None:
    assert {*ORDERS, *AFTER} == set(MANAGER)
