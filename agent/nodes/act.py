"""Run the next planned call through the tool layer."""

from dataclasses import replace
from typing import Any

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.preferring import context_for, wished
from agent.speakers import own
from agent.state import State
from tools.layer import ToolCall, in_doubt
from tools.provenance import Evidence
from tools.result import ToolResult


async def act(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    course = given.turn.course
    if course.stopped:
        return {"stopped": True}
    position = len(state.get("results", []))
    planned = state["plan"].calls[position]
    course.doing = planned.tool
    result = await given.tools.call(
        replace(
            context_for(planned.tool, given.tool_context, given.turn.preferences),
            order_key=f"inbox:{given.turn.inbox_id}:{position}",
            mood=state.get("mood"),
        ),
        ToolCall(
            tool=planned.tool, args=planned.args, quotes=planned.quotes, ordered=planned.ordered
        ),
        _evidence(state, given),
    )
    if given.turn.attempt > 1 and result.status != "ok":
        result = await _with_doubts(result, given, position)
    return {"results": [result]}


async def _with_doubts(result: ToolResult, given: TurnContext, position: int) -> ToolResult:
    """The result, and what an attempt that died had begun here, and this one did not come to."""
    context = given.tool_context
    async with context.database.unit_of_work() as session:
        order = f"inbox:{given.turn.inbox_id}:{position}"
        doubts = in_doubt(context, await context.ledger.give_up(session, order))
    return replace(result, text="\n\n".join(each.text for each in (result, *doubts)))


def _evidence(state: State, given: TurnContext) -> Evidence:
    history = state["history"]
    return Evidence(
        utterances=[
            given.turn.text,
            *(entry.text for entry in own(history, given.turn.asker.id) if entry.role == "user"),
        ],
        shown=frozenset(ref for entry in history for ref in entry.shown),
        configured=configured(given),
    )


def configured(given: TurnContext) -> dict[str, Any]:
    """What needs no words: the only platform there is, and what the person once wished for."""
    only = {"platform": given.platforms[0]} if len(given.platforms) == 1 else {}
    return only | wished(given.turn.preferences)
