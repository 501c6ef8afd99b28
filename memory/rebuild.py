"""The window of a conversation as the database tells it, for when Redis lost it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select, true

from memory.short_term import Entry
from storage.database import Database, ReadSession
from storage.tables.case import Case
from storage.tables.organisation import Person
from storage.tables.work import Conversation, InboxMessage, OutboxMessage

# The window is bounded in tokens; this many turns always fill it.
_TURNS = 60
_KEPT_COMMANDS = ("/approve", "/reject")


def belongs_to_window(text: str) -> bool:
    """Slash commands are no conversation, except those whose answers show what an order did."""
    return not text.startswith(("/", "／")) or text.startswith(_KEPT_COMMANDS)


async def window_from_database(
    database: Database, conversation_id: int, before_inbox_id: int | None = None
) -> Sequence[Entry]:
    """What was said in the conversation (before this message), oldest first; by whom, when several
    people share it."""
    async with database.reading() as session:
        place = await _place(session, conversation_id)
        asked = await session.scalars(
            select(InboxMessage)
            .where(
                InboxMessage.conversation_id == conversation_id,
                # Words to a customer are no orders to the agent.
                InboxMessage.relayed_to.is_(None),
                true() if before_inbox_id is None else InboxMessage.id < before_inbox_id,
            )
            .order_by(InboxMessage.id.desc())
            .limit(_TURNS)
        )
        messages = [row for row in reversed(asked.all()) if belongs_to_window(row.text)]
        answered = await session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.reply_to.in_([row.id for row in messages]))
            .order_by(OutboxMessage.id)
        )
        answers: dict[int | None, list[OutboxMessage]] = defaultdict(list)
        for answer in answered:
            answers[answer.reply_to].append(answer)
        names = await _names(session, messages) if place.shared else {}
        asides = await _asides(session, conversation_id)
    entries = [Entry(turn=0, role="summary", text=place.summary)] if place.summary else []
    for row in messages:
        entries += _said_before(asides, row.id)
        person = row.person_id if place.shared else 0
        name = names.get(row.person_id, "")
        entries.append(Entry(turn=row.id, role="user", text=row.text, person=person, speaker=name))
        entries.extend(
            Entry(
                turn=row.id, role="assistant", text=_said(answer), shown=tuple(answer.shown),
                person=person, said_by=answer.said_by or "",
            )
            for answer in answers[row.id]
        )  # fmt: skip
    return entries + _said_before(asides, before_inbox_id)


async def _asides(session: ReadSession, conversation_id: int) -> list[Entry]:
    """What the staff told the agent when they gave the conversation back, oldest first."""
    rows = await session.execute(
        select(Case.last_inbox_id, Case.aside)
        .where(Case.conversation_id == conversation_id, Case.aside != "")
        .order_by(Case.id)
    )
    return [Entry(turn=row.last_inbox_id or 0, role="assistant", text=row.aside) for row in rows]


def _said_before(asides: list[Entry], inbox_id: int | None) -> list[Entry]:
    """Takes those out that belong in front of this message, all of them without one."""
    due = [each for each in asides if inbox_id is None or each.turn < inbox_id]
    asides[:] = [each for each in asides if each not in due]
    return due


def _said(answer: OutboxMessage) -> str:
    """What people of ours wrote in the chat is not the agent's own."""
    return f"[{answer.said_by}] {answer.text}" if answer.said_by else answer.text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What is known of a conversation itself."""

    summary: str | None
    shared: bool


async def _place(session: ReadSession, conversation_id: int) -> _Place:
    shared = and_(Conversation.person_id.is_(None), Conversation.member == "")
    row = (
        await session.execute(
            select(Conversation.summary, shared.label("shared")).where(
                Conversation.id == conversation_id
            )
        )
    ).one_or_none()
    return (
        _Place(summary=row.summary, shared=row.shared)
        if row
        else _Place(summary=None, shared=False)
    )


async def _names(session: ReadSession, messages: Sequence[InboxMessage]) -> dict[int, str]:
    speakers = {row.person_id for row in messages}
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(speakers)))
    return {row.id: row.name for row in rows}
