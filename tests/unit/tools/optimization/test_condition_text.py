"""Conditions and guards in words: what people are shown can be typed again."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import Language
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Organisation, Person
from tests.builders.conditions import CONDITIONS
from tests.builders.context import a_context
from tests.fakes.clock import FakeClock
from tools.conditions import Condition
from tools.context import ToolContext
from tools.optimization.condition_text import condition_text
from tools.optimization.errors import GuardUnclear
from tools.optimization.guard_text import read_guards, with_guards
from tools.optimization.guards import Guards
from tools.reading.conditions import condition


def _speaker(language: Language, currency: str) -> ToolContext:
    """Whose database nobody asks."""
    return a_context(
        Database("sqlite+aiosqlite://"), Organisation(id=1),
        Person(id=1, name="Wang", role=Role.manager), FakeClock(), language=language,
        currency=currency,
    )  # fmt: skip


SPEAKERS = [_speaker(*each) for each in product(Language, ("CNY", "USD"))]


@given(CONDITIONS, st.sampled_from(SPEAKERS))
def test_the_words_of_a_condition_read_back_as_it(found: Condition, speaker: ToolContext) -> None:
    assert condition(condition_text(speaker, found)) == found


@pytest.mark.parametrize(
    ("typed", "guards"),
    [
        ("cooldown=48h", {"cool_down_hours": 48}),
        ("冷却=2天", {"cool_down_hours": 48}),
        ("per_day=5 每组=1", {"most_a_day": 5, "most_per_ad_set": 1}),
        ("hours=9-21 days=工作日", {"hours": ("09:00", "21:00"), "days": (1, 2, 3, 4, 5)}),
        ("days=1,3,7", {"days": (1, 3, 7)}),
        ("min_spend=3x", {"minimum_spend": None, "minimum_spend_targets": 3}),
        ("最低花费=¥200", {"minimum_spend": 200, "minimum_spend_targets": None}),
        ("min_clicks=100 settled=off", {"minimum_clicks": 100, "settled": False}),
        ("hours=none", {"hours": None}),
    ],
)
def test_guards_are_set_in_words(typed: str, guards: dict[str, object]) -> None:
    found, rest = read_guards(f"cpa > 50 {typed} pause C-1")
    assert found == guards
    assert with_guards(Guards(), found).model_dump().items() >= guards.items()
    assert rest == "cpa > 50 pause C-1"


@pytest.mark.parametrize(
    "typed",
    [
        "cooldown=soon",
        "hours=25-26",
        "days=9",
        "min_spend=much",
        "min_spend=0x",
        "per_day=0",
        "min_clicks=-1",
    ],
)
def test_a_guard_that_is_none_is_said_so(typed: str) -> None:
    with pytest.raises(GuardUnclear):
        read_guards(typed)
