"""How the money that the rules leave alone is shared by the fitted curves, when there is enough
history to fit them.

What the rules pause, cut or raise stands; the money that they free goes to the others, and their
own is moved between them, by at most a fifth of each budget, so that no more is spent than before.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from storage.tables.campaign import AdSet, Campaign
from tools.arguments import TargetMetric
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.service import BudgetOfDay, total
from tools.optimization.allocation import DailyResult, Outlook, allocate, outlook

# Days that are read, and what a fit needs of them at least.
HISTORY = 60
NEEDED_DAYS = 14
NEEDED_CONVERSIONS = 50
# An ad set younger than this is left as it is.
_GROWN_UP = 3
_STEP = Decimal("0.2")
# A smaller share of a budget is not worth an edit, nor a smaller gain a change.
_NOTICED = Decimal("0.02")
_WORTH = 0.005

Budgets = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What is known: `days` on which anything was spent, and the conversions of all of them."""

    history: Sequence[DailyResult]
    days: int
    conversions: int

    @property
    def enough(self) -> bool:
        return self.days >= NEEDED_DAYS and self.conversions >= NEEDED_CONVERSIONS

    @property
    def grown_up(self) -> frozenset[str]:
        """The ad sets that have delivered for some days."""
        seen = [each.ad_set for each in self.history]
        return frozenset(name for name in seen if seen.count(name) >= _GROWN_UP)

    def of(self, now: Budgets) -> list[DailyResult]:
        """Of these ad sets, with their present budgets on their last days: steps go from there."""
        mine = [each for each in self.history if each.ad_set in now]
        last: dict[str, int] = {}
        for each in mine:
            last[each.ad_set] = max(each.day, last.get(each.ad_set, each.day))
        return [
            replace(each, budget=now[each.ad_set]) if each.day == last[each.ad_set] else each
            for each in mine
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """`after` names every ad set that gets another budget than in `before`; `outlook` is what all
    changes together, those of the rules too, are expected to bring."""

    before: Budgets
    after: Budgets
    outlook: Outlook


def grounds(
    campaign: Campaign, rows: Sequence[AdMetrics], budgets: BudgetOfDay, now: Budgets,
    metric: TargetMetric,
) -> Grounds:  # fmt: skip
    """The history of the ad sets in `now`, which holds their present budgets. For the CPA, what
    orders are worth does not count."""
    first = min((row.day for row in rows), default=date.min)
    history = [
        _result(ad_set, day, mine, first, budgets.get((ad_set.ref, day), now[ad_set.ref]), metric)
        for ad_set in campaign.ad_sets
        if ad_set.ref in now
        for day, mine in _by_day(ad_set, rows).items()
    ]
    history = [each for each in history if each.spend > 0]
    return Grounds(
        history=history, days=len({each.day for each in history}),
        conversions=sum(each.conversions for each in history),
    )  # fmt: skip


async def share(
    known: Grounds, before: Budgets, fixed: Budgets, left_alone: frozenset[str], minimum: Decimal,
    unit: Decimal, allowed: Callable[[str, Decimal], Awaitable[bool]],
) -> Shared | None:  # fmt: skip
    """None when there is nothing to move, or nothing is gained by it.

    `before` holds all that run, `fixed` what the rules give some of them (0: paused), `left_alone`
    those that keep what they have; `allowed` tells whether the limits permit a budget. Budgets are
    whole `unit`s.
    """
    free = {
        name: budget
        for name, budget in before.items()
        if name not in fixed and name not in left_alone and name in known.grown_up
    }
    freed = sum((before[name] - fixed[name] for name in fixed), Decimal(0))
    pool = sum(free.values(), Decimal(0)) + max(freed, Decimal(0))
    after: dict[str, Decimal] = {}
    while free:
        shares = allocate(known.of(free), pool, max_step=_STEP, minimum=minimum)
        after = {
            name: max(each.quantize(unit, rounding=ROUND_DOWN), minimum)
            for name, each in shares.items()
        }
        still = [name for name in free if abs(after[name] - free[name]) < free[name] * _NOTICED]
        refused = [name for name in free.keys() - still if not await allowed(name, after[name])]
        stuck = refused or still
        if not stuck:
            break
        pool -= sum((free.pop(name) for name in stuck), Decimal(0))
        after = {}
    if not after:
        return None
    if freed <= 0 and _gain(known.of(free), free, after) < _WORTH:
        return None
    return Shared(before=before, after=after, outlook=expected(known, before, {**fixed, **after}))


def expected(known: Grounds, before: Budgets, after: Budgets) -> Outlook:
    """Of all ad sets that have a history."""
    names = {each.ad_set for each in known.history}
    old = {name: before[name] for name in names}
    return outlook(known.history, old, {name: after.get(name, old[name]) for name in names})


def _gain(history: Sequence[DailyResult], before: Budgets, after: Budgets) -> float:
    found = outlook(history, before, after)
    return found.gain / found.before if found.before else 0.0


def _by_day(ad_set: AdSet, rows: Sequence[AdMetrics]) -> dict[date, list[AdMetrics]]:
    found: dict[date, list[AdMetrics]] = {}
    for row in rows:
        if row.ad_set_id == ad_set.external_id:
            found.setdefault(row.day, []).append(row)
    return found


def _result(
    ad_set: AdSet, day: date, rows: Sequence[AdMetrics], first: date, budget: Decimal,
    metric: TargetMetric,
) -> DailyResult:  # fmt: skip
    figures = total(rows)
    return DailyResult(
        ad_set=ad_set.ref, day=(day - first) // timedelta(days=1), budget=budget,
        spend=figures.spend, conversions=figures.conversions,
        revenue=figures.revenue if metric == "roas" else Decimal(0),
    )  # fmt: skip
