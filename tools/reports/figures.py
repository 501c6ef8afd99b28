"""The numbers behind the reports: leads from the lead service, money from the campaign service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from storage.database import ReadSession
from storage.tables.lead import LeadStatus
from storage.tables.work import InboxMessage
from tools.campaigns.service import CampaignService
from tools.context import ToolContext
from tools.leads.service import LeadService
from tools.periods import Days

Series = Mapping[date, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """One period in numbers; a ratio without a denominator is None."""

    leads: int
    converted: int
    spend: Decimal
    revenue: Decimal
    conversions: int

    @property
    def conversion_rate(self) -> Decimal | None:
        return Decimal(self.converted) / self.leads if self.leads else None

    @property
    def roas(self) -> Decimal | None:
        return self.revenue / self.spend if self.spend else None

    @property
    def cpa(self) -> Decimal | None:
        return self.spend / self.conversions if self.conversions else None


async def totals(context: ToolContext, days: Days) -> Totals:
    async with context.database.reading() as session:
        leads = LeadService.of(session, context)
        statuses = await leads.by_status(days, context.timezone)
    rows = await CampaignService.of(context).daily_metrics(days)
    return Totals(
        leads=sum(statuses.values()),
        converted=statuses[LeadStatus.converted],
        spend=sum((row.spend for row in rows), Decimal(0)),
        revenue=sum((row.revenue for row in rows), Decimal(0)),
        conversions=sum(row.conversions for row in rows),
    )


async def stages(context: ToolContext, days: Days) -> list[tuple[str, int]]:
    """Leads of the period by how far they came: all, contacted, converted."""
    async with context.database.reading() as session:
        statuses = await LeadService.of(session, context).by_status(days, context.timezone)
    converted = statuses[LeadStatus.converted]
    # A lost lead was talked to as well; only a new one was not.
    contacted = sum(statuses.values()) - statuses[LeadStatus.new]
    return [("leads", sum(statuses.values())), ("contacted", contacted), ("converted", converted)]


async def daily(context: ToolContext, metric: str, days: Days) -> Series:
    """One value for each day of the period; `metric` is one of the contract's trend metrics."""
    if metric == "leads":
        async with context.database.reading() as session:
            counted = await LeadService.of(session, context).by_day(days, context.timezone)
        return {day: Decimal(counted[day]) for day in days.each()}
    if metric == "messages":
        async with context.database.reading() as session:
            return await _messages(session, context, days)
    return await _money(context, metric, days)


async def _money(context: ToolContext, metric: str, days: Days) -> Series:
    sums: dict[str, dict[date, Decimal]] = {
        name: dict.fromkeys(days.each(), Decimal(0)) for name in ("spend", "revenue", "conversions")
    }
    for row in await CampaignService.of(context).daily_metrics(days):
        sums["spend"][row.date] += row.spend
        sums["revenue"][row.date] += row.revenue
        sums["conversions"][row.date] += row.conversions
    if metric != "roas":
        return sums[metric]
    return {
        day: sums["revenue"][day] / spend if spend else Decimal(0)
        for day, spend in sums["spend"].items()
    }


async def _messages(session: ReadSession, context: ToolContext, days: Days) -> Series:
    start, end = days.moments(context.timezone)
    found = await session.scalars(
        select(InboxMessage.received_at).where(
            InboxMessage.organisation_id == context.organisation_id,
            InboxMessage.received_at >= start,
            InboxMessage.received_at < end,
        )
    )
    series = dict.fromkeys(days.each(), Decimal(0))
    for at in found:
        series[at.astimezone(context.timezone).date()] += 1
    return series
