"""Whatever a program sends, it gets an answer in the promised shape and no secret comes back."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from storage.database import Database
from tests.builders.automation import Desk, a_campaign_order, a_desk, a_rule_order, a_test_order
from tests.fakes.clock import FakeClock
from tools.automation.service import ACTIONS

FIELDS = {"code", "type", "message", "details", "timestamp", "request_id"}
SECRET = "sk-5ecre7-5ecre7"
ORDERS: dict[str, dict[str, Any]] = {
    "create_campaign": a_campaign_order(), "create_ab_test": a_test_order(),
    "create_rule": a_rule_order(), "analyze_ab_test": {"test_id": "T-1"},
    "manage_campaign": {"campaign_id": "C-1", "action": "start", "platform": "sandbox"},
    "get_campaign_status": {"campaign_id": "C-1", "platform": "sandbox"},
    "optimize_budget": {"campaign_id": "C-1", "target_metric": "roas"},
}  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["C-1", "C-999999999999999999999", "CR-1", "sandbox", "\ud800", "1e400"]),
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
secret_names = st.sampled_from(["access_token", "api_key", "app_secret", "password"])


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, Any]:
    """A known action with parameters of which some are changed, or nonsense."""
    action = draw(st.sampled_from(sorted(ACTIONS)) | st.text(max_size=8))
    order = dict(ORDERS.get(action, {}))
    for name in draw(st.lists(st.sampled_from(sorted(order) or ["x"]), max_size=2)):
        order[name] = draw(anything)
    if draw(st.booleans()):
        order[draw(secret_names)] = SECRET
    return action, draw(st.just(order) | anything) if draw(st.integers(0, 9)) == 0 else order


@dataclass(frozen=True)
class Loop:
    """A desk, and the loop in which its database lives."""

    runner: asyncio.Runner
    desk: Desk

    def execute(self, action: Any, parameters: Any) -> dict[str, Any]:
        return self.runner.run(self.desk.execute(action, parameters))


@pytest.fixture
def loop(sqlite_url: str) -> Iterator[Loop]:
    with asyncio.Runner() as runner:
        database = Database(sqlite_url)
        runner.run(database.__aenter__())
        desk = runner.run(a_desk(database, FakeClock()))
        for title in ("Trial", "Open day"):
            runner.run(desk.shop.creative(title))
        yield Loop(runner, desk)
        runner.run(database.__aexit__(None, None, None))


# The same shop for all examples: what earlier ones made is there for later ones.
often = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@often
@given(call=calls())
def test_every_answer_has_the_shape(loop: Loop, call: tuple[Any, Any]) -> None:
    with capture_logs() as logs:
        answer = loop.execute(*call)
    assert answer["status"] in ("success", "error")
    if answer["status"] == "error":
        assert answer["error"].keys() == FIELDS
        assert isinstance(answer["error"]["code"], int)
        assert [each["event"] for each in logs].count("automation.failed") == 1
    else:
        assert answer["message"]
    assert SECRET not in f"{answer}{logs}"


@often
@given(context=anything, action=st.sampled_from(sorted(ACTIONS)))
def test_nobody_gets_in_with_any_context(loop: Loop, context: Any, action: str) -> None:
    module = loop.desk.module
    answer = loop.runner.run(module.execute(action, ORDERS[action], context))
    assert answer["error"].keys() == FIELDS
    assert answer["error"]["code"] in (1001, 1002)
