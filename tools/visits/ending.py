"""What is done when a customer has left: a summary, what is to follow, what is known of them now.

All of it is written in one transaction that also marks the visit, so that each happens once however
often this runs; a model words the summary before it.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from config.errors import AppError
from config.failpoints import failpoint
from config.roles import Role
from storage.audit import AuditLog
from storage.database import Session
from storage.tables.organisation import Person
from storage.tables.visit import FollowUp, Visit
from tools.context import ToolContext
from tools.visits import profiling
from tools.visits.follow_ups import keep
from tools.visits.gathering import Gathering
from tools.visits.service import VisitService
from tools.visits.suggesting import suggestions
from tools.visits.summarising import remembered, rule_lines, worded
from tools.visits.talk import Talk
from tools.visits.telling import tell

log = structlog.get_logger()

OpenContext = Callable[[str], Awaitable[ToolContext]]


class VisitEnder:
    """`open_context` gives what the service itself may use, under an order key."""

    def __init__(self, open_context: OpenContext) -> None:
        self._open_context = open_context

    async def look(self) -> int:
        """Finish what is over; how many visits that were."""
        context = await self._open_context("visits")
        async with context.database.unit_of_work() as session:
            over = await VisitService.of(session, context).ending(context.clock.now())
        if over:
            failpoint("visit_ended")
        finished = 0
        for visit_id in over:
            try:
                finished += await self.finish(visit_id)
            except AppError as error:
                # The others are not to wait for this one, which is tried again.
                log.error("visit.unfinished", visit=visit_id, error=type(error).__name__)
        return finished

    async def finish(self, visit_id: int) -> bool:
        """False when it was finished before, or is gone."""
        context = await self._open_context(f"visit:{visit_id}")
        async with context.database.reading() as session:
            visit = await session.get(Visit, visit_id)
            if visit is None or visit.summarised_at is not None:
                return False
            talk = await Gathering(session, context, visit).talk()
        lines = await worded(context, context.writer, talk)
        failpoint("visit_worded")
        async with context.database.unit_of_work() as session:
            done = await _finish(session, context, visit_id, talk, lines)
            failpoint("visit_written")
        failpoint("visit_finished")
        return done


async def _finish(
    session: Session, context: ToolContext, visit_id: int, before: Talk, lines: Sequence[str]
) -> bool:
    """`lines` tell of the talk as it was `before`."""
    visit = await session.get(Visit, visit_id)
    if visit is None:
        return False
    # First the messages, then the visit: as whoever forgets a person goes.
    talk = await Gathering(session, context, visit).talk(hold=True)
    await session.refresh(visit, with_for_update=True)
    if visit.summarised_at is not None:
        return False
    if talk != before:
        # Somebody said something meanwhile, or had it forgotten.
        lines = rule_lines(context, talk)
    visit.summary, visit.summarised_at = "\n".join(lines), context.clock.now()
    if not lines:
        return True
    await profiling.remember(session, context, visit, remembered(context, talk))
    await profiling.update_lead(session, context, talk, lines)
    owner_id = await _owner(session, context, talk)
    rows: list[FollowUp] = await keep(session, context, visit, suggestions(context, talk), owner_id)
    if rows:
        await tell(session, context, talk, lines, rows)
    await AuditLog(context.organisation_id, context.clock).append(
        session, "visit.summarised", person_id=None, visit=visit.id, follow_ups=len(rows)
    )
    return True


async def _owner(session: Session, context: ToolContext, talk: Talk) -> int | None:
    """Who has the lead, else who of our staff served them last."""
    served = [case.served_by for case in talk.cases]
    for person_id in (talk.lead.owner_id if talk.lead else None, *reversed(served)):
        person = await session.get(Person, person_id) if person_id is not None else None
        if person is not None and person.role.includes(Role.agent):
            return person.id
    return None
