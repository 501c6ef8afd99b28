"""What people are told about a ticket: the customer in a private chat, colleagues by notices."""

from config.clock import Clock
from config.i18n import Language
from config.notices import NoticeKind
from storage.database import ReadSession, Session
from storage.outbox import Draft, Outbox
from storage.tables.organisation import Person
from storage.tables.ticket import Ticket
from storage.tables.work import Conversation
from tools.context import ToolContext
from tools.people.reach import private_chats
from tools.people.service import language_of

Buttons = tuple[dict[str, str], ...]

_KEY_LETTERS = 160


class Teller:
    """Of one transaction. What it queues carries a key of its ticket, what happened to it and the
    order, so that it is said once."""

    def __init__(self, session: Session, context: ToolContext) -> None:
        self._session = session
        self._context = context

    async def customer(
        self, ticket: Ticket, step: str, text: str, *, buttons: Buttons = ()
    ) -> int | None:
        """The conversation in which the customer reads it, None when there is none."""
        if ticket.requester_id is None:
            return None
        organisation_id = self._context.organisation_id
        chat = await chat_with(
            self._session, organisation_id, ticket.requester_id, ticket.conversation_id
        )
        if chat is not None:
            key = f"ticket:{ticket.ref}:{step}:{self._context.order_key}"[:_KEY_LETTERS]
            draft = Draft(
                key=key, conversation_id=chat, text=text, buttons=buttons, shown=(ticket.ref,)
            )
            await queue(self._session, organisation_id, self._context.clock, draft)
        return chat

    async def language(self, person_id: int | None) -> Language:
        return await language_for(self._session, person_id, self._context.language)

    async def assignee(self, ticket: Ticket, text: str, **values: str) -> None:
        """Notice `text` to who has the ticket, else to all of the staff; never to who is asking."""
        key = f"ticket:{ticket.id}:{text}:{self._context.order_key}"[: _KEY_LETTERS - 20]
        notifier = self._context.notifier
        if ticket.assignee_id is None:
            await notifier.to_staff(
                self._session, NoticeKind.ticket, key, text, ref=ticket.ref, title=ticket.title,
                **values,
            )  # fmt: skip
        elif ticket.assignee_id != self._context.asker.id:
            await notifier.to_people(
                self._session, NoticeKind.ticket, key, [ticket.assignee_id], text, topic="",
                urgent=False, ref=ticket.ref, title=ticket.title, **values,
            )  # fmt: skip


async def queue(session: Session, organisation_id: int, clock: Clock, draft: Draft) -> None:
    # Only a delivery has to say which process it is.
    await Outbox(organisation_id, clock, owner="").queue(session, draft)


async def language_for(session: ReadSession, person_id: int | None, default: Language) -> Language:
    """What to write to them in."""
    person = await session.get(Person, person_id) if person_id else None
    return language_of(person, default) if person else default


async def chat_with(
    session: ReadSession, organisation_id: int, person_id: int, preferred: int | None
) -> int | None:
    """A chat with nobody else in it that can be reached: `preferred`, else where they wrote last."""
    first = await session.get(Conversation, preferred) if preferred is not None else None
    if first is not None and first.person_id == person_id and first.closed_at is None:
        return first.id
    chats = await private_chats(session, organisation_id, person_id, ())
    return chats[0].conversation_id if chats else None
