"""What is said about a trend is said for a reason."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.unit.tools.reports.test_wording import a_manager
from tools.periods import Days
from tools.reports.figures import Series, Trend
from tools.reports.insights import Driver, driver, insights, pays_too_much, usual_weekday

TODAY = date(2026, 11, 18)  # a Wednesday


def a_series(values: Sequence[int], end: date = TODAY) -> tuple[Days, Series]:
    days = Days(start=end - timedelta(days=len(values) - 1), end=end)
    return days, Series.summed(days, zip(days.each(), values, strict=True))


def told(values: Sequence[int], end: date = TODAY) -> list[str]:
    days, series = a_series(values, end)
    empty = Trend(series=a_series([0])[1])
    return insights(a_manager(), "leads", days, Trend(series=series), empty)


def test_the_best_and_the_worst_day_are_named() -> None:
    assert told([5, 9, 2, 4]) == ["The best day was 11-16 with 9, the weakest 11-17 with 2."]


def test_a_day_that_is_not_over_is_not_called_the_weakest() -> None:
    assert told([5, 9, 4, 0]) == ["The best day was 11-16 with 9, the weakest 11-17 with 4."]


def test_many_equally_weak_days_are_not_named() -> None:
    assert told([0, 9, 0, 4]) == ["The best day was 11-16 with 9."]


def test_a_single_day_has_no_best_day() -> None:
    assert told([5]) == []


@pytest.mark.parametrize(
    ("now", "before", "found"),
    [
        ({"a": 9, "b": 5}, {"a": 3, "b": 5}, Driver(name="a", by=Decimal(6))),
        ({"a": 1, "b": 5}, {"a": 7, "b": 4}, Driver(name="a", by=Decimal(-6))),
        ({"a": 5}, {"b": 2}, Driver(name="a", by=Decimal(5))),
        ({"a": 9}, {"a": 3}, None),  # there is nobody else it could be
        ({"a": 51, "b": 50}, {"a": 50, "b": 50}, None),  # too little to be notable
        ({"a": 4, "b": 4, "c": 4}, {"a": 2, "b": 2, "c": 2}, None),  # all of them
        ({"a": 1, "b": 9}, {"a": 9, "b": 1}, None),  # nothing moved as a whole
        ({}, {}, None),
    ],
)
def test_the_reason_of_a_change_is_the_part_that_explains_most_of_it(
    now: dict[str, int], before: dict[str, int], found: Driver | None
) -> None:
    assert driver(now, before) == found


def test_the_reason_is_worded() -> None:
    days, series = a_series([4, 5])
    now = Trend(series=series, parts={"Douyin": 9, "Baidu": 2})
    before = Trend(series=series, parts={"Douyin": 3, "Baidu": 2})
    assert "Leads rose mainly because of Douyin: 6 more." in insights(
        a_manager(), "leads", days, now, before
    )


def test_a_weekday_that_stands_out_is_named() -> None:
    # 28 days that end on a Tuesday: the first of each week is a Wednesday.
    assert told([13, 4, 4, 4, 4, 4, 4] * 4, TODAY - timedelta(days=1))[-1] == (
        "Wednesday is usually the best day: 13 on average, 225.0% above the others."
    )


@pytest.mark.parametrize(
    "values", [[13, 4, 4, 4, 4, 4, 4], [5, 4, 4, 4, 4, 4, 4] * 4, [0] * 28, [9] + [0] * 6]
)
def test_no_weekday_is_named_without_a_reason(values: list[int]) -> None:
    assert usual_weekday(a_series(values, TODAY - timedelta(days=1))[1], TODAY) is None


@pytest.mark.parametrize(
    ("length", "roas", "warned"),
    [(7, "0.9", True), (7, "1", False), (6, "0.9", False), (7, None, False)],
)
def test_a_loss_is_one_only_when_revenue_had_time_to_arrive(
    length: int, roas: str | None, warned: bool
) -> None:
    days = Days(start=TODAY - timedelta(days=length - 1), end=TODAY)
    assert pays_too_much(days, None if roas is None else Decimal(roas)) is warned
