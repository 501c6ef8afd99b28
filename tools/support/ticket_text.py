"""Tickets in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.i18n import Language, say
from storage.tables.ticket import Ticket, TicketEvent, TicketEventKind, TicketStatus
from tools.context import ToolContext
from tools.support.ticket_repository import RUNNING

_LATEST = 8


def at_time(language: Language, at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "today 18:00", "tomorrow 10:00", else with the date."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return say(language, "tickets.time.today", time=time)
    if local.date() == today + timedelta(days=1):
        return say(language, "tickets.time.tomorrow", time=time)
    weekday = say(language, f"tickets.time.weekdays.{local.weekday()}")
    return say(language, "tickets.time.later", day=f"{local:%m-%d}", weekday=weekday, time=time)


def is_overdue(ticket: Ticket, now: datetime) -> bool:
    """Whether a deadline that still counts was missed."""
    if ticket.status not in RUNNING:
        return False
    return ticket.resolution_due <= now or (
        ticket.responded_at is None and ticket.response_due <= now
    )


def next_due(ticket: Ticket) -> datetime:
    """The deadline that comes first."""
    if ticket.responded_at is None:
        return min(ticket.response_due, ticket.resolution_due)
    return ticket.resolution_due


def status_of(context: ToolContext, ticket: Ticket) -> str:
    return context.say(f"tickets.status.{ticket.status}")


def line(context: ToolContext, ticket: Ticket, names: Mapping[int, str]) -> str:
    """One line of the staff's list."""
    now = context.clock.now()
    if ticket.status is TicketStatus.pending:
        due = context.say("tickets.paused")
    else:
        key = "tickets.line_overdue" if is_overdue(ticket, now) else "tickets.line_due"
        due = context.say(key, due=_at(context, next_due(ticket)))
    return context.say(
        "tickets.line", ref=ticket.ref, title=ticket.title, status=status_of(context, ticket),
        priority=context.say(f"tickets.priority.{ticket.priority}"), due=due,
        assignee=_name(context, names, ticket.assignee_id, "tickets.nobody"),
    )  # fmt: skip


def card(
    context: ToolContext,
    ticket: Ticket,
    events: Sequence[TicketEvent],
    names: Mapping[int, str],
) -> str:
    """All that a colleague needs to go on."""
    lines = [
        context.say(
            "tickets.card", ref=ticket.ref, title=ticket.title, status=status_of(context, ticket),
            priority=context.say(f"tickets.priority.{ticket.priority}"),
            customer=_name(context, names, ticket.requester_id, "tickets.no_customer"),
            assignee=_name(context, names, ticket.assignee_id, "tickets.nobody"),
            origin=context.say(f"tickets.origin.{ticket.origin}"),
            created=_at(context, ticket.created_at),
        ),
        _promised(context, ticket),
    ]  # fmt: skip
    if ticket.tags or ticket.skill:
        lines.append(context.say("tickets.tags", tags=" ".join([ticket.skill, *ticket.tags])))
    lines.append(context.say("tickets.problem", text=ticket.text))
    told = [event for event in events if event.kind is not TicketEventKind.opened][-_LATEST:]
    if told:
        lines.append(context.say("tickets.history"))
        lines += [_step(context, event, names) for event in told]
    return "\n".join(lines)


def _promised(context: ToolContext, ticket: Ticket) -> str:
    now = context.clock.now()
    if ticket.responded_at is not None:
        response = context.say("tickets.responded", at=_at(context, ticket.responded_at))
    else:
        response = _due(context, ticket.response_due, now)
    if ticket.resolved_at is not None:
        resolution = context.say("tickets.resolved", at=_at(context, ticket.resolved_at))
    elif ticket.status is TicketStatus.pending:
        resolution = context.say("tickets.paused")
    else:
        resolution = _due(context, ticket.resolution_due, now)
    return context.say("tickets.promised", response=response, resolution=resolution)


def _due(context: ToolContext, due: datetime, now: datetime) -> str:
    key = "tickets.line_overdue" if due <= now else "tickets.line_due"
    return context.say(key, due=_at(context, due))


def _step(context: ToolContext, event: TicketEvent, names: Mapping[int, str]) -> str:
    text = event.text
    match event.kind:
        case TicketEventKind.status:
            text = context.say(f"tickets.status.{event.text}")
        case TicketEventKind.priority | TicketEventKind.escalated:
            text = context.say(f"tickets.priority.{event.text}")
        case TicketEventKind.assigned:
            text = names.get(int(event.text), f"#{event.text}")
    return context.say(
        f"tickets.events.{event.kind}", at=_at(context, event.at), text=text,
        who=_name(context, names, event.person_id, "tickets.service"),
    )  # fmt: skip


def _name(
    context: ToolContext, names: Mapping[int, str], person_id: int | None, nobody: str
) -> str:
    return context.say(nobody) if person_id is None else names.get(person_id, f"#{person_id}")


def _at(context: ToolContext, at: datetime) -> str:
    return f"{at.astimezone(context.timezone):%m-%d %H:%M}"
