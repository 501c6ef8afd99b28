"""Forgetting what was written down when a customer had left."""

from datetime import datetime

from sqlalchemy import delete, select

from storage.database import Session
from storage.tables.lead import LeadNote
from storage.tables.visit import FollowUp, Visit
from storage.told import forget_told

# Conditions in one statement.
_AT_ONCE = 200


async def forget_visit_ends(
    session: Session, organisation_id: int, person_id: int, now: datetime
) -> None:
    """Take away what was to follow after the visits of a person, what the staff was told of it, and
    what was noted at their lead. The visits themselves are the business of storage/visits.py."""
    theirs = (FollowUp.organisation_id == organisation_id, FollowUp.person_id == person_id)
    ids = [*await session.scalars(select(FollowUp.id).where(*theirs))]
    await forget_told(session, organisation_id, [f"FU-{id_}" for id_ in ids], now)
    await session.execute(delete(FollowUp).where(*theirs))
    visits = await session.scalars(
        select(Visit.id).where(
            Visit.organisation_id == organisation_id, Visit.person_id == person_id
        )
    )
    keys = [f"visit:{visit_id}:note" for visit_id in visits]
    for start in range(0, len(keys), _AT_ONCE):
        await session.execute(
            delete(LeadNote).where(
                LeadNote.organisation_id == organisation_id,
                LeadNote.order_key.in_(keys[start : start + _AT_ONCE]),
            )
        )
