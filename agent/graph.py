"""The whole agent on one screen.

route → act ⇄ decide → lead (a customer's playbook) → reply, and think (a model at the tools) instead
of act. What was said before
is recalled in front of it, and the turn remembered behind it (agent/window.py).
"""

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.context import TurnContext
from agent.leading import lead
from agent.nodes.act import act
from agent.nodes.decide import after_acting, after_routing, after_thinking
from agent.nodes.note import note
from agent.nodes.reply import reply
from agent.nodes.route import route
from agent.nodes.think import think
from agent.state import State

# Set by hand: the library's default is 10,007.
RECURSION_LIMIT = 32


def build_graph() -> CompiledStateGraph[State, TurnContext, State, State]:
    """No checkpointer: a turn ends at the approval row, and the approval runs the stored plan."""
    graph = StateGraph(State, context_schema=TurnContext)
    graph.add_node(route)
    graph.add_node(think)
    graph.add_node(note)
    graph.add_node(act)
    graph.add_node(lead)
    graph.add_node(reply)
    graph.add_edge(START, "route")
    graph.add_conditional_edges(
        "route", after_routing, {"think": "think", "act": "act", "note": "note", "reply": "lead"}
    )
    graph.add_conditional_edges("think", after_thinking, {"act": "act", "reply": "lead"})
    graph.add_conditional_edges("act", after_acting, {"act": "act", "reply": "lead"})
    graph.add_edge("note", "lead")
    graph.add_edge("lead", "reply")
    graph.add_edge("reply", END)
    return graph.compile()
