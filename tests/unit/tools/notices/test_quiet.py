"""Quiet hours: how they are said, and when they end."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tools.notices.errors import NoQuietHours
from tools.notices.quiet import QuietHours, read_quiet_hours

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(start=22 * 60, end=8 * 60)
LUNCH = QuietHours(start=12 * 60, end=13 * 60 + 30)


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("22:00-08:00", "22:00-08:00"),
        ("22-8", "22:00-08:00"),
        ("22：30 到 7：15", "22:30-07:15"),
        ("12:00~13:30", "12:00-13:30"),
        ("10 to 12", "10:00-12:00"),
        ("20:00-24:00", "20:00-24:00"),
        ("0:00-06:00", "00:00-06:00"),
        ("24:00-06:00", "00:00-06:00"),
    ],
)
def test_they_are_said_in_many_ways(said: str, hours: str) -> None:
    assert str(read_quiet_hours(said)) == hours


@pytest.mark.parametrize(
    "said", ["", "22:00", "at night", "25:00-08:00", "22:00-08:60", "8-8", "0-24", "24:30-6", "-"]
)
def test_what_is_no_span_of_a_day_is_refused(said: str) -> None:
    with pytest.raises(NoQuietHours):
        read_quiet_hours(said)


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "at", "end"),
    [
        (NIGHT, shanghai(18, 21, 59), None),
        (NIGHT, shanghai(18, 22), shanghai(19, 8)),
        (NIGHT, shanghai(19, 7, 59), shanghai(19, 8)),
        (NIGHT, shanghai(19, 8), None),
        (LUNCH, shanghai(18, 11, 59), None),
        (LUNCH, shanghai(18, 12), shanghai(18, 13, 30)),
        (LUNCH, shanghai(18, 13, 30), None),
        (QuietHours(start=20 * 60, end=24 * 60), shanghai(18, 23), shanghai(19, 0)),
    ],
)
def test_they_end_at_their_end(hours: QuietHours, at: datetime, end: datetime | None) -> None:
    assert hours.end_after(at.astimezone(UTC), SHANGHAI) == end


def test_eight_is_eight_on_the_wall_in_the_night_when_the_clocks_change() -> None:
    before = datetime(2026, 10, 24, 23, 0, tzinfo=BERLIN)
    end = NIGHT.end_after(before, BERLIN)
    assert end is not None
    assert end.astimezone(UTC) == datetime(2026, 10, 25, 7, 0, tzinfo=UTC)
    assert (end.hour, end.minute) == (8, 0)
