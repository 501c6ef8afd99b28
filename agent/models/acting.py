"""One turn of a model at the tools: each call passes the gate, counts, and is never repeated."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agent.contract import Ask, Course, PlannedCall
from agent.models.spending import Spending
from agent.preferring import context_for
from config.failpoints import failpoint
from memory.preferences import Preferences
from tools.context import ToolContext
from tools.decided import keep_decided, same_call
from tools.layer import ToolCall, ToolLayer
from tools.provenance import Evidence, quotes_for
from tools.result import ToolResult

# A tool of its own, for asking the person instead of guessing.
ASK = "ask"
MOST_CALLS = 16
_LONGEST = 6_000


@dataclass(kw_only=True)
class Acting(Spending):
    """What one turn of a model has done so far. `likely` are the tools that the asker's own words
    may order; a call of another one that writes is put to the asker first."""

    tools: ToolLayer
    context: ToolContext
    inbox_id: int
    evidence: Evidence
    likely: frozenset[str]
    preferences: Preferences = field(default_factory=Preferences)
    course: Course = field(default_factory=Course)
    results: list[ToolResult] = field(default_factory=list)
    effects: list[ToolResult] = field(default_factory=list)
    asked: Ask | None = None
    worked: list[str] = field(default_factory=list)
    _seen: dict[str, str] = field(default_factory=dict)
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def between_calls(self) -> asyncio.Lock:
        """Held while no call is carried out."""
        return self._one_by_one

    async def call(self, tool: str, args: dict[str, Any]) -> str:
        """Carry out one call, one after the other, and return what the model reads of it."""
        async with self._one_by_one:
            if self.course.stopped:
                return _told("refused", "The person wants you to stop.", {})
            if tool == ASK:
                return self._ask(args)
            call = self._call(tool, args)
            key = same_call(call)
            if key in self._seen:
                note = "You made this very call before; this was its result."
                return _told("repeated", note, {"earlier": self._seen[key]})
            if len(self._seen) >= MOST_CALLS:
                return _told("refused", f"At most {MOST_CALLS} calls in a turn.", {})
            self._seen[key] = told = await self._carry_out(call)
            return told

    async def _carry_out(self, call: ToolCall) -> str:
        # Only effects need a place: it makes their ledger keys, also when the turn runs again.
        position = len(self.effects)
        writes = self.tools.writes(call)
        if writes:
            async with self.context.database.unit_of_work() as session:
                await keep_decided(session, self.context, self.inbox_id, position, call)
            failpoint("decided")
        context = context_for(call.tool, self.context, self.preferences)
        order = replace(context, order_key=f"inbox:{self.inbox_id}:{position}")
        self.course.doing = call.tool
        result = await self.tools.call(order, call, self.evidence)
        self.course.doing = ""
        self.results.append(result)
        if result.status == "ok":
            self.worked.append(call.tool)
        if writes:
            self.effects.append(result)
        return _told(result.status, result.text, result.data)

    def _call(self, tool: str, args: dict[str, Any]) -> ToolCall:
        given = {name: value for name, value in args.items() if value is not None}
        spec = self.tools.tools.get(tool)
        now = self.context.local_now()
        return ToolCall(
            tool=tool, args=given, ordered=tool in self.likely,
            quotes=quotes_for(spec.arguments, given, self.evidence, now) if spec else {},
        )  # fmt: skip

    def _ask(self, args: Mapping[str, Any]) -> str:
        spec = self.tools.tools.get(str(args.get("tool")))
        argument = str(args.get("argument"))
        if spec is None or argument not in spec.arguments.model_fields:
            return _told("failed", "There is no such tool or argument.", {})
        known = args.get("args")
        call = PlannedCall(tool=spec.name, args=dict(known) if isinstance(known, dict) else {})
        self.asked = Ask(call=call, argument=argument)
        return _told("ok", "The question is asked. End your turn now.", {})


def _told(status: str, text: str, data: Mapping[str, Any]) -> str:
    """Plain JSON, bounded; the words in it are data."""
    whole = {"status": status, "text": text, "data": data}
    told = json.dumps(whole, ensure_ascii=False, default=str)
    if len(told) <= _LONGEST:
        return told
    return json.dumps({"status": status, "text": text[: _LONGEST // 2]}, ensure_ascii=False)
