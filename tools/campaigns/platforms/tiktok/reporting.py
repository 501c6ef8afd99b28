"""Figures by ad and day from the integrated report."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.platforms.tiktok.api import TikTokApi
from tools.campaigns.platforms.tiktok.state import MOST_IDS

Json = dict[str, Any]

# A report by day covers no more than this.
MOST_DAYS: Final = 30
# `total_complete_payment_rate` is the value of all purchases, whatever its name says.
_REVENUE: Final = "total_complete_payment_rate"
_METRICS: Final = (
    "spend", "impressions", "clicks", "complete_payment", _REVENUE, "campaign_id", "adgroup_id",
)  # fmt: skip


async def daily_metrics(
    api: TikTokApi, campaign_ids: Sequence[str], start: date, end: date
) -> list[AdMetrics]:
    """Ordered by day; days without anything are absent."""
    rows: list[AdMetrics] = []
    for first, last in _stretches(start, end):
        for at in range(0, len(campaign_ids), MOST_IDS):
            rows += await _report(api, campaign_ids[at : at + MOST_IDS], first, last)
    return sorted(rows, key=lambda row: (row.day, int(row.ad_set_id), int(row.ad_id)))


def _stretches(start: date, end: date) -> Iterator[tuple[date, date]]:
    while start <= end:
        last = min(end, start + timedelta(days=MOST_DAYS - 1))
        yield start, last
        start = last + timedelta(days=1)


async def _report(
    api: TikTokApi, campaign_ids: Sequence[str], start: date, end: date
) -> list[AdMetrics]:
    listed = await api.listed(
        "report/integrated/get",
        [{"field_name": "campaign_ids", "filter_type": "IN", "filter_value": _ids(campaign_ids)}],
        report_type="BASIC", data_level="AUCTION_AD", dimensions=["ad_id", "stat_time_day"],
        metrics=list(_METRICS), start_date=start.isoformat(), end_date=end.isoformat(),
    )  # fmt: skip
    return [_row(row["dimensions"], row["metrics"]) for row in listed]


def _row(dimensions: Json, metrics: Json) -> AdMetrics:
    return AdMetrics(
        campaign_id=str(metrics["campaign_id"]),
        ad_set_id=str(metrics["adgroup_id"]),
        ad_id=str(dimensions["ad_id"]),
        day=date.fromisoformat(dimensions["stat_time_day"][:10]),
        spend=_number(metrics["spend"]),
        revenue=_number(metrics[_REVENUE]),
        impressions=int(_number(metrics["impressions"])),
        clicks=int(_number(metrics["clicks"])),
        conversions=int(_number(metrics["complete_payment"])),
    )


def _number(text: str) -> Decimal:
    # Figures are texts; a dash means that there is none.
    return Decimal(0) if text == "-" else Decimal(text)


def _ids(campaign_ids: Sequence[str]) -> str:
    return "[" + ",".join(f'"{ref}"' for ref in campaign_ids) + "]"
