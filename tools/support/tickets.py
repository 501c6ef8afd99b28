"""The rules a ticket lives by. Services never commit.

new → open → pending (the customer is asked) → resolved → closed; the customer's answer opens it
again. Deadlines are counted in working time, and stand still while the ticket is pending.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

from config.clock import Clock
from config.support import Promise, SupportSettings
from storage.audit import AuditLog
from storage.database import Session
from storage.repository import next_number
from storage.tables.ticket import (
    Ticket,
    TicketEvent,
    TicketEventKind,
    TicketOrigin,
    TicketPriority,
    TicketStatus,
)
from tools.context import ToolContext
from tools.hours import Hours
from tools.support.ticket_errors import NothingSaid, TicketNotFound, WrongStep
from tools.support.ticket_repository import UNSETTLED, TicketRepository

_REF = re.compile(r"[Kk][-\s]?(\d{1,9})|(\d{1,9})")
_TITLE_MOST = 120
_NO_TIME = timedelta(0)

# From where a status may be reached, and by which word.
_STEPS = {
    TicketStatus.pending: ("pending", frozenset({TicketStatus.new, TicketStatus.open})),
    TicketStatus.resolved: ("resolve", frozenset(UNSETTLED)),
    TicketStatus.closed: ("close", frozenset(TicketStatus) - {TicketStatus.closed}),
    TicketStatus.open: (
        "reopen", frozenset({TicketStatus.pending, TicketStatus.resolved, TicketStatus.closed})
    ),
}  # fmt: skip


class TicketService:
    def __init__(
        self,
        session: Session,
        organisation_id: int,
        clock: Clock,
        hours: Hours,
        promises: SupportSettings,
    ) -> None:
        self.tickets = TicketRepository(session, organisation_id)
        self._session = session
        self._clock = clock
        self._hours = hours
        self._promises = promises

    @classmethod
    def of(cls, session: Session, context: ToolContext) -> Self:
        return cls(
            session, context.organisation_id, context.clock, Hours.of(context), context.support
        )

    async def open(
        self,
        title: str,
        text: str,
        *,
        person_id: int | None,
        conversation_id: int | None,
        order_key: str,
        priority: TicketPriority = TicketPriority.normal,
        origin: TicketOrigin = TicketOrigin.ai,
        author_id: int | None = None,
        assignee_id: int | None = None,
        skill: str = "",
        tags: Sequence[str] = (),
    ) -> Ticket:
        """A ticket of the customer `person_id`, whose answers go to `conversation_id`; without a
        title its text gives one. The same order again gives the same ticket."""
        known = await self.tickets.by_order(order_key)
        if known is not None:
            return known
        now, promise = self._clock.now(), self._promise(priority)
        ticket = await self.tickets.add(
            Ticket(
                organisation_id=self.tickets.organisation_id, order_key=order_key,
                number=await next_number(self._session, self.tickets.organisation_id, "K"),
                title=titled(title or text), text=text, requester_id=person_id,
                conversation_id=conversation_id, assignee_id=assignee_id, priority=priority,
                status=TicketStatus.new, origin=origin, skill=skill, tags=list(tags), told=[],
                response_due=self._hours.after(now, promise.response),
                resolution_due=self._hours.after(now, promise.resolution),
                created_at=now, updated_at=now,
            )
        )  # fmt: skip
        await self._step(ticket, TicketEventKind.opened, text, author_id, order_key)
        return ticket

    async def hold(self, ref: str) -> Ticket:
        """By "K-9" in any case, or the bare number; nobody else changes it until this transaction
        ends. Raises TicketNotFound."""
        number = _REF.fullmatch(ref.strip())
        found = await self.tickets.by_number(int(number[1] or number[2])) if number else None
        if found is None:
            latest = await self.tickets.latest()
            raise TicketNotFound(ref, latest.ref if latest else None)
        await self._session.refresh(found, with_for_update=True)
        return found

    async def assign(
        self, ticket: Ticket, assignee_id: int, *, author_id: int, order_key: str
    ) -> bool:
        """False when it is theirs already, or this order is known."""
        if ticket.assignee_id == assignee_id:
            return False
        if not await self._step(
            ticket, TicketEventKind.assigned, str(assignee_id), author_id, order_key
        ):
            return False
        ticket.assignee_id = assignee_id
        if ticket.status is TicketStatus.new:
            ticket.status = TicketStatus.open
        return True

    async def answer(self, ticket: Ticket, text: str, *, author_id: int, order_key: str) -> bool:
        """Keep what the customer is told; the first answer meets the promise of a response. False
        when this order is known. Raises NothingSaid, and WrongStep for a closed ticket."""
        _said(ticket, text)
        if ticket.status is TicketStatus.closed:
            raise self._wrong(ticket)
        if not await self._step(ticket, TicketEventKind.answered, text, author_id, order_key):
            return False
        ticket.responded_at = ticket.responded_at or self._clock.now()
        ticket.assignee_id = ticket.assignee_id or author_id
        if ticket.status is TicketStatus.new:
            ticket.status = TicketStatus.open
        return True

    async def hear(self, ticket: Ticket, text: str, *, author_id: int, order_key: str) -> bool:
        """Keep what the customer wrote; whatever the status, it is open again. False when this order
        is known. Raises NothingSaid."""
        _said(ticket, text)
        if not await self._step(ticket, TicketEventKind.said, text, author_id, order_key):
            return False
        if ticket.status is not TicketStatus.new:
            self._reopen(ticket)
        return True

    async def note(self, ticket: Ticket, text: str, *, author_id: int, order_key: str) -> bool:
        """For colleagues only. False when this order is known. Raises NothingSaid."""
        _said(ticket, text)
        return await self._step(ticket, TicketEventKind.note, text, author_id, order_key)

    async def set_status(
        self, ticket: Ticket, status: TicketStatus, *, author_id: int | None, order_key: str
    ) -> bool:
        """False when it has this status, or this order is known. Raises WrongStep."""
        if ticket.status is status:
            return False
        if status not in _STEPS or ticket.status not in _STEPS[status][1]:
            raise self._wrong(ticket)
        if not await self._step(ticket, TicketEventKind.status, status, author_id, order_key):
            return False
        now = self._clock.now()
        match status:
            case TicketStatus.open:
                self._reopen(ticket)
                return True
            case TicketStatus.pending:
                ticket.paused_at = now
            case TicketStatus.resolved:
                self._run_on(ticket)
                ticket.resolved_at = now
            case _:
                self._run_on(ticket)
                ticket.closed_at = now
        ticket.status = status
        return True

    async def set_priority(
        self, ticket: Ticket, priority: TicketPriority, *, author_id: int, order_key: str
    ) -> bool:
        """The deadlines that are still to come move by what is promised more or less; one that was
        missed stays missed. False when it has this priority, or this order is known."""
        if ticket.priority is priority:
            return False
        if not await self._step(ticket, TicketEventKind.priority, priority, author_id, order_key):
            return False
        old, new = self._promise(ticket.priority), self._promise(priority)
        ticket.response_due = self._moved(ticket, ticket.response_due, new.response - old.response)
        ticket.resolution_due = self._moved(
            ticket, ticket.resolution_due, new.resolution - old.resolution
        )
        ticket.priority = priority
        return True

    async def history(self, ticket: Ticket) -> Sequence[TicketEvent]:
        """Oldest first."""
        return await self.tickets.events(ticket)

    async def _step(
        self, ticket: Ticket, kind: TicketEventKind, text: str, author_id: int | None, key: str
    ) -> bool:
        now = self._clock.now()
        if not await self.tickets.note_event(
            self._session, ticket, kind, text, person_id=author_id, order_key=key, at=now
        ):
            return False
        ticket.updated_at = now
        details = {"ticket": ticket.ref, "order": key}
        if kind in (TicketEventKind.status, TicketEventKind.priority, TicketEventKind.assigned):
            details["to"] = text
        await AuditLog(self.tickets.organisation_id, self._clock).append(
            self._session, f"ticket.{kind}", person_id=author_id, **details
        )
        return True

    def _reopen(self, ticket: Ticket) -> None:
        """What was settled is promised anew, what waited goes on where it stood."""
        if ticket.status in (TicketStatus.resolved, TicketStatus.closed):
            promise = self._promise(ticket.priority)
            ticket.resolution_due = self._hours.after(self._clock.now(), promise.resolution)
            ticket.told = [each for each in ticket.told if not each.startswith("resolution")]
            ticket.resolved_at = ticket.closed_at = None
        self._run_on(ticket)
        ticket.status = TicketStatus.open

    def _run_on(self, ticket: Ticket) -> None:
        """The time that was left when the clock stopped is left now."""
        if ticket.paused_at is None:
            return
        now, paused = self._clock.now(), ticket.paused_at
        for due in ("response_due", "resolution_due"):
            promised = getattr(ticket, due)
            if promised > paused:
                left = self._hours.worked(paused, promised)
                setattr(ticket, due, self._hours.after(now, left))
        ticket.paused_at = None

    def _moved(self, ticket: Ticket, due: datetime, by: timedelta) -> datetime:
        since = ticket.paused_at or self._clock.now()
        if due <= since:
            return due
        return self._hours.after(since, max(self._hours.worked(since, due) + by, _NO_TIME))

    def _promise(self, priority: TicketPriority) -> Promise:
        return promise_of(self._promises, priority)

    def _wrong(self, ticket: Ticket) -> WrongStep:
        ways = [verb for verb, sources in _STEPS.values() if ticket.status in sources]
        return WrongStep(ticket.ref, ticket.status, " · ".join(ways))


def promise_of(settings: SupportSettings, priority: TicketPriority) -> Promise:
    found: Promise = getattr(settings, priority.value)
    return found


def titled(text: str) -> str:
    """The first line, or as much of it as fits."""
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line if len(line) <= _TITLE_MOST else f"{line[: _TITLE_MOST - 1]}…"


def _said(ticket: Ticket, text: str) -> None:
    if not text.strip():
        raise NothingSaid(ticket.ref)
