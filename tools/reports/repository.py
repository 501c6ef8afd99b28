"""Counts over many leads and messages, made by the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from storage.tables.lead import Lead, LeadStatus, LeadTag, Source
from storage.tables.organisation import Person
from tools.context import ToolContext
from tools.periods import Days


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadGroup:
    """Leads that came the same way and have come equally far; `campaign` and `medium` are what
    the lead brought along (source_campaign or utm_campaign; utm_source)."""

    source: Source
    status: LeadStatus
    campaign: str | None
    medium: str | None
    count: int


async def lead_groups(context: ToolContext, days: Days) -> Sequence[LeadGroup]:
    """The leads that came in these days."""
    start, end = days.moments(context.timezone)
    campaign = func.coalesce(Lead.source_campaign, Lead.utm_campaign)
    by = (Lead.source_platform, Lead.status, campaign, Lead.utm_source)
    wanted = (
        select(*by, func.count(Lead.id))
        .where(
            Lead.organisation_id == context.organisation_id,
            Lead.merged_into.is_(None),
            Lead.created_at >= start,
            Lead.created_at < end,
        )
        .group_by(*by)
    )
    async with context.database.reading() as session:
        rows = await session.execute(wanted)
    return [
        LeadGroup(source=source, status=status, campaign=campaign, medium=medium, count=count)
        for source, status, campaign, medium, count in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A lead with the name of its owner and its tags."""

    number: int
    source_platform: Source
    source_channel: str | None
    source_campaign: str | None
    contact_name: str
    contact_phone: str | None
    contact_wechat: str | None
    contact_email: str | None
    company: str | None
    industry: str | None
    region: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_content: str | None
    raw_data: dict[str, Any]
    score: int
    status: LeadStatus
    assigned_to: int | None
    created_at: datetime
    updated_at: datetime
    owner: str | None
    tags: Sequence[str]


async def lead_rows(context: ToolContext, days: Days) -> Sequence[LeadRow]:
    """The leads that came in these days, newest first. Columns only: there may be many."""
    start, end = days.moments(context.timezone)
    wanted = (
        Lead.organisation_id == context.organisation_id,
        Lead.merged_into.is_(None),
        Lead.created_at >= start,
        Lead.created_at < end,
    )
    names = [field.name for field in fields(LeadRow) if field.name not in ("owner", "tags")]
    columns = [getattr(Lead, name) for name in names]
    async with context.database.reading() as session:
        tags: dict[int, list[str]] = defaultdict(list)
        for lead_id, tag in await session.execute(
            select(LeadTag.lead_id, LeadTag.tag)
            .join(Lead, Lead.id == LeadTag.lead_id)
            .where(*wanted)
            .order_by(LeadTag.id)
        ):
            tags[lead_id].append(tag)
        rows = await session.execute(
            select(Lead.id, *columns, Person.name.label("owner"))
            .outerjoin(Person, Person.id == Lead.assigned_to)
            .where(*wanted)
            .order_by(Lead.created_at.desc(), Lead.number.desc())
        )
        return [_lead_row(row._asdict(), tags) for row in rows]


def _lead_row(values: dict[str, Any], tags: Mapping[int, Sequence[str]]) -> LeadRow:
    return LeadRow(tags=tags.get(values.pop("id"), ()), **values)
