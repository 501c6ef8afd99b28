"""Decide who plans this turn, and plan it."""

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.contract import PlanRequest, Utterance
from agent.state import State
from config.failpoints import failpoint


async def route(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    plan = await given.plan(
        PlanRequest(
            text=given.turn.text,
            now=given.tool_context.local_now(),
            history=tuple(
                Utterance(role=entry.role, text=entry.text)
                for entry in state["history"]
                if not entry.text.startswith("/")
            ),
            platforms=given.platforms,
            persona=given.persona,
        )
    )
    failpoint("planned")
    return {"plan": plan}
