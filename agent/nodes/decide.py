"""What comes next: another call, or the reply."""

from typing import Literal

from agent.state import State

Next = Literal["act", "reply"]


def after_routing(state: State) -> Next:
    return "act" if state["plan"].calls else "reply"


def after_acting(state: State) -> Next:
    """The calls of a plan build on each other: the first that did not succeed ends the acting."""
    results = state["results"]
    more = len(results) < len(state["plan"].calls)
    return "act" if more and results[-1].status == "ok" else "reply"
