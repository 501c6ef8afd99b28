"""What is worth saying about a trend, found by rules: its best and worst day, its usual weekday,
and what moved it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.context import ToolContext
from tools.periods import Days
from tools.reports.figures import Parts, Series, Trend
from tools.reports.wording import figure, share, span

# Smaller moves are noise, and a part that explains less than half of a move is not its reason.
_NOTABLE, _MAIN = Decimal("0.1"), Decimal("0.5")
_SETTLED_DAYS = 7
# A weekday has to come up twice before it can be called usual, and to stand out by this much.
_WEEKS, _STANDS_OUT = 2, Decimal("1.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """The part that moved most in the direction of the whole; `by` is signed."""

    name: str
    by: Decimal


def insights(context: ToolContext, metric: str, days: Days, now: Trend, before: Trend) -> list[str]:
    """Up to three sentences, none when there is nothing to say."""
    return [
        *_extremes(context, metric, days, now.series),
        *moved_by(context, metric, now.parts, before.parts),
        *_habit(context, metric, now.series),
    ]


def driver(now: Parts, before: Parts) -> Driver | None:
    """Who explains the change between two periods, if it is notable and one part does."""
    moved = _sum(now.values()) - _sum(before.values())
    if not moved or abs(moved) < _NOTABLE * _sum(before.values()):
        return None
    changes = {
        name: Decimal(now.get(name, 0)) - Decimal(before.get(name, 0))
        for name in sorted({*now, *before})
    }
    sign = 1 if moved > 0 else -1
    name = max(changes, key=lambda name: changes[name] * sign)
    explains = len(changes) > 1 and changes[name] * sign >= _MAIN * abs(moved)
    return Driver(name=name, by=changes[name]) if explains else None


def _extremes(context: ToolContext, metric: str, days: Days, series: Series) -> list[str]:
    """The best day, and the worst if there is one; a day that still runs is not called bad."""
    known = {day: value for day, value in series.daily.items() if value is not None}
    if len(days) == 1 or not known:
        return []
    best = max(known, key=lambda day: (known[day], day))
    values: dict[str, str] = {
        "day": _named(context, best), "most": figure(context, metric, known[best])
    }  # fmt: skip
    over = {day: value for day, value in known.items() if day != context.local_now().date()}
    worst = [day for day, value in over.items() if value == min(over.values())]
    if len(worst) != 1 or worst == [best]:
        return [context.say("reports.trend_best", **values)]
    values |= {
        "worst": _named(context, worst[0]), "least": figure(context, metric, over[worst[0]])
    }  # fmt: skip
    return [context.say("reports.trend_extremes", **values)]


def moved_by(context: ToolContext, metric: str, now: Parts, before: Parts) -> list[str]:
    found = driver(now, before)
    if found is None:
        return []
    key = "reports.driver_up" if found.by > 0 else "reports.driver_down"
    named = context.say(f"reports.names.{metric}")
    amount = figure(context, metric, abs(found.by))
    return [context.say(key, metric=named, name=found.name, by=amount)]


def pays_too_much(days: Days, roas: Decimal | None) -> bool:
    """Whether ads earn less than they cost; revenue arrives over some days, so a short period
    proves nothing."""
    return roas is not None and roas < 1 and len(days) >= _SETTLED_DAYS


def usual_weekday(series: Series, today: date) -> tuple[int, Decimal, Decimal] | None:
    """The weekday (Monday 0) that stands out, its mean, and how far it is above the others."""
    by_weekday: dict[int, list[Decimal]] = defaultdict(list)
    for day, value in series.daily.items():
        if value is not None and day != today:
            by_weekday[day.weekday()].append(value)
    if len(by_weekday) < 7 or min(map(len, by_weekday.values())) < _WEEKS:
        return None
    means = {weekday: _sum(values) / len(values) for weekday, values in by_weekday.items()}
    best = max(sorted(means), key=lambda weekday: means[weekday])
    others = (_sum(means.values()) - means[best]) / 6
    if not others or means[best] < _STANDS_OUT * others:
        return None
    return best, means[best], means[best] / others - 1


def _habit(context: ToolContext, metric: str, series: Series) -> list[str]:
    found = usual_weekday(series, context.local_now().date())
    if found is None:
        return []
    weekday, mean, above = found
    return [
        context.say(
            "reports.weekday", weekday=context.say(f"reports.weekdays.{weekday}"),
            mean=figure(context, metric, mean), share=share(above),
        )
    ]  # fmt: skip


def _named(context: ToolContext, day: date) -> str:
    return span(context, Days(start=day, end=day))


def _sum(values: Iterable[Decimal | int]) -> Decimal:
    return sum(map(Decimal, values), Decimal(0))
