"""overview_report: the business in eight numbers, against the period before."""

from dataclasses import dataclass
from decimal import Decimal

from tools.campaigns.service import CampaignService
from tools.context import ToolContext
from tools.periods import Days
from tools.reports import figures
from tools.reports.answers import attached, daily_picture, days_of, footnote, nothing
from tools.reports.arguments import OverviewReport
from tools.reports.figures import Money, Parts, Series, Stages
from tools.reports.insights import moved_by, pays_too_much
from tools.reports.wording import change, compared, figure, share, spoken
from tools.result import ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """Everything about one period."""

    leads: Series
    sources: Parts
    stages: Stages
    money: Money

    def __bool__(self) -> bool:
        return bool(self.leads or self.money.spend or self.money.revenue)

    @property
    def numbers(self) -> dict[str, Decimal | None]:
        return {
            "leads": self.leads.whole,
            "converted": Decimal(self.stages.converted),
            "conversion_rate": self.stages.conversion_rate,
            "spend": self.money.spend.whole,
            "revenue": self.money.revenue.whole,
            "roas": self.money.roas.whole,
            "cpa": self.money.cpa.whole,
        }


async def overview_report(context: ToolContext, arguments: OverviewReport) -> ToolResult:
    """Leads, customers, spend, revenue and ROAS of a period, against the one before."""
    days = days_of(context, arguments.period)
    now = await business(context, days)
    if not now:
        return nothing(context, arguments.period, days)
    before = await business(context, days.before())
    active = await CampaignService.of(context).active_count()
    lines = [
        *sentences(context, spoken(context, arguments.period, days), days, now, before),
        *(_line(context, name, now, before) for name in now.numbers),
        context.say("reports.active_campaigns", n=active),
        footnote(context, days),
    ]
    chart = await picture(context, days, now, before)
    data = {name: _worded(context, name, value) for name, value in now.numbers.items()}
    earlier = {name: _worded(context, name, value) for name, value in before.numbers.items()}
    return ToolResult(
        status="ok", text="\n".join(lines),
        data={**data, "active_campaigns": active, "before": earlier},
        attachments=attached("overview", days, chart),
    )  # fmt: skip


async def business(context: ToolContext, days: Days) -> Business:
    return Business(
        leads=await figures.leads(context, days),
        sources=await figures.sources(context, days),
        stages=await figures.stages(context, days),
        money=await figures.money(context, days),
    )


def sentences(
    context: ToolContext, period: str, days: Days, now: Business, before: Business
) -> list[str]:
    """The written summary; `period` is spoken."""
    return [_summary(context, period, days, now, before), *_highlights(context, days, now, before)]


async def picture(context: ToolContext, days: Days, now: Business, before: Business) -> bytes:
    return await daily_picture(
        context, context.say("reports.overview_title"), days,
        [("leads", now.leads, before.leads), ("spend", now.money.spend, before.money.spend),
         ("revenue", now.money.revenue, before.money.revenue)],
    )  # fmt: skip


def _summary(context: ToolContext, period: str, days: Days, now: Business, before: Business) -> str:
    values = now.numbers
    return context.say(
        "reports.overview_summary", period=period, n=now.stages.leads,
        change=compared(context, days, values["leads"], before.leads.whole),
        **{name: _worded(context, name, values[name]) for name in ("spend", "revenue", "roas")},
    )  # fmt: skip


def _highlights(context: ToolContext, days: Days, now: Business, before: Business) -> list[str]:
    """What moved leads, spend and revenue, and whether the money comes back."""
    money, earlier = now.money, before.money
    spend, revenue = money.by_campaign("spend"), money.by_campaign("revenue")
    loses = pays_too_much(days, money.roas.whole)
    return [
        *moved_by(context, "leads", now.sources, before.sources),
        *moved_by(context, "spend", spend, earlier.by_campaign("spend")),
        *moved_by(context, "revenue", revenue, earlier.by_campaign("revenue")),
        *([context.say("reports.overview_losing")] if loses else []),
    ]


def _line(context: ToolContext, name: str, now: Business, before: Business) -> str:
    value = now.numbers[name]
    # Leads that came later had less time to convert: their rate is not compared.
    changed = name != "conversion_rate" and change(context, value, before.numbers[name])
    return context.say(
        "reports.line_compared" if changed else "reports.line",
        name=context.say(f"reports.names.{name}"), value=_worded(context, name, value),
        change=changed,
    )  # fmt: skip


def _worded(context: ToolContext, name: str, value: Decimal | None) -> str:
    return share(value) if name == "conversion_rate" else figure(context, name, value)
