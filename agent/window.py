"""What was said before in a conversation, brought back before a turn and added to after it."""

from agent.context import TurnContext
from agent.contract import Reply, Turn
from memory.keys import ConversationKey
from memory.short_term import Entry
from memory.summary import extended, keep_summary


async def recall(given: TurnContext) -> list[Entry]:
    window = await given.short_term.recent(_key(given), given.rebuild)
    # A turn that runs again must not hear its own first attempt.
    return [entry for entry in window if entry.turn < given.turn.inbox_id]


async def remember(given: TurnContext, answer: Reply) -> None:
    """Append the turn to the window; what falls out of it goes into the running summary."""
    turn, key = given.turn, _key(given)
    dropped = await given.short_term.append(
        key,
        turn.inbox_id,
        [
            said_now(turn),
            Entry(
                turn=turn.inbox_id, role="assistant", text=answer.text, shown=answer.shown,
                person=turn.asker.id if turn.shared else 0,
            ),
        ],
    )  # fmt: skip
    if not dropped:
        return
    window = await given.short_term.recent(key, given.rebuild)
    before = window[0].text if window and window[0].role == "summary" else ""
    summary = extended(before, dropped)
    await given.short_term.summarise(key, summary)
    async with given.tool_context.database.unit_of_work() as session:
        await keep_summary(session, turn.conversation_id, summary)


def said_now(turn: Turn) -> Entry:
    """The message that is being answered."""
    if not turn.shared:
        return Entry(turn=turn.inbox_id, role="user", text=turn.text)
    return Entry(
        turn=turn.inbox_id, role="user", text=turn.text, person=turn.asker.id,
        speaker=turn.asker.name,
    )  # fmt: skip


def _key(given: TurnContext) -> ConversationKey:
    return ConversationKey(
        organisation_id=given.turn.organisation.id, conversation_id=given.turn.conversation_id
    )
