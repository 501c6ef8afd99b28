"""Leads in words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from config.i18n.money import format_money
from storage.database import ReadSession
from storage.tables.lead import Lead, LeadNote
from tools.arguments import PERIOD_NAMES
from tools.context import ToolContext
from tools.leads.contacts import masked_phone, shown_phone
from tools.people.service import PeopleService
from tools.periods import Days

Names = Mapping[int, str]


async def names_of(session: ReadSession, context: ToolContext) -> Names:
    """Everybody's name by id."""
    return await PeopleService(session, context.organisation_id).names()


def line(context: ToolContext, lead: Lead, names: Names) -> str:
    """L-12 王强 · 抖音 · 82分 · 跟进中 · 小李"""
    return joined(
        f"{lead.ref} {lead.contact_name}",
        source_name(context, lead.source_platform),
        context.say("leads.points", score=lead.score),
        status_name(context, lead.status),
        owner_name(context, lead.assigned_to, names),
    )


def list_line(context: ToolContext, lead: Lead, names: Names) -> str:
    """The same with the company, and the phone as a list may show it."""
    return joined(line(context, lead, names), lead.company, masked_phone(lead.contact_phone))


def contact_line(context: ToolContext, lead: Lead) -> str:
    """In full: only for a person who may see one lead."""
    parts = [shown_phone(lead.contact_phone), lead.contact_email]
    if lead.contact_wechat:
        parts.insert(1, context.say("leads.wechat", id=lead.contact_wechat))
    return joined(*parts) or context.say("leads.no_contact")


def note_line(context: ToolContext, note: LeadNote, names: Names) -> str:
    text = note.text
    if note.field is not None:
        field = context.say(f"leads.fields.{note.field}")
        text = context.say("leads.other_value", field=field, value=note.text)
    who = names.get(note.author_id) if note.author_id else None
    return joined(day(context, note.created_at), who, text)


def source_name(context: ToolContext, source: str) -> str:
    return context.say(f"leads.sources.{source}")


def status_name(context: ToolContext, status: str) -> str:
    return context.say(f"leads.statuses.{status}")


def owner_name(context: ToolContext, owner_id: int | None, names: Names) -> str:
    if owner_id is None:
        return context.say("leads.pool")
    return names.get(owner_id, f"#{owner_id}")


def period_name(context: ToolContext, period: str, days: Days) -> str:
    """今天, or the first and last day."""
    if period in PERIOD_NAMES:
        return context.say(f"leads.periods.{period}")
    start, end = (
        context.say("leads.periods.date", year=date.year, month=date.month, day=date.day)
        for date in (days.start, days.end)
    )
    if start == end:
        return start
    return context.say("leads.periods.from_to", start=start, end=end)


def money(context: ToolContext, amount: Decimal) -> str:
    return format_money(context.language, context.currency, amount)


def day(context: ToolContext, at: datetime) -> str:
    return f"{at.astimezone(context.timezone):%m-%d}"


def listed(context: ToolContext, words: Iterable[str]) -> str:
    return context.say("leads.comma").join(words)


def joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def data(lead: Lead) -> dict[str, object]:
    """Plain JSON for a model: no contact details."""
    return {
        "id": lead.ref,
        "name": lead.contact_name,
        "company": lead.company,
        "source": lead.source_platform.value,
        "status": lead.status.value,
        "score": lead.score,
        "owner": lead.assigned_to,
        "created_at": lead.created_at.isoformat(),
    }
