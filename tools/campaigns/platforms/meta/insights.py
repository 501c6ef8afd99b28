"""Figures per ad and day.

Only purchases count as conversions, and only once: the same purchase is reported under several
action types, of which `omni_purchase` is the sum over all places where it can happen.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tools.campaigns.platforms.base import AdMetrics
from tools.campaigns.platforms.errors import ErrorCode, PlatformError, PlatformUnavailable
from tools.campaigns.platforms.meta.errors import INSIGHTS_THROTTLED, NAME
from tools.campaigns.platforms.meta.graph import Graph, Json
from tools.campaigns.platforms.meta.reading import AD_STATES
from tools.campaigns.platforms.retries import Sleep

_FIELDS = "campaign_id,adset_id,ad_id,date_start,spend,impressions,clicks,actions,action_values"
_PURCHASE = "omni_purchase"
_CENT = Decimal("0.01")
_CAMPAIGNS_PER_CALL = 50
_REPORT_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
_REPORT_FAILED = frozenset({"Job Failed", "Job Skipped"})


class Insights:
    def __init__(self, graph: Graph, *, sleep: Sleep = asyncio.sleep) -> None:
        self._graph = graph
        self._sleep = sleep

    async def read(self, campaigns: Sequence[str], start: date, end: date) -> list[AdMetrics]:
        """Ordered by day; both days are included."""
        rows: list[Json] = []
        for first in range(0, len(campaigns), _CAMPAIGNS_PER_CALL):
            chosen = campaigns[first : first + _CAMPAIGNS_PER_CALL]
            rows += await self._rows(_question(chosen, start, end))
        return sorted((_metrics(row) for row in rows), key=lambda row: row.day)

    async def _rows(self, question: dict[str, Any]) -> list[Json]:
        try:
            return await self._graph.pages(
                f"{self._graph.account}/insights", "insights", **question
            )
        except PlatformError as error:
            if error.platform_code not in INSIGHTS_THROTTLED:
                raise
        return await self._report(question)

    async def _report(self, question: dict[str, Any]) -> list[Json]:
        """The same rows, worked out by Meta in the background."""
        run = await self._graph.post(f"{self._graph.account}/insights", "insights_report", question)
        report = str(run["report_run_id"])
        for wait in _REPORT_WAITS:
            await self._sleep(wait)
            state = await self._graph.get(
                report, "report", fields="async_status,async_percent_completion"
            )
            if state["async_status"] == "Job Completed":
                return await self._graph.pages(f"{report}/insights", "report_rows")
            if state["async_status"] in _REPORT_FAILED:
                break
        raise PlatformUnavailable(
            ErrorCode.SERVICE_UNAVAILABLE, NAME, detail=f"report: {state['async_status']}"
        )


def _question(campaigns: Sequence[str], start: date, end: date) -> dict[str, Any]:
    return {
        "level": "ad",
        "fields": _FIELDS,
        "time_increment": 1,
        "time_range": {"since": start.isoformat(), "until": end.isoformat()},
        "filtering": [
            {"field": "campaign.id", "operator": "IN", "value": list(campaigns)},
            # Without it the figures of archived ads would be missing.
            {"field": "ad.effective_status", "operator": "IN", "value": [*AD_STATES, "DELETED"]},
        ],
    }


def _metrics(row: Json) -> AdMetrics:
    return AdMetrics(
        campaign_id=row["campaign_id"],
        ad_set_id=row["adset_id"],
        ad_id=row["ad_id"],
        day=date.fromisoformat(row["date_start"]),
        spend=_money(row.get("spend", "0")),
        revenue=_money(_purchases(row.get("action_values", []))),
        impressions=int(row.get("impressions", 0)),
        clicks=int(row.get("clicks", 0)),
        conversions=int(_purchases(row.get("actions", []))),
    )


def _purchases(actions: Sequence[Json]) -> Decimal:
    return sum(
        (Decimal(one["value"]) for one in actions if one["action_type"] == _PURCHASE), Decimal(0)
    )


def _money(amount: str | Decimal) -> Decimal:
    return Decimal(amount).quantize(_CENT)
