"""The door for the ticket commands of the chat."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from config.i18n import say
from config.roles import Role
from storage.database import Session
from storage.tables.ticket import Ticket, TicketOrigin, TicketPriority, TicketStatus
from tools.context import ToolContext
from tools.people.service import PeopleService
from tools.support.case_parts import desk_of
from tools.support.satisfaction import ask_satisfaction, explain, rate, unsolved
from tools.support.telling import Teller
from tools.support.ticket_errors import NoRequester, NotOnStaff, UnknownPriority
from tools.support.ticket_repository import UNSETTLED, TicketRepository
from tools.support.ticket_text import at_time, card, is_overdue, line, next_due
from tools.support.ticket_tools import hear_customer
from tools.support.tickets import TicketService

__all__ = [
    "TicketAnswer", "explain", "hear_customer", "list_tickets", "open_for", "rate", "show_ticket",
    "take_step",
]  # fmt: skip

_BUTTONS, _LISTED = 5, 20
_ME = ("me", "我", "自己")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAnswer:
    """What the colleague reads; `chat` is the conversation in which the customer was told
    something."""

    text: str
    shown: tuple[str, ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    chat: int | None = None


async def list_tickets(context: ToolContext, which: str) -> TicketAnswer:
    """Of `which` "open" (all that are not settled), "mine" or "overdue": what is due first."""
    async with context.database.reading() as session:
        mine = context.asker.id if which == "mine" else None
        found = await TicketRepository(session, context.organisation_id).unsettled(mine)
        names = await PeopleService(session, context.organisation_id).names()
    now = context.clock.now()
    late = [ticket for ticket in found if is_overdue(ticket, now)]
    wanted = late if which == "overdue" else found
    if not wanted:
        return TicketAnswer(text=context.say(f"tickets.list.none_{which}"))
    listed = wanted[:_LISTED]
    lines = [
        context.say(f"tickets.list.{which}", n=len(wanted), late=len(late)),
        *(line(context, ticket, names) for ticket in listed),
    ]
    if len(wanted) > len(listed):
        lines.append(context.say("tickets.list.more", n=len(wanted) - len(listed)))
    buttons = tuple((ticket.ref, f"/ticket {ticket.ref}") for ticket in listed[:_BUTTONS])
    shown = tuple(ticket.ref for ticket in listed)
    return TicketAnswer(text="\n".join(lines), shown=shown, buttons=buttons)


async def show_ticket(context: ToolContext, ref: str) -> TicketAnswer:
    """Raises TicketNotFound."""
    async with context.database.unit_of_work() as session:
        service = TicketService.of(session, context)
        ticket = await service.hold(ref)
        events = await service.history(ticket)
        names = await PeopleService(session, context.organisation_id).names()
    ways = []
    if ticket.assignee_id != context.asker.id and ticket.status in UNSETTLED:
        ways.append(("take", "assign me"))
    if ticket.status in (TicketStatus.new, TicketStatus.open):
        ways.append(("pending", "pending"))
    ways.append(("resolve", "resolve") if ticket.status in UNSETTLED else ("reopen", "reopen"))
    if ticket.status is TicketStatus.resolved:
        ways.append(("close", "close"))
    buttons = tuple(
        (context.say(f"tickets.button_{name}"), f"/ticket {ticket.ref} {words}")
        for name, words in ways
    )
    return TicketAnswer(
        text=card(context, ticket, events, names), shown=(ticket.ref,), buttons=buttons
    )


async def open_for(
    context: ToolContext, customer: str, text: str, priority: str = "normal"
) -> TicketAnswer:
    """A ticket that a colleague opens for a customer, who is told. Raises UnknownPriority, and what
    finding a person raises."""
    async with context.database.unit_of_work() as session:
        person = await PeopleService(session, context.organisation_id).find(customer)
        ticket = await TicketService.of(session, context).open(
            "", text, person_id=person.id, conversation_id=None, order_key=context.order_key,
            priority=_priority(priority), origin=TicketOrigin.staff, author_id=context.asker.id,
            assignee_id=context.asker.id,
        )  # fmt: skip
        ticket.told = ["opened"]
        chat = await _tell(session, context, ticket, "opened")
    key = "tickets.done.opened" if chat is not None else "tickets.done.opened_unreached"
    text = context.say(key, ref=ticket.ref, title=ticket.title, name=person.name)
    return TicketAnswer(text=text, shown=(ticket.ref,), chat=chat)


async def take_step(context: ToolContext, ref: str, verb: str, words: str) -> TicketAnswer:
    """`verb` is one of STEPS. Raises TicketNotFound, WrongStep, NothingSaid, UnknownPriority,
    NotOnStaff, NoRequester, and what finding a person raises."""
    async with context.database.unit_of_work() as session:
        service = TicketService.of(session, context)
        ticket = await service.hold(ref)
        step = Step(session=session, context=context, service=service, ticket=ticket, words=words)
        return await STEPS[verb](step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a ticket that is held."""

    session: Session
    context: ToolContext
    service: TicketService
    ticket: Ticket
    words: str

    async def tell(self, what: str) -> int | None:
        return await _tell(self.session, self.context, self.ticket, what, text=self.words)

    def done(self, what: str, chat: int | None = None, **values: object) -> TicketAnswer:
        text = self.context.say(f"tickets.done.{what}", ref=self.ticket.ref, **values)
        return TicketAnswer(text=text, shown=(self.ticket.ref,), chat=chat)


async def _assign(step: Step) -> TicketAnswer:
    context, people = step.context, PeopleService(step.session, step.context.organisation_id)
    mine = not step.words or step.words.lower() in _ME
    person = await (people.get(context.asker.id) if mine else people.find(step.words))
    if not person.role.includes(Role.agent):
        raise NotOnStaff(person.name)
    if await step.service.assign(
        step.ticket, person.id, author_id=context.asker.id, order_key=context.order_key
    ):
        due = f"{next_due(step.ticket).astimezone(context.timezone):%m-%d %H:%M}"
        await Teller(step.session, context).assignee(
            step.ticket, "tickets.notices.assigned", name=context.asker.name, due=due
        )
    return step.done("assigned", name=person.name)


async def _answer(step: Step) -> TicketAnswer:
    if step.ticket.requester_id is None:
        raise NoRequester(step.ticket.ref)
    await step.service.answer(
        step.ticket, step.words, author_id=step.context.asker.id,
        order_key=step.context.order_key,
    )  # fmt: skip
    chat = await step.tell("answered")
    return step.done("answered" if chat is not None else "answered_unreached", chat)


async def _note(step: Step) -> TicketAnswer:
    await step.service.note(
        step.ticket, step.words, author_id=step.context.asker.id,
        order_key=step.context.order_key,
    )  # fmt: skip
    return step.done("noted")


async def _prioritise(step: Step) -> TicketAnswer:
    priority = _priority(step.words)
    await step.service.set_priority(
        step.ticket, priority, author_id=step.context.asker.id, order_key=step.context.order_key
    )
    due = f"{next_due(step.ticket).astimezone(step.context.timezone):%m-%d %H:%M}"
    return step.done("priority", due=due, priority=step.context.say(f"tickets.priority.{priority}"))


async def _pending(step: Step) -> TicketAnswer:
    await _to(step, TicketStatus.pending)
    chat = await step.tell("pending")
    return step.done("pending", chat)


async def _resolve(step: Step) -> TicketAnswer:
    context, ticket = step.context, step.ticket
    if step.words and ticket.status in UNSETTLED:
        await step.service.answer(
            ticket, step.words, author_id=context.asker.id, order_key=context.order_key
        )
    await _to(step, TicketStatus.resolved)
    chat = await step.tell("resolved_with" if step.words else "resolved")
    if ticket.requester_id is not None:
        await ask_satisfaction(
            step.session, desk_of(context), person_id=ticket.requester_id, about=ticket.ref,
            conversation_id=ticket.conversation_id, served_by=ticket.assignee_id,
            order_key=f"{context.order_key}:{ticket.ref}",
        )  # fmt: skip
    return step.done("resolved", chat)


async def _close(step: Step) -> TicketAnswer:
    known = step.ticket.status is TicketStatus.resolved
    await _to(step, TicketStatus.closed)
    return step.done("closed", None if known else await step.tell("closed"))


async def _reopen(step: Step) -> TicketAnswer:
    await _to(step, TicketStatus.open)
    return step.done("reopened", await step.tell("reopened"))


async def _to(step: Step, status: TicketStatus) -> None:
    await step.service.set_status(
        step.ticket, status, author_id=step.context.asker.id, order_key=step.context.order_key
    )


STEPS: Mapping[str, Callable[[Step], Awaitable[TicketAnswer]]] = {
    "assign": _assign, "answer": _answer, "note": _note, "priority": _prioritise,
    "pending": _pending, "resolve": _resolve, "close": _close, "reopen": _reopen,
}  # fmt: skip


async def _tell(
    session: Session, context: ToolContext, ticket: Ticket, what: str, text: str = ""
) -> int | None:
    """Tell the customer what happened, in their language."""
    teller = Teller(session, context)
    language = await teller.language(ticket.requester_id)
    when = at_time(language, next_due(ticket), context.clock.now(), context.timezone)
    settled = ticket.status in (TicketStatus.resolved, TicketStatus.closed)
    words = say(
        language, f"tickets.customer.{what}", ref=ticket.ref, title=ticket.title, when=when,
        text=text,
    )  # fmt: skip
    buttons = (unsolved(language, ticket.ref),) if settled else ()
    return await teller.customer(ticket, what, words, buttons=buttons)


def _priority(said: str) -> TicketPriority:
    """By its word, in any of our languages. Raises UnknownPriority."""
    wanted = said.strip().lower()
    for priority in TicketPriority:
        if wanted in (priority.value, *_PRIORITIES[priority]):
            return priority
    raise UnknownPriority(said)


_PRIORITIES: Mapping[TicketPriority, tuple[str, ...]] = {
    TicketPriority.low: ("低",),
    TicketPriority.normal: ("中", "普通", "一般"),
    TicketPriority.high: ("高",),
    TicketPriority.urgent: ("紧急", "緊急", "急"),
}
