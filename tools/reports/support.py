"""What customers wrote to us, day by day, and how they were answered."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select

from config.roles import Role
from storage.database import ReadSession
from storage.tables.organisation import Person
from storage.tables.trust import AuditEntry
from storage.tables.work import InboxMessage, OutboxMessage
from tools.context import ToolContext
from tools.periods import Days


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportDay:
    """`first_reply` is the mean time, in seconds, from a conversation's first message of the day
    to the first answer; None when nobody was answered. `handovers` are requests for a person."""

    day: date
    conversations: int
    messages: int
    replies: int
    unanswered: int
    handovers: int
    first_reply: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A customer's message; `answered` is when its first answer was written."""

    conversation: int
    at: datetime
    replies: int
    answered: datetime | None


async def support_days(context: ToolContext, days: Days) -> Sequence[SupportDay]:
    async with context.database.reading() as session:
        heard = await _heard(session, context, days)
        handovers = await _handovers(session, context, days)
    by_day: dict[date, list[Heard]] = defaultdict(list)
    for message in heard:
        by_day[message.at.astimezone(context.timezone).date()].append(message)
    return [_day(day, by_day[day], handovers[day]) for day in days.each()]


async def _heard(session: ReadSession, context: ToolContext, days: Days) -> list[Heard]:
    start, end = days.moments(context.timezone)
    rows = await session.execute(
        select(
            InboxMessage.conversation_id, InboxMessage.received_at, func.count(OutboxMessage.id),
            func.min(OutboxMessage.created_at),
        )
        .join(Person, Person.id == InboxMessage.person_id)
        .outerjoin(OutboxMessage, OutboxMessage.reply_to == InboxMessage.id)
        .where(
            InboxMessage.organisation_id == context.organisation_id,
            InboxMessage.received_at >= start,
            InboxMessage.received_at < end,
            Person.role == Role.customer,
        )
        .group_by(InboxMessage.id, InboxMessage.conversation_id, InboxMessage.received_at)
        .order_by(InboxMessage.id)
    )  # fmt: skip
    return [
        Heard(conversation=conversation, at=at, replies=replies, answered=answered)
        for conversation, at, replies, answered in rows
    ]


async def _handovers(session: ReadSession, context: ToolContext, days: Days) -> Counter[date]:
    start, end = days.moments(context.timezone)
    entries = await session.execute(
        select(AuditEntry.at, AuditEntry.details).where(
            AuditEntry.organisation_id == context.organisation_id,
            AuditEntry.at >= start,
            AuditEntry.at < end,
            AuditEntry.event == "tool.run",
        )
    )
    return Counter(
        at.astimezone(context.timezone).date()
        for at, details in entries
        if details.get("tool") == "request_human"
    )


def _day(day: date, heard: Sequence[Heard], handovers: int) -> SupportDay:
    conversations: dict[int, list[Heard]] = defaultdict(list)
    for message in heard:
        conversations[message.conversation].append(message)
    waits = [wait for owned in conversations.values() if (wait := _wait(owned)) is not None]
    return SupportDay(
        day=day, conversations=len(conversations), messages=len(heard),
        replies=sum(message.replies for message in heard), handovers=handovers,
        unanswered=sum(message.answered is None for message in heard),
        first_reply=sum(waits, Decimal(0)) / len(waits) if waits else None,
    )  # fmt: skip


def _wait(heard: Iterable[Heard]) -> Decimal | None:
    messages = list(heard)
    answers = [message.answered for message in messages if message.answered is not None]
    if not answers:
        return None
    first = min(message.at for message in messages)
    return Decimal(str(max((min(answers) - first).total_seconds(), 0)))
