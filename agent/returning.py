"""A customer who comes again: what their last visit was about is told, and not asked anew."""

from dataclasses import replace

from agent.context import TurnContext
from agent.contract import Reply
from agent.models.citing import is_search
from agent.state import State
from tools.visits.recalling import asks_for_last, comes_again, last_visit


async def knowing_the_last(state: State, given: TurnContext, reply: Reply) -> Reply:
    """The reply; behind a greeting with which a visit begins, and in answer to who asks for it,
    what was spoken of the last time. Not where others read along."""
    if given.turn.shared or state.get("stopped"):
        return reply
    asked = asks_for_last(given.turn.text) and not _answered(state)
    greeted = state["plan"].talk == "greeting" and not asked
    if not (asked or (greeted and await comes_again(given.tool_context))):
        return reply
    last = await last_visit(given.tool_context)
    if last is None:
        return reply
    day = f"{last.at.astimezone(given.tool_context.timezone):%m-%d}"
    key = "visit_ends.last.asked" if asked else "visit_ends.last.back"
    lines = [f"· {line}" for line in last.text.splitlines()]
    text = "\n".join([given.tool_context.say(key, day=day), *lines])
    return Reply(text=text) if asked else replace(reply, text=f"{reply.text}\n\n{text}")


def _answered(state: State) -> bool:
    """Whether the documents, or a tool, had an answer."""
    thought = state.get("thought")
    results = [*thought.results] if thought else state.get("results", [])
    return any(result.data.get("sure") or not is_search(result) for result in results)
