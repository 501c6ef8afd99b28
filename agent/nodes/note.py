"""Keep a fact or wish that the person stated, or what staff know about a customer."""

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.noting import noted_for_the_team
from agent.state import State


async def note(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    if (told := await noted_for_the_team(given)) is not None:
        return {"results": [told]}
    async with given.tool_context.database.unit_of_work() as session:
        kept = await given.facts.keep(
            session, person_id=given.turn.asker.id, order_key=f"inbox:{given.turn.inbox_id}",
            text=given.turn.text, source_inbox_id=given.turn.inbox_id,
        )  # fmt: skip
    return {"kept": kept}
