"""From switches and budgets to the money on offer on each day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from storage.tables.sandbox import SandboxChange
from tests.fakes.clock import FakeClock
from tests.unit.tools.campaigns.platforms.market import EPOCH
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.schedule import Schedule, Stretch, schedules

MINE, OTHER = 1, 2
ON, OFF, GONE = DeliveryStatus.active, DeliveryStatus.paused, DeliveryStatus.deleted


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def change(
    when: datetime, *, status: DeliveryStatus | None = None, budget: int | None = None,
    ad_set: int | None = None,
) -> SandboxChange:  # fmt: skip
    return SandboxChange(
        ad_set_id=ad_set, at=when, status=status,
        daily_budget=None if budget is None else Decimal(budget),
    )  # fmt: skip


BORN = [change(at(1), status=OFF), change(at(1), status=ON, budget=100, ad_set=MINE)]


def schedule(*changes: SandboxChange, now: datetime, zone: str = "UTC") -> dict[date, Schedule]:
    clock = MarketClock(FakeClock(), epoch=EPOCH, zone=ZoneInfo(zone))
    return schedules([*BORN, *changes], MINE, clock, now)


def test_nothing_is_on_offer_before_the_campaign_starts() -> None:
    assert schedule(now=at(9)) == {}


def test_full_days_are_one_stretch_and_today_lasts_until_now() -> None:
    days = schedule(change(at(2), status=ON), now=at(4, 6))
    assert days == {
        date(2026, 11, 2): (Stretch(0, 1, 100),),
        date(2026, 11, 3): (Stretch(0, 1, 100),),
        date(2026, 11, 4): (Stretch(0, 0.25, 100),),
    }


def test_a_new_budget_holds_from_its_hour_on() -> None:
    days = schedule(change(at(2), status=ON), change(at(2, 6), budget=200, ad_set=MINE), now=at(3))
    assert days == {date(2026, 11, 2): (Stretch(0, 0.25, 100), Stretch(0.25, 1, 200))}


@pytest.mark.parametrize("stop", [OFF, GONE])
@pytest.mark.parametrize("ad_set", [None, MINE])
def test_a_stop_of_the_ad_set_or_its_campaign_ends_delivery(
    stop: DeliveryStatus, ad_set: int | None
) -> None:
    days = schedule(
        change(at(2), status=ON), change(at(2, 12), status=stop, ad_set=ad_set), now=at(9)
    )
    assert days == {date(2026, 11, 2): (Stretch(0, 0.5, 100),)}


def test_a_break_leaves_a_gap() -> None:
    days = schedule(
        change(at(2), status=ON), change(at(2, 6), status=OFF), change(at(2, 18), status=ON),
        now=at(3),
    )  # fmt: skip
    assert days == {date(2026, 11, 2): (Stretch(0, 0.25, 100), Stretch(0.75, 1, 100))}


def test_what_happens_to_another_ad_set_does_not_matter() -> None:
    quiet = schedule(change(at(2), status=ON), now=at(3))
    noisy = schedule(
        change(at(2), status=ON), change(at(2, 3), status=OFF, budget=9, ad_set=OTHER), now=at(3)
    )
    assert noisy == quiet


def test_a_budget_changed_while_paused_is_used_after_the_start() -> None:
    days = schedule(change(at(2), budget=70, ad_set=MINE), change(at(3), status=ON), now=at(4))
    assert days == {date(2026, 11, 3): (Stretch(0, 1, 70),)}


def test_a_day_of_25_hours_is_still_one_whole_day() -> None:
    # 2 November 05:00 UTC is midnight in New York, after the night in which the clocks went back.
    days = schedule(change(at(1, 4), status=ON), now=at(2, 5), zone="America/New_York")
    assert days == {date(2026, 11, 1): (Stretch(0, 1, 100),)}
