"""Watches over tickets: tells the staff of new ones, warns before a deadline, escalates a missed one.

What was told is written on the ticket in the transaction that tells it, so that each is told once
however often this runs.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from config.clock import Clock
from config.hours import HoursSettings
from config.notices import NoticeKind
from config.roles import Role
from config.support import SupportSettings
from storage.audit import AuditLog
from storage.database import Database, Session
from storage.tables.organisation import Organisation
from storage.tables.ticket import Ticket, TicketEventKind, TicketPriority, TicketStatus
from tools.hours import Hours
from tools.people.service import PeopleService
from tools.ports import Notifier
from tools.support.ticket_repository import RUNNING, TicketRepository
from tools.support.tickets import promise_of

_CLOCKS = ("response", "resolution")
_OPENED = "opened"


class SlaWatch:
    def __init__(
        self,
        database: Database,
        organisation_id: int,
        clock: Clock,
        *,
        notifier: Notifier,
        hours: HoursSettings,
        support: SupportSettings,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock
        self._notifier = notifier
        self._hours = hours
        self._support = support

    async def look(self) -> int:
        """Tell what has to be told now, and close what was settled long ago; how many tickets that
        were."""
        now = self._clock.now()
        async with self._database.reading() as session:
            organisation = await session.get_one(Organisation, self._organisation_id)
            zone = ZoneInfo(organisation.timezone)
            tickets = TicketRepository(session, self._organisation_id)
            hours = Hours(self._hours, zone)
            running = await tickets.running()
            wanted = [ticket.id for ticket in running if self._news(ticket, hours, now)]
            unknown = [ticket.id for ticket in running if _OPENED not in ticket.told]
            settled = await tickets.resolved_before(now - self._support.close_after)
            forgotten = [ticket.id for ticket in settled]
        for ticket_id in unknown:
            async with self._database.unit_of_work() as session:
                await self._announce(session, ticket_id, zone)
        # One transaction a ticket: what one waits for holds up no other.
        for ticket_id in wanted:
            async with self._database.unit_of_work() as session:
                await self._tell(session, ticket_id, hours, now)
        for ticket_id in forgotten:
            async with self._database.unit_of_work() as session:
                await self._close(session, ticket_id, now)
        return len({*unknown, *wanted, *forgotten})

    def _news(self, ticket: Ticket, hours: Hours, now: datetime) -> list[tuple[str, str]]:
        """What is to be told: which deadline, and whether it is "missed" or comes near."""
        found = []
        for clock in _CLOCKS:
            if clock == "response" and ticket.responded_at is not None:
                continue
            due: datetime = getattr(ticket, f"{clock}_due")
            if due <= now:
                step = "missed"
            else:
                promised = getattr(promise_of(self._support, ticket.priority), clock)
                if hours.worked(now, due) > promised * (1 - self._support.warn_at):
                    continue
                step = "warned"
            if f"{clock}.{step}" not in ticket.told:
                found.append((clock, step))
        return found

    async def _announce(self, session: Session, ticket_id: int, zone: ZoneInfo) -> None:
        """Whoever opened it told nobody of the staff."""
        ticket = await self._held(session, ticket_id)
        if _OPENED in ticket.told:
            return
        ticket.told = [_OPENED, *ticket.told]
        names = await PeopleService(session, self._organisation_id).names()
        due = ticket.response_due.astimezone(zone)
        await self._notifier.to_people(
            session, NoticeKind.ticket, f"ticket:{ticket.id}:opened",
            await self._whom(session, ticket, _OPENED), "tickets.notices.opened", ref=ticket.ref,
            title=ticket.title, name=names.get(ticket.requester_id or 0, "—"),
            due=f"{due:%m-%d %H:%M}",
        )  # fmt: skip

    async def _tell(self, session: Session, ticket_id: int, hours: Hours, now: datetime) -> None:
        ticket = await self._held(session, ticket_id)
        if ticket.status not in RUNNING:
            return
        for clock, step in self._news(ticket, hours, now):
            due = getattr(ticket, f"{clock}_due").astimezone(hours.zone)
            ticket.told = [*ticket.told, f"{clock}.{step}"]
            kind = TicketEventKind.warned
            if step == "missed":
                kind = TicketEventKind.escalated
                ticket.priority = raised(ticket.priority)
            await self._note(session, ticket, kind, f"{clock}.{step}", now)
            values = {"ref": ticket.ref, "title": ticket.title, "due": f"{due:%m-%d %H:%M}"}
            await self._notifier.to_people(
                session, NoticeKind.deadline, f"ticket:{ticket.id}:{clock}:{step}:{due:%Y%m%d%H%M}",
                await self._whom(session, ticket, step), f"tickets.deadline.{clock}_{step}",
                urgent=step == "missed", **values,
            )  # fmt: skip

    async def _whom(self, session: Session, ticket: Ticket, step: str) -> list[int]:
        """Who has the ticket; the managers too when it was missed, everybody when nobody has it."""
        people = PeopleService(session, self._organisation_id)
        managers = {person.id for person in await people.staff(Role.manager)}
        if ticket.assignee_id is not None:
            return sorted({ticket.assignee_id, *(managers if step == "missed" else ())})
        return sorted(person.id for person in await people.staff())

    async def _close(self, session: Session, ticket_id: int, now: datetime) -> None:
        ticket = await self._held(session, ticket_id)
        if ticket.status is TicketStatus.resolved:
            ticket.status, ticket.closed_at = TicketStatus.closed, now
            await self._note(session, ticket, TicketEventKind.status, TicketStatus.closed, now)

    async def _note(
        self, session: Session, ticket: Ticket, kind: TicketEventKind, what: str, now: datetime
    ) -> None:
        text = ticket.priority.value if kind is TicketEventKind.escalated else what
        await TicketRepository(session, self._organisation_id).note_event(
            session, ticket, kind, text, person_id=None, at=now, order_key=f"sla:{now:%Y%m%dT%H%M%S}:{what}",
        )  # fmt: skip
        await AuditLog(self._organisation_id, self._clock).append(
            session, f"ticket.{kind}", person_id=None, ticket=ticket.ref, what=what
        )

    async def _held(self, session: Session, ticket_id: int) -> Ticket:
        return await session.get_one(Ticket, ticket_id, with_for_update=True)


def raised(priority: TicketPriority) -> TicketPriority:
    """The next higher one; what was promised stays."""
    ranks = list(TicketPriority)
    return ranks[min(ranks.index(priority) + 1, len(ranks) - 1)]
