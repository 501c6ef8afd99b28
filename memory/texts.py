"""The words of memories: their own, or those of the message that an episode stands for."""

from collections.abc import Collection, Sequence
from typing import Protocol

from sqlalchemy import select

from storage.database import ReadSession
from storage.tables.memory import Memory
from storage.tables.work import InboxMessage, OutboxMessage

# Ids in one statement; SQLite takes 32,766 values and PostgreSQL as many.
_AT_ONCE = 1_000


class Sourced(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def source_inbox_id(self) -> int | None: ...
    @property
    def source_outbox_id(self) -> int | None: ...


async def texts_of(session: ReadSession, memories: Sequence[Sourced | Memory]) -> dict[int, str]:
    """By the id of the memory; empty when its message was erased."""
    without = [row for row in memories if not row.text]
    heard = await _words(
        session, InboxMessage, {row.source_inbox_id for row in without if row.source_inbox_id}
    )
    staff = await _words(
        session, OutboxMessage, {row.source_outbox_id for row in without if row.source_outbox_id}
    )
    return {
        row.id: row.text
        or heard.get(row.source_inbox_id or 0)
        or staff.get(row.source_outbox_id or 0, "")
        for row in memories
    }


async def _words(
    session: ReadSession, table: type[InboxMessage | OutboxMessage], ids: Collection[int]
) -> dict[int, str]:
    words: dict[int, str] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[start : start + _AT_ONCE]
        rows = await session.execute(select(table.id, table.text).where(table.id.in_(chunk)))
        words.update((id_, text) for id_, text in rows)
    return words
