"""The shared budget in two sentences: what moves and why, and what is expected of it."""

from decimal import Decimal

from tools.arguments import TargetMetric
from tools.campaigns.service import money
from tools.context import ToolContext
from tools.optimization.sharing import NEEDED_CONVERSIONS, NEEDED_DAYS, Budgets, Grounds, Shared

_HUNDRED = 100
_MUCH = 10


def method(context: ToolContext, known: Grounds, *, shared: bool) -> str:
    """Which way of judging was used, and what the other would need."""
    if not known.enough:
        return context.say(
            "optimization.method.rules", days=known.days, conversions=known.conversions,
            needed_days=NEEDED_DAYS, needed_conversions=NEEDED_CONVERSIONS,
        )  # fmt: skip
    key = "optimization.method.curves" if shared else "optimization.method.settled"
    return context.say(key, days=known.days, conversions=f"{known.conversions:,}")


def explanation(
    context: ToolContext, shared: Shared, after: Budgets, metric: TargetMetric
) -> tuple[str, str]:
    """`after` are the budgets of all ad sets that run, with what the rules change."""
    return _moved(context, shared, after, metric), _expected(context, shared, metric)


def per_unit(context: ToolContext, metric: TargetMetric, more: float) -> dict[str, str]:
    """What so much more money returns: revenue for one unit, conversions for a hundred."""
    unit = 1 if metric == "roas" else _HUNDRED
    told = amount(context, metric, more * unit)
    if metric == "cpa":
        told = context.say("optimization.shared.conversions", amount=told)
    return {"unit": money(context, Decimal(unit)), "returned": told}


def amount(context: ToolContext, metric: TargetMetric, value: float) -> str:
    """Revenue, in whole units when it is much, or a number of conversions."""
    if metric == "cpa":
        return f"{value:,.1f}"
    return money(context, Decimal(f"{value:.0f}" if abs(value) >= _MUCH else f"{value:.2f}"))


def _moved(context: ToolContext, shared: Shared, after: Budgets, metric: TargetMetric) -> str:
    before, total = (sum(each.values(), Decimal(0)) for each in (shared.before, after))
    key = "same_total" if before == total else "new_total"
    changed = sorted(
        (name for name in after if after[name] != shared.before[name]),
        key=lambda name: after[name] > shared.before[name],
    )
    return context.say(
        "optimization.shared.moved",
        changes=context.say("optimization.shared.and").join(
            _change(context, name, shared.before[name], after[name]) for name in changed
        ),
        total=context.say(
            f"optimization.shared.{key}", before=money(context, before), after=money(context, total)
        ),
        why=_why(context, shared, metric),
    )  # fmt: skip


def _change(context: ToolContext, name: str, before: Decimal, after: Decimal) -> str:
    key = "pause" if not after else "raise" if after > before else "cut"
    moved = money(context, abs(after - before))
    return context.say(f"optimization.shared.{key}", ref=name, amount=moved)


def _why(context: ToolContext, shared: Shared, metric: TargetMetric) -> str:
    more = {
        name: shared.outlook.ad_sets[name].next_unit
        for name in shared.before
        if name in shared.outlook.ad_sets
    }
    best, worst = (pick(more, key=lambda name: more[name]) for pick in (max, min))
    return context.say(
        "optimization.shared.why", best=best, worst=worst, **per_unit(context, metric, more[best]),
        less=per_unit(context, metric, more[worst])["returned"],
    )  # fmt: skip


def _expected(context: ToolContext, shared: Shared, metric: TargetMetric) -> str:
    found = shared.outlook
    low, high = (_signed(context, metric, each) for each in (found.low, found.high))
    doubt = context.say("optimization.shared.doubt") if found.low <= 0 <= found.high else ""
    return context.say(
        f"optimization.shared.expected_{metric}", before=amount(context, metric, found.before),
        after=amount(context, metric, found.before + found.gain),
        gain=_signed(context, metric, found.gain), low=low, high=high, doubt=doubt,
    )  # fmt: skip


def _signed(context: ToolContext, metric: TargetMetric, value: float) -> str:
    return f"{'−' if value < 0 else '+'}{amount(context, metric, abs(value))}"
