"""Calls a person to customers whom the agent cannot help, or who are angry."""

from dataclasses import replace

from agent.context import TurnContext
from agent.contract import Reply
from agent.models.citing import is_search
from agent.state import State
from tools.result import ToolResult
from tools.support.escalation import Signals, escalate


async def escalated(state: State, given: TurnContext, reply: Reply) -> Reply:
    """The reply, and that somebody was asked to come, when it is time for that."""
    called = await escalate(given.tool_context, signals_of(state, given.turn.text))
    if called is None:
        return reply
    return replace(
        reply, text=f"{reply.text}\n\n{called.text}", transfer=reply.transfer or called.transfer
    )


def signals_of(state: State, text: str) -> Signals:
    thought = state.get("thought")
    results = [*thought.results] if thought else state.get("results", [])
    return Signals(
        text=text, unsure=_unsure(state, results), failed=_failed(results), mood=state.get("mood")
    )


def _unsure(state: State, results: list[ToolResult]) -> bool:
    if (led := state.get("led")) and led.instead:
        return False
    searches = [result for result in results if is_search(result)]
    if searches:
        return not any(result.data.get("sure") for result in searches)
    thought = state.get("thought")
    return thought is None and not results and state["plan"].talk == "unclear"


def _failed(results: list[ToolResult]) -> bool:
    return any(result.status in ("failed", "retry") for result in results)
