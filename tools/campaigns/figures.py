"""Spend, revenue and what follows from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tools.campaigns.platforms.base import AdMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Totals of some ads over some days; a ratio without a denominator is None."""

    spend: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)
    impressions: int = 0
    clicks: int = 0
    conversions: int = 0

    @property
    def roas(self) -> Decimal | None:
        return self.revenue / self.spend if self.spend else None

    @property
    def cpa(self) -> Decimal | None:
        return self.spend / self.conversions if self.conversions else None

    @property
    def ctr(self) -> Decimal | None:
        return Decimal(self.clicks) / self.impressions if self.impressions else None

    def as_json(self) -> dict[str, Any]:
        """Amounts and ratios as strings, so that nothing is rounded on the way."""
        return {
            "spend": f"{self.spend:.2f}",
            "revenue": f"{self.revenue:.2f}",
            "roas": _text(self.roas, "0.0001"),
            "cpa": _text(self.cpa, "0.01"),
            "impressions": self.impressions,
            "clicks": self.clicks,
            "ctr": _text(self.ctr, "0.000001"),
            "conversions": self.conversions,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """One campaign (by its number) on one day."""

    date: date
    campaign: int
    platform: str
    spend: Decimal
    revenue: Decimal
    impressions: int
    clicks: int
    conversions: int


def total(metrics: Iterable[AdMetrics | DayFigures]) -> Figures:
    rows = list(metrics)
    return Figures(
        spend=sum((row.spend for row in rows), Decimal(0)),
        revenue=sum((row.revenue for row in rows), Decimal(0)),
        impressions=sum(row.impressions for row in rows),
        clicks=sum(row.clicks for row in rows),
        conversions=sum(row.conversions for row in rows),
    )


def _text(value: Decimal | None, step: str) -> str | None:
    return None if value is None else str(value.quantize(Decimal(step)))
