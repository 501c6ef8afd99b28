"""Keep this turn for the next one."""

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.nodes.recall import conversation_key
from agent.state import State
from memory.short_term import Entry


async def remember(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    turn, answer = given.turn, state["reply"]
    await given.short_term.append(
        conversation_key(given),
        turn.inbox_id,
        [
            Entry(turn=turn.inbox_id, role="user", text=turn.text),
            Entry(turn=turn.inbox_id, role="assistant", text=answer.text, shown=answer.shown),
        ],
    )
    if state["plan"].talk == "noted":
        async with given.tool_context.database.unit_of_work() as session:
            await given.facts.keep(
                session, person_id=turn.asker.id, order_key=f"inbox:{turn.inbox_id}",
                text=turn.text,
            )  # fmt: skip
    return {}
