"""Market time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from tests.unit.tools.campaigns.platforms.market import EPOCH, SHANGHAI, market_clock
from tools.campaigns.platforms.sandbox.clock import MarketClock


def test_by_default_market_time_is_real_time(clock: FakeClock) -> None:
    assert market_clock(clock).now() == clock.now()


def test_the_day_is_the_one_in_the_accounts_zone(clock: FakeClock) -> None:
    evening = datetime(2026, 11, 18, 16, 30, tzinfo=UTC)
    assert market_clock(clock).today(evening) == date(2026, 11, 19)


def test_a_short_day_passes_in_its_seconds(clock: FakeClock) -> None:
    fast = market_clock(clock, day_seconds=60)
    before = fast.now()
    clock.advance(timedelta(minutes=3))
    assert fast.now() - before == timedelta(days=3)


def test_a_fast_market_starts_at_its_epoch(clock: FakeClock) -> None:
    assert market_clock(clock, day_seconds=60).at(EPOCH) == EPOCH


def test_a_test_may_jump_ahead(clock: FakeClock) -> None:
    market = market_clock(clock)
    market.advance(2.5)
    assert market.now() == clock.now() + timedelta(days=2, hours=12)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 2), 24)],
)
def test_days_are_as_long_as_the_zone_makes_them(clock: FakeClock, day: date, hours: int) -> None:
    market = MarketClock(clock, epoch=EPOCH, zone=ZoneInfo("America/New_York"))
    opens, closes = market.bounds(day)
    assert closes - opens == timedelta(hours=hours)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_is_inside_its_day(now: datetime) -> None:
    market = MarketClock(FakeClock(now), epoch=EPOCH, zone=SHANGHAI)
    opens, closes = market.bounds(market.today(now))
    assert opens <= now < closes
