"""Working hours as they are written in the settings."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from config.hours import HoursSettings, Span
from config.support import SupportSettings


def week(*weekly: str) -> dict[int, tuple[Span, ...]]:
    return HoursSettings(weekly=weekly).week


def test_without_a_word_it_is_open_every_day_from_nine_to_nine() -> None:
    assert HoursSettings().week == dict.fromkeys(range(7), (Span(540, 1260),))


def test_a_line_has_days_and_times() -> None:
    found = week("mon-fri 09:00-12:00, 13:00-18:00", "sat,sun 10:00-16:00")
    assert found[0] == found[4] == (Span(540, 720), Span(780, 1080))
    assert found[5] == found[6] == (Span(600, 960),)


def test_days_may_go_over_the_end_of_the_week() -> None:
    found = week("sat-mon 10:00-12:00")
    assert [day for day, spans in found.items() if spans] == [0, 5, 6]


def test_times_that_end_before_they_begin_go_over_midnight() -> None:
    found = week("sun 22:00-02:00")
    assert found[6] == (Span(1320, 1440),)
    assert found[0] == (Span(0, 120),)


def test_times_that_touch_are_one() -> None:
    assert week("mon 09:00-12:00, 11:00-13:00, 13:00-24:00")[0] == (Span(540, 1440),)


def test_a_date_may_have_hours_of_its_own_and_the_last_line_holds() -> None:
    settings = HoursSettings(
        days=("2026-10-01..2026-10-03 closed", "2026-10-03 10:00-12:00"),
    )
    assert settings.exceptions == {
        date(2026, 10, 1): (), date(2026, 10, 2): (), date(2026, 10, 3): (Span(600, 720),),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"weekly": ("monday 9-18",)}, "is not like 'mon-fri 09:00-18:00'"),
        ({"weekly": ("mon-xyz 09:00-18:00",)}, "days are mon, tue"),
        ({"weekly": ("mon 9-18",)}, "'9-18' is not like '09:00-18:00'"),
        ({"weekly": ("mon 09:00-25:00",)}, "no times of a day"),
        ({"weekly": ("mon 09:00-09:00",)}, "no times of a day"),
        ({"weekly": ()}, "at least 1 item"),
        ({"days": ("1.10.2026 closed",)}, "is not like '2026-10-01 closed'"),
        ({"days": ("2026-02-30 closed",)}, "a date that does not exist"),
        ({"days": ("2026-10-07..2026-10-01 closed",)}, "must go forward"),
        ({"days": ("2020-01-01..2030-01-01 closed",)}, "for a year at most"),
        ({"days": ("2026-10-01 22:00-02:00",)}, "a line for each date"),
    ],
)
def test_a_wrong_line_is_quoted_with_the_right_way(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        HoursSettings.model_validate(given)


def test_what_is_set_of_a_promise_changes_that_alone() -> None:
    promised = SupportSettings.model_validate({"urgent": {"response": "PT30M"}})
    assert promised.urgent.response == timedelta(minutes=30)
    assert promised.urgent.resolution == SupportSettings().urgent.resolution
    assert promised.normal == SupportSettings().normal


def test_a_promise_is_a_time() -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        SupportSettings.model_validate({"low": {"resolution": "PT0S"}})
