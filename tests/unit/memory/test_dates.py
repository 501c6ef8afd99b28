"""Times as people write them, seen from a day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.dates import day_told, mentions_in

WEDNESDAY = date(2023, 5, 10)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("我在5月2日提到过", "2023-05-02", "2023-05-02"),
        ("2023年四月三十日", "2023-04-30", "2023-04-30"),
        ("2022-12-01 的事", "2022-12-01", "2022-12-01"),
        ("5月份", "2023-05-01", "2023-05-31"),
        ("上个月", "2023-04-01", "2023-04-30"),
        ("去年", "2022-01-01", "2022-12-31"),
        ("昨天", "2023-05-09", "2023-05-09"),
        ("3天前", "2023-05-07", "2023-05-07"),
        ("上周三", "2023-05-03", "2023-05-03"),
        ("下周三是我生日", "2023-05-17", "2023-05-17"),
        ("on 8 may, 2023", "2023-05-08", "2023-05-08"),
        ("july 3rd", "2023-07-03", "2023-07-03"),
        ("in march 2022", "2022-03-01", "2022-03-31"),
        ("in july", "2023-07-01", "2023-07-31"),
        ("last saturday", "2023-05-06", "2023-05-06"),
        ("two weeks ago", "2023-04-23", "2023-04-29"),
        ("last week", "2023-05-01", "2023-05-07"),
    ],
)
def test_a_time_is_read(text: str, first: str, last: str) -> None:
    ((nearest, *_),) = mentions_in(text, WEDNESDAY)
    assert (str(nearest.first), str(nearest.last)) == (first, last)


@pytest.mark.parametrize(
    "text", ["may i ask you", "mary", "13月40日", "你好", "3个苹果", "单价 5.5"]
)
def test_what_names_no_time_is_none(text: str) -> None:
    assert mentions_in(text, WEDNESDAY) == []


def test_an_open_year_is_the_nearest_and_every_other() -> None:
    (readings,) = mentions_in("12月30日", date(2023, 1, 5))
    assert [span.first.year for span in readings] == [2022, 2023, 2024]


def test_the_day_of_an_event_is_seen_from_when_it_was_told() -> None:
    assert day_told("我明天去北京", WEDNESDAY) == date(2023, 5, 11)
    assert day_told("我去北京", WEDNESDAY) is None


@given(st.text(max_size=40), st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31)))
def test_any_text_on_any_day_can_be_read(text: str, today: date) -> None:
    for readings in mentions_in(text, today):
        assert all(span.first <= span.last for span in readings)
