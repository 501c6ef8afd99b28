"""Bring back what was said before in this conversation."""

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.state import State
from memory.keys import ConversationKey


async def recall(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    window = await given.short_term.recent(conversation_key(given), given.rebuild)
    # A turn that runs again must not hear its own first attempt.
    return {"history": [entry for entry in window if entry.turn < given.turn.inbox_id]}


def conversation_key(given: TurnContext) -> ConversationKey:
    return ConversationKey(
        organisation_id=given.turn.organisation.id, conversation_id=given.turn.conversation_id
    )
