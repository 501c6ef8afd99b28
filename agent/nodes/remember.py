"""Keep this turn for the next one."""

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.contract import Reply
from agent.nodes.recall import conversation_key
from agent.state import State
from memory.short_term import Entry
from memory.summary import extended, keep_summary


async def remember(state: State, runtime: Runtime[TurnContext]) -> State:
    await keep_turn(runtime.context, state["reply"])
    return {}


async def keep_turn(given: TurnContext, answer: Reply) -> None:
    """Append the turn to the window; what falls out of it goes into the running summary."""
    turn, key = given.turn, conversation_key(given)
    dropped = await given.short_term.append(
        key,
        turn.inbox_id,
        [
            Entry(turn=turn.inbox_id, role="user", text=turn.text),
            Entry(turn=turn.inbox_id, role="assistant", text=answer.text, shown=answer.shown),
        ],
    )
    if not dropped:
        return
    window = await given.short_term.recent(key, given.rebuild)
    before = window[0].text if window and window[0].role == "summary" else ""
    summary = extended(before, dropped)
    await given.short_term.summarise(key, summary)
    async with given.tool_context.database.unit_of_work() as session:
        await keep_summary(session, turn.conversation_id, summary)
