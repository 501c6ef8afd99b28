"""What visits keep of a customer's words, for those who forget or join them."""

from sqlalchemy import select, update

from storage.database import Session
from storage.tables.visit import Visit


async def forget_visits(session: Session, organisation_id: int, person_id: int) -> None:
    """Blank what was learned and written down of the visits of a customer; that they took place stays."""
    await session.execute(
        update(Visit)
        .where(Visit.organisation_id == organisation_id, Visit.person_id == person_id)
        .values(variables={}, course={}, summary="")
    )


async def move_visits(session: Session, old: int, new: int) -> None:
    """Visits of conversation `old` are visits of `new`; of two open ones there the one of `new` goes
    on."""
    taken = await session.scalar(select(Visit.id).where(Visit.open_in == new))
    moved = update(Visit).where(Visit.open_in == old)
    if taken is None:
        await session.execute(moved.values(open_in=new))
    else:
        await session.execute(moved.values(open_in=None, ended_at=Visit.last_at))
    await session.execute(
        update(Visit).where(Visit.conversation_id == old).values(conversation_id=new)
    )
