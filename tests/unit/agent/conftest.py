"""The real planner, its intents learned once and kept between runs."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from agent.contract import Plan, PlanRequest, Utterance
from agent.planner.loading import load_planner
from agent.planner.planner import LocalPlanner

# A Wednesday.
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

Hears = Callable[..., Plan]


@pytest.fixture(scope="session")
def planner(pytestconfig: pytest.Config) -> LocalPlanner:
    return load_planner(pytestconfig.cache.mkdir("planner"))


@pytest.fixture
def hears(planner: LocalPlanner) -> Hears:
    """`hears(*messages)`: the plan for the last one; before it, the person and the assistant
    took turns."""

    def _hears(
        *messages: str,
        platforms: tuple[str, ...] = ("sandbox",),
        persona: Literal["manager", "customer"] = "manager",
    ) -> Plan:
        *before, text = messages
        roles: tuple[Literal["user", "assistant"], ...] = ("user", "assistant")
        history = tuple(Utterance(role=roles[at % 2], text=said) for at, said in enumerate(before))
        return planner.plan(
            PlanRequest(text=text, now=NOW, history=history, platforms=platforms, persona=persona)
        )

    return _hears
