"""How well a planner understands: the core of `run_bot.py eval` (tests/eval/README.md)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from agent.contract import Plan, PlannedCall, PlanRequest, Utterance
from tools.contract import CUSTOMER, MANAGER

ORGANISATION_ZONE = ZoneInfo("Asia/Shanghai")
_PLATFORM = "platform"


class Planner(Protocol):
    def plan(self, request: PlanRequest) -> Plan: ...


class Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    role: Literal["user", "assistant"]
    text: str


class Expected(BaseModel):
    """What the planner should do: call `tool` with `args`, ask for one of `asks`, or neither."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    tool: str | None
    args: dict[str, Any] = {}
    asks: tuple[str, ...] = ()


class Line(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    role: str = "manager"
    history: tuple[Said, ...] = ()
    now: datetime | None = None
    expect: Expected


@dataclass(frozen=True, slots=True)
class Miss:
    """A line that was not understood as expected; `right_tool` says how near it came."""

    line: Line
    got: str
    right_tool: bool


@dataclass(frozen=True, slots=True)
class EvalReport:
    """Accuracies are shares of all lines (0…1), times are of one plan in milliseconds."""

    n: int
    tool_accuracy: float
    args_accuracy: float
    p50_ms: float
    p95_ms: float
    misses: tuple[Miss, ...] = field(default=(), repr=False)

    def summary(self) -> dict[str, float]:
        """What `eval --json` prints."""
        return {
            "n": self.n,
            "tool_accuracy": round(self.tool_accuracy, 4),
            "args_accuracy": round(self.args_accuracy, 4),
            "p50_ms": round(self.p50_ms, 1),
            "p95_ms": round(self.p95_ms, 1),
        }


def read_lines(path: Path) -> list[Line]:
    """One JSON object a line, empty lines apart; pydantic.ValidationError for any other form."""
    content = path.read_text(encoding="utf-8")
    return [Line.model_validate_json(line) for line in content.splitlines() if line.strip()]


def evaluate(
    planner: Planner,
    lines: Sequence[Line],
    *,
    platforms: tuple[str, ...] = ("sandbox",),
    now: datetime | None = None,
) -> EvalReport:
    """Plans every line, executing nothing. `now` stands for the present in lines without their own
    time; a time without a zone is the organisation's."""
    present = now or datetime.now(ORGANISATION_ZONE)
    right_tools = right_args = 0
    times: list[float] = []
    misses: list[Miss] = []
    for line in lines:
        request = _request(line, present, platforms)
        started = perf_counter()
        plan = planner.plan(request)
        times.append((perf_counter() - started) * 1000)
        tool, args = judge(plan, line.expect, platforms)
        right_tools += tool
        right_args += args
        if not args:
            misses.append(Miss(line=line, got=describe(plan), right_tool=tool))
    n = len(lines)
    return EvalReport(
        n=n,
        tool_accuracy=right_tools / n if n else 0.0,
        args_accuracy=right_args / n if n else 0.0,
        p50_ms=_percentile(times, 50),
        p95_ms=_percentile(times, 95),
        misses=tuple(misses),
    )


def judge(plan: Plan, expect: Expected, platforms: Sequence[str]) -> tuple[bool, bool]:
    """Whether the tool is right, and whether the arguments are (never without the tool)."""
    if expect.tool is None:
        asked = plan.ask.argument if plan.ask else None
        if expect.asks:
            return not plan.calls, asked in expect.asks and not plan.calls
        silent = not plan.calls and asked is None
        return silent, silent
    if [call.tool for call in plan.calls] != [expect.tool]:
        return False, False
    return True, _same_arguments(plan.calls[0], expect.args, platforms)


def describe(plan: Plan) -> str:
    """A plan in one line, for the list of misses."""
    if plan.ask:
        return f"asks {plan.ask.argument} for {_call(plan.ask.call)} ({plan.confidence:.2f})"
    if plan.talk:
        return f"talk {plan.talk} ({plan.confidence:.2f})"
    return f"{', '.join(map(_call, plan.calls))} ({plan.confidence:.2f})"


def _call(call: PlannedCall) -> str:
    args = json.dumps(call.args, ensure_ascii=False, default=str)
    return f"{call.tool}{args}"


def _request(line: Line, present: datetime, platforms: tuple[str, ...]) -> PlanRequest:
    now = line.now or present
    if now.tzinfo is None:
        now = now.replace(tzinfo=ORGANISATION_ZONE)
    return PlanRequest(
        text=line.text,
        now=now.astimezone(ORGANISATION_ZONE),
        history=tuple(Utterance(role=said.role, text=said.text) for said in line.history),
        platforms=platforms,
        persona="customer" if line.role == "customer" else "manager",
    )


def _same_arguments(
    call: PlannedCall, expected: Mapping[str, Any], platforms: Sequence[str]
) -> bool:
    """Every expected argument is there and equal, and every other one has its default."""
    if any(not same(call.args.get(name), value) for name, value in expected.items()):
        return False
    others = {name: value for name, value in call.args.items() if name not in expected}
    return all(_is_default(call.tool, name, value, platforms) for name, value in others.items())


def _is_default(tool: str, name: str, value: Any, platforms: Sequence[str]) -> bool:
    if name == _PLATFORM and len(platforms) == 1 and value == platforms[0]:
        return True
    fields = {**MANAGER, **CUSTOMER}[tool].model_fields
    default = None if fields[name].is_required() else fields[name].default
    return same(value, default)


def same(got: Any, expected: Any) -> bool:
    """Numbers by value, text without case and outer spaces, lists as sets."""
    return bool(_plain(got) == _plain(expected))


def _plain(value: Any) -> Any:
    if value is None:
        return None
    # Python takes True for 1.
    if isinstance(value, bool):
        return str(value).casefold()
    if isinstance(value, (list, tuple, set, frozenset)):
        return frozenset(_plain(each) for each in value)
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return str(value).strip().casefold()


def _percentile(times: Iterable[float], share: int) -> float:
    """Nearest rank; 0 when there are none."""
    ordered = sorted(times)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)] if ordered else 0.0
