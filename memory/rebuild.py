"""The window of a conversation as the database tells it, for when Redis lost it."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select, true

from memory.short_term import Entry
from storage.database import Database
from storage.tables.work import Conversation, InboxMessage, OutboxMessage

# The window is bounded in tokens; this many turns always fill it.
_TURNS = 60
_KEPT_COMMANDS = ("/approve", "/reject")


def belongs_to_window(text: str) -> bool:
    """Slash commands are no conversation, except those whose answers show what an order did."""
    return not text.startswith(("/", "／")) or text.startswith(_KEPT_COMMANDS)


async def window_from_database(
    database: Database, conversation_id: int, before_inbox_id: int | None = None
) -> Sequence[Entry]:
    """What was said in the conversation (before this message), oldest first."""
    async with database.reading() as session:
        asked = await session.scalars(
            select(InboxMessage)
            .where(
                InboxMessage.conversation_id == conversation_id,
                true() if before_inbox_id is None else InboxMessage.id < before_inbox_id,
            )
            .order_by(InboxMessage.id.desc())
            .limit(_TURNS)
        )
        messages = [row for row in reversed(asked.all()) if belongs_to_window(row.text)]
        answered = await session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.reply_to.in_([row.id for row in messages]))
            .order_by(OutboxMessage.id)
        )
        answers: dict[int | None, list[OutboxMessage]] = defaultdict(list)
        for answer in answered:
            answers[answer.reply_to].append(answer)
    summary = await _summary(database, conversation_id)
    entries = [Entry(turn=0, role="summary", text=summary)] if summary else []
    for row in messages:
        entries.append(Entry(turn=row.id, role="user", text=row.text))
        entries.extend(
            Entry(turn=row.id, role="assistant", text=answer.text, shown=tuple(answer.shown))
            for answer in answers[row.id]
        )
    return entries


async def _summary(database: Database, conversation_id: int) -> str | None:
    async with database.reading() as session:
        found: str | None = await session.scalar(
            select(Conversation.summary).where(Conversation.id == conversation_id)
        )
    return found
