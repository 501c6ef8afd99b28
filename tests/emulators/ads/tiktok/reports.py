"""report/integrated/get: the market's figures, as texts."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.emulators.ads.tiktok.call import MOST_IN_FILTER, Call, page_of
from tests.emulators.ads.tiktok.errors import wrong
from tests.emulators.ads.tiktok.fields import NEEDED, TEXT, Field, checked, one_of, some_of
from tools.campaigns.platforms.base import AdMetrics

Json = dict[str, Any]

MOST_DAYS = 30
_METRICS = (
    "spend", "impressions", "clicks", "conversion", "complete_payment",
    "total_complete_payment_rate", "campaign_id", "adgroup_id", "ctr", "cpc",
)  # fmt: skip
_REPORT = {
    "report_type": one_of("BASIC", required=True),
    "data_level": one_of("AUCTION_AD", required=True),
    "dimensions": some_of("ad_id", "stat_time_day", required=True),
    "metrics": some_of(*_METRICS),
    "start_date": NEEDED,
    "end_date": NEEDED,
    "filtering": Field(type="list"),
    "page": Field(type="number"),
    "page_size": Field(type="number"),
    "query_mode": TEXT,
}
_FILTER = {
    "field_name": one_of("campaign_ids", required=True),
    "filter_type": one_of("IN", required=True),
    "filter_value": NEEDED,
}


def integrated(call: Call) -> Json:
    given, account = call.checked(_REPORT), call.account
    if sorted(given["dimensions"]) != ["ad_id", "stat_time_day"]:
        raise wrong("dimensions", "Must be ad_id and stat_time_day.")
    start, end = _day("start_date", given), _day("end_date", given)
    if end < start or end - start >= timedelta(days=MOST_DAYS):
        raise wrong("end_date", f"The time range must be from 1 to {MOST_DAYS} days.")
    ids = [campaign.id for campaign in account.campaigns if campaign.id in _wanted(call)]
    metrics = given.get("metrics") or ["spend", "impressions"]
    rows = [_row(figures, metrics) for figures in account.market.figures(ids, start, end)]
    return page_of(call, rows)


def _wanted(call: Call) -> set[str]:
    """The ids of the filter; without one, all campaigns."""
    filters = [checked(each, _FILTER, "filtering.") for each in call.given.get("filtering") or []]
    if not filters:
        return {campaign.id for campaign in call.account.campaigns}
    try:
        ids = json.loads(filters[0]["filter_value"])
    except ValueError:
        raise wrong("filtering.filter_value", "Not a valid list.") from None
    if not isinstance(ids, list) or not all(isinstance(ref, str) for ref in ids):
        raise wrong("filtering.filter_value", "Not a valid list of ids.")
    if len(ids) > MOST_IN_FILTER:
        raise wrong("filtering.filter_value", f"Longer than maximum length {MOST_IN_FILTER}.")
    return set(ids)


def _row(figures: AdMetrics, wanted: list[str]) -> Json:
    known = {
        "spend": _money(figures.spend), "impressions": str(figures.impressions),
        "clicks": str(figures.clicks), "conversion": str(figures.conversions),
        "complete_payment": str(figures.conversions),
        "total_complete_payment_rate": _money(figures.revenue),
        "campaign_id": figures.campaign_id, "adgroup_id": figures.ad_set_id,
        "ctr": _share(figures.clicks * 100, figures.impressions),
        "cpc": _share(figures.spend, figures.clicks),
    }  # fmt: skip
    return {
        "dimensions": {"ad_id": figures.ad_id, "stat_time_day": f"{figures.day} 00:00:00"},
        "metrics": {name: known[name] for name in wanted},
    }


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _share(part: Decimal | int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def _day(name: str, given: Json) -> date:
    try:
        return date.fromisoformat(given[name])
    except ValueError:
        raise wrong(name, "Not a valid date.") from None
