"""What hand-over keeps of a person's words, for those who forget or join them."""

from datetime import datetime

from sqlalchemy import func, select, update

from storage.database import Session
from storage.tables.case import Case, CaseEvent, CaseMember, CaseSignal, CaseStatus
from storage.tables.work import Conversation
from storage.told import forget_told


async def forget_cases(
    session: Session, organisation_id: int, person_id: int, now: datetime
) -> None:
    """Blank what was asked and noted in the cases of a customer; that they took place stays."""
    theirs = select(Case.id).where(
        Case.organisation_id == organisation_id, Case.customer_id == person_id
    )
    numbers = await session.scalars(theirs.with_only_columns(Case.number))
    await forget_told(session, organisation_id, [f"H-{number}" for number in numbers], now)
    await session.execute(
        update(CaseEvent)
        .where(CaseEvent.organisation_id == organisation_id, CaseEvent.case_id.in_(theirs))
        .values(text="")
    )
    await session.execute(
        update(Case)
        .where(Case.organisation_id == organisation_id, Case.customer_id == person_id)
        .values(question="", summary="", aside="", tags=[])
    )


async def move_cases(session: Session, old: int, new: int) -> None:
    """What was held in conversation `old` is held in `new`; of two open cases there the one of `new`
    goes on."""
    taken = await session.scalar(select(Case.id).where(Case.open_in == new))
    goes_on: dict[str, object] = {"open_in": new}
    if taken is not None:
        goes_on = {"open_in": None, "status": CaseStatus.closed}
    await session.execute(update(Case).where(Case.open_in == old).values(**goes_on))
    before = select(Conversation.human_since).where(Conversation.id == old).scalar_subquery()
    await session.execute(
        update(Conversation)
        .where(Conversation.id == new)
        .values(human_since=func.coalesce(Conversation.human_since, before))
    )
    await session.execute(
        update(Case).where(Case.conversation_id == old).values(conversation_id=new)
    )
    await session.execute(update(CaseMember).where(CaseMember.desk_id == old).values(desk_id=new))
    await session.execute(
        update(CaseSignal).where(CaseSignal.conversation_id == old).values(conversation_id=new)
    )
