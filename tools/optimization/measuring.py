"""What one ad set measured: the figures of a condition over their windows, and the goals that they
are held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from storage.tables.campaign import Campaign
from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.service import Figures, total
from tools.conditions import Condition, Figure, Goal, figures, goals
from tools.optimization.conditions import complete_days, evaluate, horizon, measure

# Conversions are reported for days after their click; spend and clicks within the hour.
_GROWING = frozenset({"cpa", "roas", "revenue", "conversions"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """One ad set's rows. A window takes in its complete days and what `today` has so far."""

    rows: Sequence[AdMetrics]
    today: date
    goals: Mapping[Goal, Decimal | None]

    def value(self, side: Figure | Goal) -> Decimal | None:
        """The exact value; None without data."""
        return self._value(side, self.today)

    def settled_value(self, side: Figure | Goal) -> Decimal | None:
        """The same, without today where today still grows."""
        grows = isinstance(side, Figure) and side.metric in _GROWING
        return self._value(side, self.today - _DAY if grows else self.today)

    def over(self, days: int) -> Figures:
        return total(self._between(days, self.today))

    def _value(self, side: Figure | Goal, last: date) -> Decimal | None:
        if isinstance(side, Goal):
            return self.goals.get(side)
        assert side.window is not None, "a rule's condition has all its windows"
        rows = self._between(complete_days(side.window), last)
        return measure(side.metric, total(rows)) if rows else None

    def _between(self, days: int, last: date) -> list[AdMetrics]:
        first = self.today - days * _DAY
        return [row for row in self.rows if first <= row.day <= last]


def holds_now(condition: Condition, reports: Reports) -> bool | None:
    return evaluate(condition, reports.value)


def holds_settled(condition: Condition, reports: Reports) -> bool:
    """Whether it holds without today's figures that still grow."""
    return evaluate(condition, reports.settled_value) is True


def data_of(condition: Condition, reports: Reports) -> Figures:
    """All there is over the longest window."""
    return reports.over(horizon(condition))


def goals_of(campaign: Campaign, budget: Decimal | None) -> Mapping[Goal, Decimal | None]:
    return {Goal.cpa: campaign.target_cpa, Goal.roas: campaign.target_roas, Goal.budget: budget}


def missing_goal(condition: Condition, reports: Reports) -> Goal | None:
    """A target that the campaign has not."""
    return next(
        (goal for goal in sorted(goals(condition)) if reports.goals.get(goal) is None), None
    )


def measured(condition: Condition, reports: Reports) -> list[dict[str, Any]]:
    """Every figure as the log keeps it, in the order written."""
    return [
        {"metric": each.metric, "window": each.window, "value": _kept(reports.value(each))}
        for each in figures(condition)
    ]


def _kept(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
