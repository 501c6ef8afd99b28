"""From the log of changes to the money that was on offer on each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from storage.tables.sandbox import SandboxChange
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.sandbox.clock import MarketClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The campaign's status, and the ad set's own status and budget, at one moment."""

    campaign: DeliveryStatus = DeliveryStatus.paused
    ad_set: DeliveryStatus = DeliveryStatus.paused
    daily_budget: float = 0.0

    @property
    def delivering(self) -> bool:
        return self.campaign is DeliveryStatus.active and self.ad_set is DeliveryStatus.active


class Stretch(NamedTuple):
    """A part of a day in which one budget held; `start` and `end` are shares of that day."""

    start: float
    end: float
    daily_budget: float


Schedule = tuple[Stretch, ...]


def schedules(
    changes: Sequence[SandboxChange], ad_set_id: int, clock: MarketClock, now: datetime
) -> dict[date, Schedule]:
    """The stretches of delivery of one ad set up to `now`, by day; idle days are absent.

    `changes` are the campaign's, in the order in which they happened.
    """
    days: dict[date, list[Stretch]] = {}
    current, since = Switches(), now
    for change in changes:
        if change.ad_set_id not in (None, ad_set_id):
            continue
        if current.delivering:
            _spread(days, since, change.at, current.daily_budget, clock)
        current, since = _after(current, change), change.at
    if current.delivering:
        _spread(days, since, now, current.daily_budget, clock)
    return {day: tuple(stretches) for day, stretches in days.items()}


def _after(switches: Switches, change: SandboxChange) -> Switches:
    status = DeliveryStatus(change.status) if change.status else None
    if change.ad_set_id is None:
        return Switches(
            campaign=status or switches.campaign,
            ad_set=switches.ad_set,
            daily_budget=switches.daily_budget,
        )
    budget = change.daily_budget
    return Switches(
        campaign=switches.campaign,
        ad_set=status or switches.ad_set,
        daily_budget=switches.daily_budget if budget is None else float(budget),
    )


def _spread(
    days: dict[date, list[Stretch]],
    start: datetime,
    end: datetime,
    daily_budget: float,
    clock: MarketClock,
) -> None:
    day = start.astimezone(clock.zone).date()
    while start < end:
        opens, closes = clock.bounds(day)
        until = min(end, closes)
        length = closes - opens
        days.setdefault(day, []).append(
            Stretch(
                start=(start - opens) / length,
                end=(until - opens) / length,
                daily_budget=daily_budget,
            )
        )
        start, day = until, day + timedelta(days=1)
