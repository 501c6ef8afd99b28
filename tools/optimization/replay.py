"""What a rule would have done on days gone by: pure. Each day is judged by the complete days before
it, so that nothing is known too early; of what is known of them now, reports that came late are part.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.service import Figures, total
from tools.conditions import Condition, Goal
from tools.optimization.guards import Done, Guards, limits, too_little
from tools.optimization.measuring import Reports, data_of, holds_now, measured

_DAY = timedelta(days=1)
_HOURS = 24
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """An ad set with its rows, which reach back behind the days that are walked. `least` is the share
    of its budget that the platform's minimum leaves it."""

    ad_set: str
    rows: Sequence[AdMetrics]
    goals: Mapping[Goal, Decimal | None]
    least: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """`share` is the part of the spending that was stopped (negative) or added from that day on;
    `after` is what the ad set did from then to the end, as it went without the rule."""

    day: date
    ad_set: str
    figures: Sequence[Mapping[str, Any]]
    share: Decimal
    after: Figures

    @property
    def spend(self) -> Decimal:
        return self.share * self.after.spend

    @property
    def revenue(self) -> Decimal:
        return self.share * self.after.revenue


@dataclass(slots=True)
class Walk:
    """`waits` counts by reason how often the condition held and nothing followed."""

    deeds: list[Deed] = field(default_factory=list)
    waits: Counter[str] = field(default_factory=Counter)
    share: dict[str, Decimal] = field(default_factory=dict)
    last: dict[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The rule that is walked; `step` is a percentage."""

    condition: Condition
    guards: Guards
    action: str
    step: Decimal | None = None


def walk(rule: Played, tracks: Sequence[Track], days: Sequence[date]) -> Walk:
    """Day by day, with the cool-down and the limits, one check a day."""
    found = Walk()
    for day in days:
        if rule.guards.days and day.isoweekday() not in rule.guards.days:
            continue
        for track in tracks:
            _check(rule, track, day, days[-1], found)
    return found


def _check(rule: Played, track: Track, day: date, end: date, found: Walk) -> None:
    known = [row for row in track.rows if row.day < day]
    share = found.share.get(track.ad_set, Decimal(1))
    ran = share > 0 and any(row.spend > 0 for row in known if row.day == day - _DAY)
    reports = Reports(rows=known, today=day, goals=track.goals)
    if ran is (rule.action == "start_adset") or not holds_now(rule.condition, reports):
        return
    change = share * _part(rule)
    if rule.action == "decrease_budget":
        change = max(change, track.least - share)
    at_minimum = rule.action == "decrease_budget" and change >= 0
    wait = _wait(rule, track, day, reports, found) or ("at_minimum" if at_minimum else None)
    if wait:
        found.waits[wait] += 1
        return
    found.deeds.append(
        Deed(
            day=day, ad_set=track.ad_set, figures=measured(rule.condition, reports), share=change,
            after=total(row for row in track.rows if day <= row.day <= end),
        )
    )  # fmt: skip
    found.share[track.ad_set] = share + change
    found.last[track.ad_set] = day


def _wait(rule: Played, track: Track, day: date, reports: Reports, found: Walk) -> str | None:
    last = found.last.get(track.ad_set)
    if last is not None and (day - last).days * _HOURS < rule.guards.cool_down_hours:
        return "cool_down"
    today = [deed for deed in found.deeds if deed.day == day]
    done = Done(today=len(today), here_today=sum(deed.ad_set == track.ad_set for deed in today))
    data = data_of(rule.condition, reports)
    wait = limits(rule.guards, done) or too_little(rule.guards, data, track.goals.get(Goal.cpa))
    return wait.key if wait else None


def _part(rule: Played) -> Decimal:
    """What the action does to the spending that was left."""
    step = (rule.step or Decimal(0)) / _HUNDRED
    parts = {"pause_adset": Decimal(-1), "decrease_budget": -step, "increase_budget": step}
    return parts.get(rule.action, Decimal(0))
