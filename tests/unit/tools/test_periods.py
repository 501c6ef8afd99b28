"""Periods as days: weeks start on Monday, ranges include both ends."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import InvalidInput
from tools.arguments import PERIOD_NAMES
from tools.periods import Days, resolve

WEDNESDAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("today", "2026-11-18", "2026-11-18"),
        ("yesterday", "2026-11-17", "2026-11-17"),
        ("this_week", "2026-11-16", "2026-11-18"),
        ("last_week", "2026-11-09", "2026-11-15"),
        ("this_month", "2026-11-01", "2026-11-18"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("last_7_days", "2026-11-12", "2026-11-18"),
        ("last_30_days", "2026-10-20", "2026-11-18"),
        ("2026-02-27..2026-03-01", "2026-02-27", "2026-03-01"),
    ],
)
def test_each_period_has_its_days(period: str, start: str, end: str) -> None:
    expected = Days(start=date.fromisoformat(start), end=date.fromisoformat(end))
    assert resolve(period, WEDNESDAY) == expected


def test_the_last_month_of_a_january_is_december() -> None:
    assert resolve("last_month", date(2027, 1, 31)).start == date(2026, 12, 1)


@pytest.mark.parametrize("period", ["2026-11-18..2026-11-01", "2026-13-01..2026-13-02"])
def test_days_that_cannot_be_are_refused(period: str) -> None:
    with pytest.raises(InvalidInput):
        resolve(period, WEDNESDAY)


@given(st.sampled_from(PERIOD_NAMES), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_period_before_is_as_long_and_ends_the_day_before(period: str, today: date) -> None:
    days = resolve(period, today)
    earlier = days.before()
    assert len(earlier) == len(days) == len(days.each())
    assert (days.start - earlier.end).days == 1


def test_days_are_those_of_the_zone() -> None:
    start, end = resolve("today", WEDNESDAY).moments(ZoneInfo("Asia/Shanghai"))
    assert start == datetime(2026, 11, 17, 16, tzinfo=UTC)
    assert end == datetime(2026, 11, 18, 16, tzinfo=UTC)
