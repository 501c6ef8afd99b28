"""What counts as understood."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agent.contract import Ask, Plan, PlannedCall, PlanRequest
from agent.evaluate import Expected, Line, evaluate, judge, read_lines
from config.i18n import Language
from tests.unit.agent.conftest import NOW

SANDBOX = ("sandbox",)


def acts(tool: str, **args: Any) -> Plan:
    call = PlannedCall(tool=tool, args=args)
    return Plan(language=Language.en, confidence=1, calls=(call,))


def asks(argument: str) -> Plan:
    ask = Ask(call=PlannedCall(tool="set_budget", args={}), argument=argument)
    return Plan(language=Language.en, confidence=1, ask=ask)


TALKS = Plan(language=Language.en, confidence=1, talk="thanks")


class FixedPlanner:
    """Plans the same whatever it is told, and remembers what it was told."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.heard: list[PlanRequest] = []

    def plan(self, request: PlanRequest) -> Plan:
        self.heard.append(request)
        return self._plan


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        pytest.param(Decimal("500.00"), 500, id="numbers by value"),
        pytest.param(" VIP ", "vip", id="text without case and outer spaces"),
        pytest.param(["CA", "US"], ["US", "CA"], id="lists as sets"),
        pytest.param([(18, 35), (36, 50)], [[36, 50], [18, 35]], id="lists of lists too"),
    ],
)
def test_equal_arguments_may_be_written_differently(got: Any, expected: Any) -> None:
    plan = acts("search_leads", text=got)
    assert judge(plan, Expected(tool="search_leads", args={"text": expected}), SANDBOX) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(acts("search_leads", status="new"), id="one is missing"),
        pytest.param(acts("search_leads", status="lost", limit=5), id="one is different"),
        pytest.param(
            acts("search_leads", status="new", limit=5, source="web"), id="one is too many"
        ),
    ],
)
def test_arguments_must_be_exactly_the_expected_ones(plan: Plan) -> None:
    expect = Expected(tool="search_leads", args={"status": "new", "limit": 5})
    assert judge(plan, expect, SANDBOX) == (True, False)


def test_true_is_not_the_number_one() -> None:
    expect = Expected(tool="set_rule_enabled", args={"rule": "R-1", "enabled": True})
    assert judge(acts("set_rule_enabled", rule="R-1", enabled=1), expect, SANDBOX) == (True, False)


def test_defaults_may_be_spelled_out() -> None:
    plan = acts("search_leads", limit=10, status=None)
    assert judge(plan, Expected(tool="search_leads"), SANDBOX) == (True, True)


def test_the_only_platform_is_a_default() -> None:
    plan = acts("list_campaigns", platform="sandbox")
    assert judge(plan, Expected(tool="list_campaigns"), SANDBOX) == (True, True)
    assert judge(plan, Expected(tool="list_campaigns"), ("sandbox", "meta")) == (True, False)


def test_arguments_are_never_right_without_the_tool() -> None:
    assert judge(acts("list_rules"), Expected(tool="list_creatives"), SANDBOX) == (False, False)


def test_a_second_call_is_one_too_many() -> None:
    once = acts("list_rules")
    twice = Plan(language=Language.en, confidence=1, calls=once.calls * 2)
    assert judge(twice, Expected(tool="list_rules"), SANDBOX) == (False, False)


@pytest.mark.parametrize(
    ("plan", "expect", "verdict"),
    [
        (TALKS, Expected(tool=None), (True, True)),
        (acts("list_rules"), Expected(tool=None), (False, False)),
        (asks("campaign"), Expected(tool=None), (False, False)),
        (asks("campaign"), Expected(tool=None, asks=("campaign", "ad_set")), (True, True)),
        (asks("daily_budget"), Expected(tool=None, asks=("campaign",)), (True, False)),
        (acts("list_rules"), Expected(tool=None, asks=("campaign",)), (False, False)),
    ],
    ids=[
        "talk is right", "acting is wrong", "asking is wrong", "asking the right thing",
        "asking another thing", "acting instead of asking",
    ],
)  # fmt: skip
def test_no_tool_means_to_act_on_nothing(
    plan: Plan, expect: Expected, verdict: tuple[bool, bool]
) -> None:
    assert judge(plan, expect, SANDBOX) == verdict


def test_the_report_counts_all_lines() -> None:
    lines = [
        Line(text="规则", expect=Expected(tool="list_rules")),
        Line(text="谢谢", expect=Expected(tool=None)),
    ]
    report = evaluate(FixedPlanner(acts("list_rules")), lines, now=NOW)
    assert report.summary() == {
        "n": 2,
        "tool_accuracy": 0.5,
        "args_accuracy": 0.5,
        "p50_ms": report.summary()["p50_ms"],
        "p95_ms": report.summary()["p95_ms"],
    }
    assert [miss.line.text for miss in report.misses] == ["谢谢"]


def test_an_empty_file_scores_nothing() -> None:
    assert evaluate(FixedPlanner(TALKS), []).summary()["n"] == 0


def test_a_line_brings_its_own_time_role_and_history(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(
        '{"text": "那上个月呢", "role": "customer", "now": "2026-01-02T03:04:05",'
        ' "history": [{"role": "user", "text": "上周"}], "expect": {"tool": null}}\n\n',
        encoding="utf-8",
    )
    planner = FixedPlanner(TALKS)
    evaluate(planner, read_lines(file), now=NOW)
    (request,) = planner.heard
    assert request.now.isoformat() == "2026-01-02T03:04:05+08:00"
    assert request.persona == "customer"
    assert [(each.role, each.text) for each in request.history] == [("user", "上周")]


def test_a_line_of_another_form_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text('{"text": "hi", "expected": {"tool": null}}\n', encoding="utf-8")
    with pytest.raises(ValidationError):
        read_lines(file)
