"""Rows of Google in the shape of all platforms, also where people moved things by hand."""

from decimal import Decimal
from typing import Any

import pytest

from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.google.naming import campaign_name, marker_of
from tools.campaigns.platforms.google.state import live_state, metrics

ACTIVE, PAUSED, DELETED = DeliveryStatus.active, DeliveryStatus.paused, DeliveryStatus.deleted
MARKER = marker_of("k")
LABEL = {"id": "9", "name": MARKER}


def a_campaign(place: int, status: str = "ENABLED", micros: str = "100000000") -> dict[str, Any]:
    name = campaign_name("Autumn", f"Group {place}", MARKER, place)
    return {
        "campaign": {"id": str(place), "name": name, "status": status},
        "campaignBudget": {"amountMicros": micros},
    }


def a_group(place: int, status: str = "ENABLED") -> dict[str, Any]:
    group = {"id": f"{place}0", "name": f"Group {place}", "status": status}
    return {"campaign": {"id": str(place)}, "adGroup": group}


def figures(**counted: Any) -> dict[str, Any]:
    return {
        "campaign": {"name": campaign_name("Autumn", "Group 1", MARKER, 1)},
        "adGroup": {"id": "10"},
        "adGroupAd": {"ad": {"id": "100"}},
        "segments": {"date": "2026-11-18"},
        "metrics": counted,
    }


@pytest.mark.parametrize(
    ("statuses", "whole", "ad_sets"),
    [
        (("ENABLED", "ENABLED"), ACTIVE, [ACTIVE, ACTIVE]),
        (("PAUSED", "ENABLED"), ACTIVE, [ACTIVE, ACTIVE]),
        (("PAUSED", "REMOVED"), PAUSED, [ACTIVE, DELETED]),
        (("REMOVED", "REMOVED"), DELETED, [ACTIVE, ACTIVE]),
    ],
)
def test_the_campaign_runs_while_any_of_its_parts_does(
    statuses: tuple[str, str], whole: DeliveryStatus, ad_sets: list[DeliveryStatus]
) -> None:
    rows = [a_campaign(place, status) for place, status in enumerate(statuses, start=1)]
    state = live_state(LABEL, "k", rows, [a_group(1), a_group(2)], [])
    assert state.status is whole
    assert [ad_set.status for ad_set in state.ad_sets] == ad_sets


def test_parts_come_in_the_order_in_which_they_were_asked_for() -> None:
    rows = [a_campaign(place) for place in (10, 2, 1)]
    state = live_state(LABEL, "k", rows, [a_group(place) for place in (1, 2, 10)], [])
    assert [ad_set.name for ad_set in state.ad_sets] == ["Group 1", "Group 2", "Group 10"]
    assert state.name == "Autumn"


def test_money_keeps_every_micro() -> None:
    state = live_state(LABEL, "k", [a_campaign(1, micros="33330001")], [a_group(1)], [])
    assert state.daily_budget == Decimal("33.330001")


@pytest.mark.parametrize(("reported", "counted"), [(0, 0), (0.4, 0), (0.5, 1), (2.67, 3)])
def test_shared_conversions_are_counted_to_the_nearest(reported: float, counted: int) -> None:
    row = metrics(figures(conversions=reported, conversionsValue=19.99), {MARKER: "9"})
    assert (row.conversions, row.revenue) == (counted, Decimal("19.99"))


def test_what_google_leaves_out_is_nothing() -> None:
    row = metrics(figures(costMicros="1230000"), {MARKER: "9"})
    assert (row.spend, row.revenue, row.clicks, row.impressions) == (
        Decimal("1.23"), Decimal(0), 0, 0,
    )  # fmt: skip
    assert (row.campaign_id, row.ad_set_id, row.ad_id) == ("9", "10", "100")
