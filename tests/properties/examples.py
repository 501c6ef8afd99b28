"""How often a property is tried, and what campaigns are asked for."""

from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from tests.builders.automation import a_campaign_order

often = settings(max_examples=100, deadline=None)

COUNTRIES = ["US", "CN", "DE", "JP", "BR", "GB"]


def money(low: int, high: int) -> st.SearchStrategy[float]:
    """With cents, as JSON has it."""
    return st.integers(low * 100, high * 100).map(lambda cents: float(Decimal(cents) / 100))


@st.composite
def age_groups(draw: st.DrawFn, most: int = 5) -> list[list[int]]:
    """From young to old, none within another."""
    parts = draw(st.integers(1, most))
    ages = sorted(
        draw(st.lists(st.integers(13, 99), min_size=2 * parts, max_size=2 * parts, unique=True))
    )
    return [ages[place : place + 2] for place in range(0, len(ages), 2)]


@st.composite
def campaign_orders(draw: st.DrawFn, /, creatives: int = 2, **fixed: Any) -> dict[str, Any]:
    """Of what a manager may confirm alone, with the first so many creatives of the shop."""
    refs = [f"CR-{number}" for number in range(1, creatives + 1)]
    order = {
        "objective": draw(st.sampled_from(["sales", "traffic", "awareness"])),
        "daily_budget": draw(money(60, 1_000)),
        "target_countries": draw(
            st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=3, unique=True)
        ),
        "creative_ids": draw(
            st.lists(st.sampled_from(refs), min_size=1, max_size=creatives, unique=True)
        ),
        "age_groups": draw(st.just(...) | age_groups()),
    }
    return a_campaign_order(**(order | fixed))


def asked_groups(order: dict[str, Any]) -> list[tuple[int, int]]:
    """Those of the order, or the three that there are without."""
    given = order.get("age_groups", [[18, 35], [36, 50], [51, 65]])
    return [(low, high) for low, high in given]
