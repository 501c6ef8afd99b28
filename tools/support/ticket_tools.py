"""What customers do about tickets: open one, ask for theirs, answer."""

from config.roles import Role
from storage.tables.ticket import Ticket, TicketOrigin, TicketStatus
from tools.context import ToolContext
from tools.result import ToolResult
from tools.spec import Risk, ToolSpec, always
from tools.support.arguments import CreateTicket, MyTickets
from tools.support.telling import Teller
from tools.support.ticket_errors import TicketNotFound
from tools.support.ticket_repository import TicketRepository
from tools.support.ticket_text import at_time, next_due, status_of
from tools.support.tickets import TicketService

_LISTED = 5


async def create_ticket(context: ToolContext, arguments: CreateTicket) -> ToolResult:
    """Open a ticket, and say by when somebody will answer."""
    async with context.database.unit_of_work() as session:
        ticket = await TicketService.of(session, context).open(
            "", arguments.problem, person_id=context.asker.id,
            conversation_id=context.conversation_id, order_key=context.order_key,
            origin=TicketOrigin.customer, author_id=context.asker.id,
        )  # fmt: skip
        await Teller(session, context).assignee(
            ticket, "tickets.notices.opened", name=context.asker.name, due=_local(context, ticket)
        )
        ticket.told = ["opened"]
    text = context.say(
        "tickets.opened", ref=ticket.ref, title=ticket.title, when=_when(context, ticket)
    )
    return ToolResult(status="ok", text=text, data={"ticket": ticket.ref}, shown=(ticket.ref,))


async def my_tickets(context: ToolContext, arguments: MyTickets) -> ToolResult:
    """The asker's own tickets with what they were told last, newest first."""
    async with context.database.reading() as session:
        repository = TicketRepository(session, context.organisation_id)
        tickets = await repository.of_person(context.asker.id, _LISTED)
        answers = {ticket.id: await repository.last_answer(ticket) for ticket in tickets}
    if not tickets:
        return ToolResult(status="ok", text=context.say("tickets.mine.none"))
    lines = [context.say("tickets.mine.title")]
    for ticket in tickets:
        lines.append(_own_line(context, ticket))
        if (answer := answers[ticket.id]) is not None:
            lines.append(context.say("tickets.mine.answer", text=answer.text))
    return ToolResult(
        status="ok", text="\n".join(lines), shown=tuple(ticket.ref for ticket in tickets),
        data={"tickets": [{"id": each.ref, "status": each.status.value} for each in tickets]},
    )  # fmt: skip


async def hear_customer(context: ToolContext, ref: str, words: str) -> ToolResult:
    """What a customer writes to a ticket of their own; it is open again by that. Raises
    TicketNotFound for anybody else's, and NothingSaid."""
    async with context.database.unit_of_work() as session:
        service = TicketService.of(session, context)
        ticket = await service.hold(ref)
        if ticket.requester_id != context.asker.id:
            raise TicketNotFound(ref, None)
        settled = ticket.status in (TicketStatus.resolved, TicketStatus.closed)
        if await service.hear(
            ticket, words, author_id=context.asker.id, order_key=context.order_key
        ):
            key = "tickets.notices.reopened" if settled else "tickets.notices.said"
            await Teller(session, context).assignee(
                ticket, key, name=context.asker.name, words=words
            )
    key = "tickets.heard_again" if settled else "tickets.heard"
    return ToolResult(
        status="ok", shown=(ticket.ref,),
        text=context.say(key, ref=ticket.ref, when=_when(context, ticket)),
    )  # fmt: skip


def _own_line(context: ToolContext, ticket: Ticket) -> str:
    if ticket.status in (TicketStatus.new, TicketStatus.open):
        key = "tickets.mine.going_on"
    else:
        key = "tickets.mine.line"
    return context.say(
        key, ref=ticket.ref, title=ticket.title, status=status_of(context, ticket),
        when=_when(context, ticket),
    )  # fmt: skip


def _when(context: ToolContext, ticket: Ticket) -> str:
    return at_time(context.language, next_due(ticket), context.clock.now(), context.timezone)


def _local(context: ToolContext, ticket: Ticket) -> str:
    return f"{ticket.response_due.astimezone(context.timezone):%m-%d %H:%M}"


SPECS = (
    ToolSpec(
        name="create_ticket", arguments=CreateTicket, role=Role.customer,
        risk=always(Risk.write), run=create_ticket,
    ),
    ToolSpec(
        name="my_tickets", arguments=MyTickets, role=Role.customer, risk=always(Risk.read),
        run=my_tickets,
    ),
)  # fmt: skip
