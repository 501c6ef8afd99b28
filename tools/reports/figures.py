"""The numbers behind the reports: leads from the lead service, money from the campaign service."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Self

from sqlalchemy import select

from storage.tables.lead import LeadStatus
from storage.tables.work import InboxMessage
from tools.campaigns.service import CampaignService, DayFigures
from tools.context import ToolContext
from tools.leads.service import LeadService
from tools.periods import Days

# How much of a number each source or campaign brought, by its name.
Parts = Mapping[str, Decimal | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One number for each day and one for all of them; None where nothing can be divided by."""

    daily: Mapping[date, Decimal | None]
    whole: Decimal | None

    @classmethod
    def summed(cls, days: Days, parts: Iterable[tuple[date, Decimal | int]]) -> Self:
        daily = dict.fromkeys(days.each(), Decimal(0))
        for day, amount in parts:
            daily[day] += amount
        return cls(daily={**daily}, whole=sum(daily.values(), Decimal(0)))

    def per(self, other: "Series") -> "Series":
        """This divided by the other, day by day; the whole is not the mean of the days."""
        daily = {day: divided(above, other.daily[day]) for day, above in self.daily.items()}
        return Series(daily=daily, whole=divided(self.whole, other.whole))

    def __bool__(self) -> bool:
        """Whether there is anything but zeros."""
        return any(self.daily.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What the ad platforms report; `rows` is the same per campaign and day."""

    spend: Series
    revenue: Series
    conversions: Series
    rows: Sequence[DayFigures]

    @property
    def roas(self) -> Series:
        return self.revenue.per(self.spend)

    @property
    def cpa(self) -> Series:
        return self.spend.per(self.conversions)

    def by_campaign(self, metric: str) -> Parts:
        """Spend, revenue or conversions of each campaign, by its id."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            sums[f"C-{row.campaign}"] += getattr(row, metric)
        return sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A metric day by day, and how much of it each source or campaign brought: empty when it does
    not add up from such parts."""

    series: Series
    parts: Parts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The leads of a period by how far they have come since."""

    leads: int
    contacted: int
    converted: int

    @property
    def conversion_rate(self) -> Decimal | None:
        return divided(self.converted, self.leads)


def divided(above: Decimal | int | None, below: Decimal | int | None) -> Decimal | None:
    return Decimal(above) / below if above is not None and below else None


async def money(context: ToolContext, days: Days) -> Money:
    """What the ad platforms report. Raises their errors."""
    rows = await CampaignService.of(context).daily_metrics(days)
    return Money(
        spend=Series.summed(days, ((row.date, row.spend) for row in rows)),
        revenue=Series.summed(days, ((row.date, row.revenue) for row in rows)),
        conversions=Series.summed(days, ((row.date, row.conversions) for row in rows)),
        rows=rows,
    )


async def leads(context: ToolContext, days: Days) -> Series:
    async with context.database.reading() as session:
        counted = await LeadService.of(session, context).by_day(days, context.timezone)
    return Series.summed(days, counted.items())


async def stages(context: ToolContext, days: Days) -> Stages:
    async with context.database.reading() as session:
        statuses = await LeadService.of(session, context).by_status(days, context.timezone)
    return Stages(
        leads=statuses.total(),
        # A lost lead was talked to as well; only a new one was not.
        contacted=statuses.total() - statuses[LeadStatus.new],
        converted=statuses[LeadStatus.converted],
    )


async def messages(context: ToolContext, days: Days) -> Series:
    """What people wrote to us."""
    start, end = days.moments(context.timezone)
    async with context.database.reading() as session:
        moments = await session.scalars(
            select(InboxMessage.received_at).where(
                InboxMessage.organisation_id == context.organisation_id,
                InboxMessage.received_at >= start,
                InboxMessage.received_at < end,
            )
        )
        counted = Counter(moment.astimezone(context.timezone).date() for moment in moments)
    return Series.summed(days, counted.items())


async def sources(context: ToolContext, days: Days) -> Parts:
    """Leads by the name of their source."""
    async with context.database.reading() as session:
        counted = await LeadService.of(session, context).by_source(days, context.timezone)
    return {context.say(f"leads.sources.{key}"): count for key, count in counted.items()}


async def trend(context: ToolContext, metric: str, days: Days) -> Trend:
    """`metric` is one of the contract's trend metrics."""
    if metric == "leads":
        return Trend(series=await leads(context, days), parts=await sources(context, days))
    if metric == "messages":
        return Trend(series=await messages(context, days))
    sums = await money(context, days)
    if metric == "roas":
        return Trend(series=sums.roas)
    series = {"spend": sums.spend, "revenue": sums.revenue, "conversions": sums.conversions}
    return Trend(series=series[metric], parts=sums.by_campaign(metric))
