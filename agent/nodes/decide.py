"""What comes next: another call, the model, or the reply."""

from typing import Literal

from agent.state import State

Next = Literal["act", "reply"]


# A statement of which the planner is this sure is kept; below, a model may know better.
_SURELY_STATED = 0.5


def after_routing(state: State) -> Literal["act", "think", "note", "reply"]:
    plan = state["plan"]
    stated = plan.talk == "noted"
    if stated and (state["via"] == "plan" or plan.confidence >= _SURELY_STATED):
        return "note"
    return "think" if state["via"] == "model" else after_thinking(state)


def after_thinking(state: State) -> Next:
    """Without a thought it is the local planner's plan that counts."""
    thought = "thought" in state or state.get("stopped")
    return "act" if state["plan"].calls and not thought else "reply"


def after_acting(state: State) -> Next:
    """The calls of a plan build on each other: the first that did not succeed ends the acting."""
    if state.get("stopped"):
        return "reply"
    results = state["results"]
    more = len(results) < len(state["plan"].calls)
    return "act" if more and results[-1].status == "ok" else "reply"
