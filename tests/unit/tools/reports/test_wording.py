"""Numbers and changes in words never show inf or NaN."""

from datetime import date
from decimal import Decimal

import pytest

from config.i18n import Language
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Organisation, Person
from tests.builders.context import a_context
from tests.fakes.clock import FakeClock
from tools.context import ToolContext
from tools.periods import Days
from tools.reports.wording import change, compared, figure, span

WEEK = Days(start=date(2026, 11, 12), end=date(2026, 11, 18))
TODAY = Days(start=date(2026, 11, 18), end=date(2026, 11, 18))


def a_manager(language: Language = Language.en) -> ToolContext:
    """Nothing here is stored."""
    return a_context(
        Database("sqlite+aiosqlite://"), Organisation(id=1),
        Person(id=1, name="陈总", role=Role.manager), FakeClock(), language=language,
    )  # fmt: skip


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [("12", "10", "+20%"), ("5", "10", "-50%"), ("0", "10", "-100%"), ("5", "5", "steady"),
     ("1001", "1000", "steady"),
     ("50000", "1", "+4,999,900%"), ("5", "0", ""), ("0", "0", ""), (None, "5", ""),
     ("5", None, "")],
)  # fmt: skip
def test_changes_in_percent(now: str | None, before: str | None, text: str) -> None:
    assert change(a_manager(), number(now), number(before)) == text


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [("12", "10", "up 20% on the 7 days before"), ("5", "10", "down 50% on the 7 days before"),
     ("5", "5", "level with the 7 days before"),
     ("5", "0", "with nothing to compare in the 7 days before")],
)  # fmt: skip
def test_changes_in_words(now: str, before: str, text: str) -> None:
    assert compared(a_manager(), WEEK, number(now), number(before)) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [(Language.en, "up 20% on the day before"), (Language.zh_cn, "比前一天上升 20%")],
)
def test_one_day_is_compared_with_the_day_before(language: Language, text: str) -> None:
    context = a_manager(language=language)
    assert compared(context, TODAY, Decimal(12), Decimal(10)) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [("leads", "1234", "1,234"), ("spend", "1234.5", "¥1,234.50"), ("roas", "2.346", "2.35"),
     ("cpa", None, "—")],
)  # fmt: skip
def test_figures_have_their_shape(name: str, value: str | None, text: str) -> None:
    context = a_manager(language=Language.zh_cn)
    assert figure(context, name, number(value)) == text


def test_a_span_shows_the_year_when_it_is_not_this_one() -> None:
    context = a_manager()
    assert span(context, TODAY) == "11-18"
    assert span(context, WEEK) == "11-12 to 11-18"
    earlier = Days(start=date(2025, 12, 30), end=date(2026, 1, 2))
    assert span(context, earlier) == "2025-12-30 to 2026-01-02"
