"""Working time over nights, weekends, holidays and changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.hours import HoursSettings
from tools.hours import Hours

OFFICE = HoursSettings(
    weekly=("mon-fri 09:00-18:00", "sat 10:00-14:00"),
    days=("2026-10-01..2026-10-07 closed", "2026-10-11 09:00-12:00"),
)
NIGHT_SHOP = HoursSettings(weekly=("mon-sun 00:00-05:00, 20:00-24:00",))
HOURS = timedelta(hours=1)


def office(zone: str = "Asia/Shanghai", worked: HoursSettings = OFFICE) -> Hours:
    return Hours(worked, ZoneInfo(zone))


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> datetime:
    # In UTC: two moments of a doubtful hour are never equal in another zone.
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-18 08:59:59", False), ("2026-11-18 09:00", True), ("2026-11-18 17:59:59", True),
        ("2026-11-18 18:00", False), ("2026-11-21 13:59", True), ("2026-11-22 11:00", False),
        ("2026-10-02 11:00", False), ("2026-10-11 11:00", True),
    ],
)  # fmt: skip
def test_it_is_open_at_its_hours_alone(moment: str, open_: bool) -> None:
    assert office().is_open(at(moment)) is open_


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-18 11:11", "2026-11-18 11:11"),  # open already
        ("2026-11-18 18:00", "2026-11-19 09:00"),  # the night
        ("2026-11-21 14:00", "2026-11-23 09:00"),  # the weekend
        ("2026-09-30 18:30", "2026-10-08 09:00"),  # the holiday
        ("2026-10-10 20:00", "2026-10-11 09:00"),  # a Sunday that is worked
    ],
)
def test_the_next_opening_is_found(moment: str, opening: str) -> None:
    assert office().next_opening(at(moment)) == at(opening)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-18 10:00", 4, "2026-11-18 14:00"),
        ("2026-11-18 16:00", 4, "2026-11-19 11:00"),  # over the night
        ("2026-11-18 23:00", 1, "2026-11-19 10:00"),  # said at night
        ("2026-11-20 17:00", 4, "2026-11-21 13:00"),  # into a short Saturday
        ("2026-11-20 17:00", 6, "2026-11-23 10:00"),  # over the weekend
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),  # over the holiday
        ("2026-11-18 10:00", 8, "2026-11-18 18:00"),  # until closing
        ("2026-11-18 20:00", 0, "2026-11-19 09:00"),
    ],
)
def test_a_deadline_counts_working_time(start: str, hours: int, end: str) -> None:
    assert office().after(at(start), hours * HOURS) == at(end)
    assert office().worked(at(start), at(end)) == hours * HOURS


@pytest.mark.parametrize(
    ("zone", "night", "length"),
    [
        ("Europe/Berlin", "2027-03-28", 8), ("Europe/Berlin", "2026-10-25", 10),
        ("America/New_York", "2027-03-14", 8), ("America/New_York", "2026-11-01", 10),
        ("Asia/Shanghai", "2026-11-01", 9),
    ],
)  # fmt: skip
def test_a_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer(
    zone: str, night: str, length: int
) -> None:
    shop = office(zone, NIGHT_SHOP)
    evening = at(f"{date.fromisoformat(night) - timedelta(days=1)} 20:00", zone)
    morning = at(f"{night} 05:00", zone)
    assert shop.worked(evening, morning) == length * HOURS
    assert shop.after(evening, length * HOURS) == morning


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("friday", ["2027-03-12", "2027-03-26", "2026-10-23", "2026-10-30"])
def test_a_weekend_in_which_the_clocks_change_moves_no_opening(zone: str, friday: str) -> None:
    hours = office(zone)
    begin = at(f"{friday} 17:00", zone)
    monday = date.fromisoformat(friday) + timedelta(days=3)
    assert hours.after(begin, 6 * HOURS) == at(f"{monday} 10:00", zone)


def test_an_hour_that_the_clocks_skip_is_not_worked() -> None:
    shop = office("Europe/Berlin", HoursSettings(weekly=("sun 02:30-03:30",)))
    assert shop.next_opening(at("2027-03-28 00:00", "Europe/Berlin")) == at(
        "2027-03-28 03:00", "Europe/Berlin"
    )
    assert shop.worked(
        at("2027-03-28 00:00", "Europe/Berlin"), at("2027-03-28 12:00", "Europe/Berlin")
    ) == timedelta(minutes=30)


def test_an_hour_that_the_clocks_show_twice_is_meant_the_first_time() -> None:
    zone = "America/New_York"
    shop = office(zone, HoursSettings(weekly=("sun 01:30-04:00",)))
    assert shop.next_opening(at("2026-11-01 00:00", zone)) == at("2026-11-01 01:30", zone)
    assert shop.is_open(at("2026-11-01 01:15", zone, fold=1))
    assert shop.worked(at("2026-11-01 00:00", zone), at("2026-11-01 12:00", zone)) == timedelta(
        hours=3, minutes=30
    )


def test_time_does_not_run_backwards() -> None:
    assert office().worked(at("2026-11-19 10:00"), at("2026-11-18 10:00")) == timedelta(0)
    with pytest.raises(ValueError, match="negative"):
        office().after(at("2026-11-18 10:00"), timedelta(seconds=-1))


_ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
_MOMENTS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=730)).map(
    lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later
)
_WORK = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=60))
_TIMES = st.integers(0, 47).flatmap(
    lambda start: st.integers(start + 1, 48).map(lambda end: f"{_clock(start)}-{_clock(end)}")
)


def _clock(half_hours: int) -> str:
    return f"{half_hours // 2:02d}:{half_hours % 2 * 30:02d}"


@st.composite
def _weeks(draw: st.DrawFn) -> HoursSettings:
    days = draw(
        st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1)
    )
    lines = [
        f"{day} {', '.join(draw(st.lists(_TIMES, min_size=1, max_size=2)))}" for day in sorted(days)
    ]
    closed = draw(st.sampled_from([(), ("2026-10-25 closed",), ("2026-12-24..2027-01-02 closed",)]))
    return HoursSettings(weekly=tuple(lines), days=closed)


@settings(deadline=None, max_examples=120)
@given(week=_weeks(), zone=_ZONES, start=_MOMENTS, work=_WORK, more=_WORK)
def test_after_and_worked_are_inverse_and_monotone_and_end_in_working_time(
    week: HoursSettings, zone: str, start: datetime, work: timedelta, more: timedelta
) -> None:
    hours = Hours(week, ZoneInfo(zone))
    end = hours.after(start, work)
    assert hours.worked(start, end) == work
    assert end >= start
    assert hours.after(start, work + more) >= end
    assert hours.worked(start, end + more) >= work
    # Open just before it or, when there was nothing to do, from then on.
    assert hours.is_open(end - timedelta(microseconds=1)) if work else hours.is_open(end)


@settings(deadline=None, max_examples=80)
@given(week=_weeks(), zone=_ZONES, moments=st.tuples(_MOMENTS, _MOMENTS, _MOMENTS))
def test_working_time_adds_up(
    week: HoursSettings, zone: str, moments: tuple[datetime, datetime, datetime]
) -> None:
    hours = Hours(week, ZoneInfo(zone))
    first, second, third = sorted(moments)
    both = hours.worked(first, second) + hours.worked(second, third)
    assert both == hours.worked(first, third)
    assert both <= third - first


@settings(deadline=None, max_examples=80)
@given(week=_weeks(), zone=_ZONES, moment=_MOMENTS)
def test_the_next_opening_is_open_and_nothing_is_before_it(
    week: HoursSettings, zone: str, moment: datetime
) -> None:
    hours = Hours(week, ZoneInfo(zone))
    opening = hours.next_opening(moment)
    assert hours.is_open(opening)
    assert hours.worked(moment, opening) == timedelta(0)
    assert hours.is_open(moment) is (opening == moment)
