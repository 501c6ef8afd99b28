"""Pictures of what is advised: what moves, and how sure a test is by now."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal

from storage.tables.campaign import Campaign
from storage.tables.optimization import Experiment
from tools.arguments import TargetMetric
from tools.campaigns.service import money, percent
from tools.context import ToolContext
from tools.optimization.analysing import Analysis
from tools.optimization.experiments import Variant, wilson_interval
from tools.optimization.looking import Look
from tools.optimization.sharing import Budgets, Shared
from tools.optimization.sharing_text import amount
from tools.reports.charts import Bar, Ranking, ranking_chart
from tools.reports.interval_charts import Curve, Point, interval_chart
from tools.result import Attachment

_HUNDRED = Decimal(100)


async def budget_picture(
    context: ToolContext, campaign: Campaign, shared: Shared, after: Budgets,
    names: Mapping[str, str], metric: TargetMetric,
) -> Attachment:  # fmt: skip
    """Each ad set's budget before and after, and what it is expected to return a day; `names` says in
    which order."""
    budgets = [
        Bar(
            label=f"{ref} {name}", value=float(after[ref]), before=float(shared.before[ref]),
            note=_note(context, shared.before[ref], after[ref]),
        )
        for ref, name in names.items()
    ]  # fmt: skip
    prospects = [(f"{ref} {name}", shared.outlook.ad_sets.get(ref)) for ref, name in names.items()]
    returns = [
        Bar(
            label=label, value=each.after, before=each.before,
            note=f"{amount(context, metric, each.before)} → {amount(context, metric, each.after)}",
        )
        for label, each in prospects
        if each is not None
    ]  # fmt: skip
    content = await asyncio.to_thread(
        ranking_chart,
        context.say("optimization.picture.title", ref=campaign.ref, name=campaign.name),
        [
            Ranking(label=context.say("optimization.picture.budgets"), bars=budgets),
            Ranking(label=context.say(f"optimization.picture.returns_{metric}"), bars=returns),
        ],
        now=context.say("optimization.picture.after"),
        before=context.say("optimization.picture.before"),
    )
    name = f"budget-{campaign.ref}-{context.local_now():%Y-%m-%d}.png"
    return Attachment(name=name, media_type="image/png", content=content)


def _note(context: ToolContext, before: Decimal, after: Decimal) -> str:
    if not after:
        return context.say("optimization.picture.paused")
    if after == before:
        return money(context, after)
    return f"{money(context, after)} ({percent((after - before) / before * _HUNDRED)})"


async def interval_picture(
    context: ToolContext, experiment: Experiment, found: Analysis
) -> Attachment | None:
    """None before the first complete day."""
    course = found.course
    if course is None:
        return None
    leader, other = (found.of(ref).creative for ref in (course.leader, course.runner_up))
    difference = Curve(
        label=context.say("optimization.picture.lift", leader=leader, other=other),
        points=[_lift(look) for look in course.looks],
    )
    rates = [
        Curve(
            label=found.of(each.name).creative,
            points=[_rate(look.counts[at]) for look in course.looks],
        )
        for at, each in enumerate(course.looks[-1].counts)
    ]
    content = await asyncio.to_thread(
        interval_chart,
        context.say("optimization.picture.tests", ref=experiment.ref, name=experiment.name),
        [look.day for look in course.looks], difference, rates,
        rates_label=context.say("optimization.picture.rates"),
    )  # fmt: skip
    name = f"test-{experiment.ref}-{course.looks[-1].day}.png"
    return Attachment(name=name, media_type="image/png", content=content)


def _lift(look: Look) -> Point | None:
    if look.lift is None or look.interval is None:
        return None
    return Point(value=look.lift, low=look.interval.low, high=look.interval.high)


def _rate(counted: Variant) -> Point | None:
    if not counted.trials:
        return None
    low, high = wilson_interval(counted.conversions, counted.trials)
    return Point(value=counted.rate, low=low, high=high)
