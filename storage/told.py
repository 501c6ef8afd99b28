"""Forgetting what people were told about something, by the id under which they were shown it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, cast, or_, update

from storage.database import Session
from storage.tables.notice import Notice, NoticeStatus
from storage.tables.work import OutboxMessage, OutboxStatus

# Conditions in one statement.
_AT_ONCE = 200


async def forget_told(
    session: Session, organisation_id: int, refs: Sequence[str], now: datetime
) -> None:
    """Blank the answers and notices that show one of `refs` (H-3); those that wait are not sent any
    more."""
    for start in range(0, len(refs), _AT_ONCE):
        named = [f'%"{ref}"%' for ref in refs[start : start + _AT_ONCE]]
        told = (
            OutboxMessage.organisation_id == organisation_id,
            or_(*(cast(OutboxMessage.shown, Text).like(each) for each in named)),
        )
        await session.execute(update(OutboxMessage).where(*told).values(text="", buttons=[]))
        await session.execute(
            update(OutboxMessage)
            .where(*told, OutboxMessage.status == OutboxStatus.queued)
            .values(status=OutboxStatus.failed, error="erased", finished_at=now)
        )
        await session.execute(
            update(Notice)
            .where(
                Notice.organisation_id == organisation_id,
                Notice.status == NoticeStatus.held,
                or_(*(cast(Notice.shown, Text).like(each) for each in named)),
            )
            .values(text="", shown=[], buttons=[], due_at=None, status=NoticeStatus.dropped)
        )
