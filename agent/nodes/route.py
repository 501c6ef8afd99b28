"""Understand the message with the local planner, which also decides whether a model is needed."""

from dataclasses import replace
from typing import Literal

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.contract import Plan, PlannedCall, PlanRequest
from agent.looking_up import known_to_documents
from agent.preferring import completed
from agent.speakers import as_one_knows_it
from agent.state import State
from config.failpoints import failpoint
from tools.decided import decided_calls


async def route(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    plan = await given.plan(
        PlanRequest(
            text=given.turn.text,
            now=given.tool_context.local_now(),
            history=tuple(as_one_knows_it(state["history"], given.turn.asker.id)),
            platforms=given.platforms,
            persona=given.persona,
        )
    )
    failpoint("planned")
    plan = completed(plan, given.turn.preferences, given.tools.tools)
    if (found := await known_to_documents(given, plan)) is not None:
        unclear = replace(plan, talk="out_of_scope")
        return {"plan": unclear, "mood": plan.mood, "via": "plan", "results": [found]}
    if given.models is None:
        return {"plan": plan, "mood": plan.mood, "via": "plan"}
    decided = await _decided_before(given) if given.turn.attempt > 1 else ()
    if decided:
        again = replace(plan, calls=decided, ask=None, talk=None)
        return {"plan": again, "mood": plan.mood, "via": "plan"}
    via: Literal["plan", "model"] = "plan" if sure(plan, given.fast_path) else "model"
    return {"plan": plan, "mood": plan.mood, "via": via}


def sure(plan: Plan, fast_path: float) -> bool:
    """Whether the plan is carried out without asking a model. What documents say a model words
    better than they do."""
    if any(call.tool == "search_knowledge" for call in plan.calls):
        return False
    return plan.confidence >= fast_path and plan.talk not in ("unclear", "out_of_scope")


async def _decided_before(given: TurnContext) -> tuple[PlannedCall, ...]:
    """What a model decided on in this very turn before the process died is done, not thought
    over."""
    context = given.tool_context
    async with context.database.reading() as session:
        calls = await decided_calls(session, context, given.turn.inbox_id)
    return tuple(
        PlannedCall(
            tool=call.tool, args={**call.args}, quotes={**call.quotes}, ordered=call.ordered
        )
        for call in calls
    )  # fmt: skip
