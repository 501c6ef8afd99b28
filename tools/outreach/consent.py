"""The register of those who want no messages that they did not ask for."""

from sqlalchemy import delete, select

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.tables.broadcast import OptOut
from storage.tables.organisation import Account
from storage.upsert import insert_or_ignore


async def opt_out(session: Session, organisation_id: int, clock: Clock, person_id: int) -> None:
    """From now on, until they say otherwise."""
    await insert_or_ignore(
        session,
        OptOut,
        {"organisation_id": organisation_id, "person_id": person_id, "at": clock.now()},
    )


async def opt_in(session: Session, organisation_id: int, person_id: int) -> None:
    await session.execute(
        delete(OptOut).where(
            OptOut.organisation_id == organisation_id, OptOut.person_id == person_id
        )
    )


async def opted_out_accounts(session: ReadSession, organisation_id: int) -> set[str]:
    """The platforms' ids of everybody who opted out, whatever account they said it with."""
    found = await session.scalars(
        select(Account.external_id)
        .join(OptOut, OptOut.person_id == Account.person_id)
        .where(OptOut.organisation_id == organisation_id)
    )
    return set(found)
