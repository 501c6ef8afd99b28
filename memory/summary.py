"""The running summary of a conversation: what fell out of the window, in few words.

It holds what the person said, shortened, and the ids that were shown, never the words of an
answer: nothing that the service or a model made up can come back as a fact.
"""

from collections.abc import Sequence

from sqlalchemy import update

from memory.short_term import Entry
from memory.tokens import estimate_tokens
from storage.database import Session
from storage.tables.work import Conversation
from storage.upsert import table_of

MOST_TOKENS = 400
_LONGEST_LINE = 80


def extended(summary: str, dropped: Sequence[Entry]) -> str:
    """The summary with a line for each message that left the window; when it grows too long, its
    oldest lines go."""
    lines = [*summary.splitlines(), *(line for line in _lines(dropped) if line)]
    while len(lines) > 1 and estimate_tokens("\n".join(lines)) > MOST_TOKENS:
        lines.pop(0)
    return "\n".join(lines)


def _lines(dropped: Sequence[Entry]) -> list[str]:
    lines: list[str] = []
    for entry in dropped:
        if entry.role == "user" and not entry.text.startswith("/"):
            said = f"{entry.speaker}: {entry.text}" if entry.speaker else entry.text
            words = " ".join(said.split())
            lines.append(words if len(words) <= _LONGEST_LINE else f"{words[:_LONGEST_LINE]}…")
        elif entry.role == "assistant" and entry.shown and lines:
            lines[-1] += f" → {', '.join(entry.shown[:8])}"
    return lines


async def keep_summary(session: Session, conversation_id: int, summary: str) -> None:
    """In the database, for when Redis lost the window."""
    rows = table_of(Conversation)
    await session.execute(update(rows).where(rows.c.id == conversation_id).values(summary=summary))
