"""Everything that is stored about a person, as plain JSON, for the person."""

from typing import Any

from sqlalchemy import func, select

from config.clock import Clock
from memory.traces import cause_of
from storage.database import ReadSession
from storage.tables.case import Case
from storage.tables.lead import Lead, LeadNote
from storage.tables.memory import NOT_STATED, Memory, MemoryKind
from storage.tables.organisation import Account, Person
from storage.tables.trust import Approval
from storage.tables.visit import FollowUp, Visit
from storage.tables.work import Conversation, InboxMessage, OutboxMessage

Json = dict[str, Any]


async def export_of(
    session: ReadSession, organisation_id: int, person_id: int, clock: Clock
) -> Json:
    """Profile, accounts, private conversations and own words in groups, memories with their
    dates (turns of talks stand among the conversations), visits, approvals they asked for. The
    organisation's records are counted only."""
    person = await session.get_one(Person, person_id)
    return {
        "exported_at": clock.now().isoformat(),
        "person": {
            "id": person.id, "name": person.name, "role": person.role.value,
            "language": person.language, "since": person.created_at.isoformat(),
        },
        "accounts": await _accounts(session, person_id),
        "memories": await _memories(session, organisation_id, person_id),
        "conversations": await _conversations(session, organisation_id, person_id),
        "cases": await _cases(session, organisation_id, person_id),
        "visits": await _visits(session, organisation_id, person_id),
        "approvals": await _approvals(session, organisation_id, person_id),
        "organisation_records": await _records(session, organisation_id, person_id),
    }  # fmt: skip


async def _accounts(session: ReadSession, person_id: int) -> list[Json]:
    rows = await session.scalars(select(Account).where(Account.person_id == person_id))
    return [
        {"channel": row.channel, "account": row.external_id, "since": row.created_at.isoformat()}
        for row in rows
    ]


async def _cases(session: ReadSession, organisation_id: int, person_id: int) -> list[Json]:
    """When they wanted a person, and why; the staff's notes are the organisation's."""
    rows = await session.scalars(
        select(Case)
        .where(Case.organisation_id == organisation_id, Case.customer_id == person_id)
        .order_by(Case.id)
    )
    return [
        {
            "case": row.ref, "question": row.question, "since": row.opened_at.isoformat(),
            "until": row.ended_at.isoformat() if row.ended_at else None,
        }
        for row in rows
    ]  # fmt: skip


async def _visits(session: ReadSession, organisation_id: int, person_id: int) -> list[Json]:
    """When they came, what was written down of it, and what the staff meant to do then."""
    rows = await session.scalars(
        select(Visit)
        .where(Visit.organisation_id == organisation_id, Visit.person_id == person_id)
        .order_by(Visit.id)
    )
    plans = await session.scalars(
        select(FollowUp)
        .where(FollowUp.organisation_id == organisation_id, FollowUp.person_id == person_id)
        .order_by(FollowUp.id)
    )
    follow_ups: dict[int, list[Json]] = {}
    for each in plans:
        plan = {"text": each.text, "due": each.due_on.isoformat(), "status": each.status.value}
        follow_ups.setdefault(each.visit_id, []).append(plan)
    return [
        {
            "since": row.started_at.isoformat(),
            "until": row.ended_at.isoformat() if row.ended_at else None,
            "intent": row.intent, "mood": row.mood.value, "worst_mood": row.worst_mood.value,
            "learned": row.variables, "summary": row.summary,
            "follow_ups": follow_ups.get(row.id, []),
        }
        for row in rows
    ]  # fmt: skip


async def _memories(session: ReadSession, organisation_id: int, person_id: int) -> list[Json]:
    rows = await session.scalars(
        select(Memory)
        .where(
            Memory.organisation_id == organisation_id,
            Memory.person_id == person_id,
            Memory.kind.not_in(NOT_STATED),
        )
        .order_by(Memory.id)
    )
    return [
        {
            "text": row.text, "kind": row.kind.value, "about": row.slot, "value": row.value,
            "happens_on": row.happens_on.isoformat() if row.happens_on else None,
            "since": row.created_at.isoformat(),
            "until": row.valid_to.isoformat() if row.valid_to else None,
        }
        for row in rows
    ]  # fmt: skip


async def _conversations(session: ReadSession, organisation_id: int, person_id: int) -> list[Json]:
    said = await session.scalars(
        select(InboxMessage).where(
            InboxMessage.organisation_id == organisation_id, InboxMessage.person_id == person_id
        )
    )
    private = select(Conversation.id).where(
        Conversation.organisation_id == organisation_id, Conversation.person_id == person_id
    )
    heard = await session.scalars(
        select(OutboxMessage).where(OutboxMessage.conversation_id.in_(private))
    )
    lines: dict[int, list[tuple[Any, str, str]]] = {}
    for message in said:
        lines.setdefault(message.conversation_id, []).append(
            (message.received_at, "person", message.text)
        )
    for answer in heard:
        lines.setdefault(answer.conversation_id, []).append(
            (answer.created_at, "service", answer.text)
        )
    places = await session.scalars(
        select(Conversation).where(Conversation.id.in_(lines)).order_by(Conversation.id)
    )
    return [
        {
            "channel": place.channel, "chat": place.chat,
            "private": place.person_id == person_id,
            "messages": [
                {"at": at.isoformat(), "from": who, "text": text}
                for at, who, text in sorted(lines[place.id], key=lambda line: line[0])
            ],
        }
        for place in places
    ]  # fmt: skip


async def _approvals(session: ReadSession, organisation_id: int, person_id: int) -> list[Json]:
    rows = await session.scalars(
        select(Approval)
        .where(Approval.organisation_id == organisation_id, Approval.requested_by == person_id)
        .order_by(Approval.id)
    )
    return [
        {
            "id": f"P-{row.number}", "summary": row.summary, "status": row.status.value,
            "asked_at": row.created_at.isoformat(),
        }
        for row in rows
    ]  # fmt: skip


async def _records(session: ReadSession, organisation_id: int, person_id: int) -> Json:
    orders = await session.scalars(
        select(Lead.order_key).where(
            Lead.organisation_id == organisation_id, Lead.order_key.like("inbox:%")
        )
    )
    messages = set(
        await session.scalars(
            select(InboxMessage.id).where(
                InboxMessage.organisation_id == organisation_id,
                InboxMessage.person_id == person_id,
            )
        )
    )
    notes = await session.scalar(
        select(func.count(LeadNote.id)).where(
            LeadNote.organisation_id == organisation_id, LeadNote.author_id == person_id
        )
    )
    insights = await session.scalar(
        select(func.count(Memory.id)).where(
            Memory.organisation_id == organisation_id, Memory.person_id == person_id,
            Memory.kind == MemoryKind.insight,
        )
    )  # fmt: skip
    return {
        "insights_about": insights or 0,
        "leads_entered": sum(cause_of(order or "") in messages for order in orders),
        "notes_written": notes or 0,
    }
