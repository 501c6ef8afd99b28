"""Tells the market what the account shows, and gives its figures as Google counts them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.emulators.ads.google.accounts import (
    COUNTRIES,
    Account,
    Resource,
    number,
    status_name,
)
from tests.emulators.ads.market import Market
from tools.arguments import Objective
from tools.campaigns.platforms.base import DeliveryStatus, OptimizationGoal

METRICS = {f"metrics.{name}" for name in
           ("cost_micros", "conversions", "conversions_value", "impressions", "clicks")}  # fmt: skip
_STATUSES = {
    "ENABLED": DeliveryStatus.active,
    "PAUSED": DeliveryStatus.paused,
    "REMOVED": DeliveryStatus.deleted,
}
_GOALS: dict[str, tuple[OptimizationGoal, Objective]] = {
    "maximize_conversion_value": (OptimizationGoal.value, "sales"),
    "maximize_conversions": (OptimizationGoal.conversions, "sales"),
    "target_spend": (OptimizationGoal.clicks, "traffic"),
}
_CLICKS: tuple[OptimizationGoal, Objective] = (OptimizationGoal.clicks, "awareness")
_AGES = {"18_24": (18, 24), "25_34": (25, 34), "35_44": (35, 44), "45_54": (45, 54),
         "55_64": (55, 64), "65_UP": (65, 65)}  # fmt: skip
_MICROS = 1_000_000
_FIRST_DAY, _LONG = date(2000, 1, 1), timedelta(days=3_650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    ad_id: str
    day: date | None
    cost_micros: int
    value: Decimal
    impressions: int
    clicks: int
    conversions: int

    def put_into(self, row: Any) -> None:
        if self.day is not None:
            row.segments.date = self.day.isoformat()
        row.metrics.cost_micros = self.cost_micros
        row.metrics.conversions_value = float(self.value)
        row.metrics.conversions = float(self.conversions)
        row.metrics.impressions = self.impressions
        row.metrics.clicks = self.clicks


class Sales:
    """One account's part of the market; `follow` after every change of the account."""

    def __init__(self, account: Account, market: Market) -> None:
        self._account = account
        self._market = market
        self._told: dict[str, object] = {}

    def follow(self) -> None:
        for campaign in self._account.of("campaign"):
            self._campaign(campaign)
        groups = [*self._account.of("ad_group")]
        for group in groups:
            sharing = sum(other.campaign == group.campaign for other in groups)
            self._ad_group(group, sharing)
        for ad in self._account.of("ad_group_ad"):
            self._ad(ad)

    def figures(self, start: date, end: date, *, daily: bool) -> list[Figures]:
        """By day; summed over the days when not `daily`."""
        campaigns = [str(campaign.id) for campaign in self._account.of("campaign")]
        today = self._market.today()
        start, end = max(start, _FIRST_DAY), min(end, today + _LONG)
        rows = [
            Figures(
                ad_id=row.ad_id, day=row.day, cost_micros=int(row.spend * _MICROS),
                value=row.revenue, impressions=row.impressions, clicks=row.clicks,
                conversions=row.conversions,
            )
            for row in self._market.figures(campaigns, start, end)
        ]  # fmt: skip
        return rows if daily else [*_summed(rows)]

    def _campaign(self, campaign: Resource) -> None:
        ref = str(campaign.id)
        if ref not in self._told:
            self._market.campaign(ref, name=campaign.name, objective=_aim(campaign)[1])
            self._told[ref] = DeliveryStatus.paused
        status = _STATUSES[status_name(campaign)]
        if self._told[ref] is not status:
            self._market.change(ref, status=status)
            self._told[ref] = status

    def _ad_group(self, group: Resource, sharing: int) -> None:
        ref, campaign = str(group.id), self._account.resources[group.campaign]
        budget = self._account.resources[campaign.campaign_budget]
        share = Decimal(budget.amount_micros) / _MICROS / sharing
        now = (_STATUSES[status_name(group)], share)
        if ref not in self._told:
            self._market.ad_set(
                ref, campaign=number(group.campaign), name=group.name,
                countries=self._countries(group.campaign), ages=self._ages(group.resource_name),
                daily_budget=share, goal=_aim(campaign)[0], status=now[0],
            )  # fmt: skip
        elif self._told[ref] != now:
            self._market.change(ref, status=now[0], daily_budget=share)
        self._told[ref] = now

    def _ad(self, ad_group_ad: Resource) -> None:
        ref = str(ad_group_ad.ad.id)
        if ref in self._told:
            return
        # The same words are the same creative, wherever they are shown.
        words = [line.text for line in ad_group_ad.ad.responsive_search_ad.headlines]
        ad_set = number(ad_group_ad.ad_group)
        self._market.ad(ref, ad_set=ad_set, creative=" | ".join(words), name=words[0])
        self._told[ref] = True

    def _countries(self, campaign: str) -> tuple[str, ...]:
        codes = {f"geoTargetConstants/{constant}": code for code, constant in COUNTRIES.items()}
        found = (
            codes[criterion.location.geo_target_constant]
            for criterion in self._account.of("campaign_criterion")
            if criterion.campaign == campaign and criterion.location.geo_target_constant
        )
        return tuple(found) or tuple(COUNTRIES)

    def _ages(self, group: str) -> tuple[int, int]:
        excluded = set()
        for criterion in self._account.of("ad_group_criterion"):
            if criterion.ad_group == group and criterion.negative:
                values = criterion.age_range.DESCRIPTOR.fields_by_name["type_"].enum_type
                name = values.values_by_number[criterion.age_range.type_].name
                excluded.add(name.removeprefix("AGE_RANGE_"))
        shown = [ages for name, ages in _AGES.items() if name not in excluded]
        return (shown[0][0], shown[-1][1]) if shown else (18, 65)


def _aim(campaign: Resource) -> tuple[OptimizationGoal, Objective]:
    return _GOALS.get(campaign.WhichOneof("campaign_bidding_strategy") or "", _CLICKS)


def _summed(rows: list[Figures]) -> Iterator[Figures]:
    found: dict[str, Figures] = {}
    for row in rows:
        so_far = found.get(row.ad_id)
        found[row.ad_id] = replace(row, day=None) if so_far is None else replace(
            so_far, cost_micros=so_far.cost_micros + row.cost_micros, value=so_far.value + row.value,
            impressions=so_far.impressions + row.impressions, clicks=so_far.clicks + row.clicks,
            conversions=so_far.conversions + row.conversions,
        )  # fmt: skip
    yield from found.values()
