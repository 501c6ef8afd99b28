"""One to three sentences about the channels: what grew, what is dear, what to do. By rules."""

from collections.abc import Sequence
from decimal import Decimal

from tools.context import ToolContext
from tools.periods import Days
from tools.reports.channels import Channel, Channels, Platform
from tools.reports.figures import divided
from tools.reports.insights import driver, pays_too_much
from tools.reports.wording import compared, figure, share

# Below these numbers a comparison says more about chance than about the channel.
_ENOUGH_LEADS, _MANY_WAITING = 5, Decimal("0.3")
_DEAR, _BETTER = Decimal("1.5"), Decimal("1.5")


def summary(context: ToolContext, period: str, days: Days, found: Channels) -> list[str]:
    """Counts first, then what moved, then what to do about it."""
    return [
        _counts(context, period, days, found),
        *_moved(context, found),
        *_advice(context, days, found),
    ]


def dear(sources: Sequence[Channel]) -> tuple[Channel, Decimal] | None:
    """The source whose leads cost most, with how many times the mean, when that is a lot."""
    paid = [row for row in sources if row.spend and row.leads]
    if len(paid) < 2:
        return None
    spend = sum((row.spend or Decimal(0) for row in paid), Decimal(0))
    mean = spend / sum(row.leads for row in paid)
    worst = max(paid, key=lambda row: row.cost_per_lead or Decimal(0))
    times = (worst.cost_per_lead or Decimal(0)) / mean
    return (worst, times) if times >= _DEAR else None


def losing(days: Days, platforms: Sequence[Platform]) -> Platform | None:
    """The platform that earned less than it cost, the largest spender of them."""
    return next((row for row in platforms if pays_too_much(days, row.now.roas)), None)


def best(found: Channels) -> Channel | None:
    """The source that converts clearly better than all leads together."""
    rows = [row for row in found.sources if row.leads >= _ENOUGH_LEADS and row.converted]
    if not rows or len([row for row in found.sources if row.leads]) < 2:
        return None
    top = max(rows, key=lambda row: row.conversion_rate or Decimal(0))
    mean = divided(sum(row.converted for row in found.sources), found.leads)
    better = mean and top.conversion_rate and top.conversion_rate >= _BETTER * mean
    return top if better else None


def _counts(context: ToolContext, period: str, days: Days, found: Channels) -> str:
    changed = compared(context, days, Decimal(found.leads), Decimal(found.before))
    present = [row for row in found.sources if row.leads]
    if not present:
        spend = sum((row.now.spend for row in found.platforms), Decimal(0))
        return context.say(
            "reports.channel_no_leads", period=period, spend=figure(context, "spend", spend)
        )
    first = present[0]
    return context.say(
        "reports.channel_summary", period=period, n=found.leads, change=changed,
        sources=len(present), top=_name(context, first), count=first.leads,
        share=share(divided(first.leads, found.leads)),
    )  # fmt: skip


def _moved(context: ToolContext, found: Channels) -> list[str]:
    rows = {row.source.value: row for row in found.sources}
    moved = driver(
        {name: row.leads for name, row in rows.items()},
        {name: row.before for name, row in rows.items()},
    )
    if moved is None:
        return []
    row = rows[moved.name]
    key = "reports.channel_grew" if moved.by > 0 else "reports.channel_fell"
    return [context.say(key, name=_name(context, row), before=row.before, now=row.leads)]


def _advice(context: ToolContext, days: Days, found: Channels) -> list[str]:
    """The most urgent one: money that is lost, then leads that wait, then what goes well."""
    costly, bad, good = dear(found.sources), losing(days, found.platforms), best(found)
    if bad is not None:
        name = context.say(f"campaigns.platform.{bad.name}")
        roas = figure(context, "roas", bad.now.roas)
        return [context.say("reports.channel_losing", name=name, roas=roas)]
    if costly is not None:
        row, times = costly
        cost = figure(context, "cpa", row.cost_per_lead)
        return [
            context.say("reports.channel_dear", name=_name(context, row), cost=cost,
                        times=f"{times:.1f}")
        ]  # fmt: skip
    if found.waiting >= max(Decimal(_ENOUGH_LEADS), _MANY_WAITING * found.leads):
        return [context.say("reports.channel_waiting", n=found.waiting)]
    if good is not None:
        rate = share(good.conversion_rate)
        return [context.say("reports.channel_best", name=_name(context, good), rate=rate)]
    return []


def _name(context: ToolContext, row: Channel) -> str:
    return context.say(f"leads.sources.{row.source}")
