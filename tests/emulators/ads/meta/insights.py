"""Insights: the market's figures as Meta reports them, at once or as a report."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.emulators.ads.meta import parameters as p
from tests.emulators.ads.meta.errors import GraphError, bad_parameter
from tests.emulators.ads.meta.world import (
    AD,
    AD_SET,
    CAMPAIGN,
    GONE,
    REPORT,
    Account,
    Node,
    World,
)  # fmt: skip
from tools.campaigns.platforms.base import AdMetrics

Json = dict[str, Any]

_LEVELS = {"account": 0, "campaign": 1, "adset": 2, "ad": 3}
_IDS = ("campaign_id", "adset_id", "ad_id")
_NUMBERS = {"spend", "impressions", "clicks", "actions", "action_values", "purchase_roas"}
_DATES = {"date_start", "date_stop"}
_FIELDS = {"account_id", *_IDS, *_NUMBERS, *_DATES}
_FILTERS = {
    "campaign.id": lambda ad: ad.campaign.id,
    "adset.id": lambda ad: ad.parent.id,
    "ad.id": lambda ad: ad.id,
    "ad.effective_status": lambda ad: ad.effective_status,
}
# The same purchase under the names that Meta has for it.
_PURCHASES = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")
_SCHEMA: dict[str, p.Reader] = {
    "level": p.one_of(*_LEVELS), "time_range": p.mapping, "time_increment": p.text,
    "filtering": p.array, "limit": p.whole, "after": p.text, "fields": p.names,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Question:
    level: str
    fields: Sequence[str]
    start: date
    end: date
    by_day: bool
    ads: Sequence[Node]


@dataclass(frozen=True, kw_only=True)
class Insights:
    world: World
    account: Account

    def rows(self, given: Mapping[str, str], below: Node | None = None) -> tuple[list[Json], Json]:
        """The rows of a call, and its parameters as they were read."""
        found = p.read(given, _SCHEMA)
        return self._answer(self._question(found, below)), found

    def report(self, given: Mapping[str, str], below: Node | None = None) -> Json:
        rows, _ = self.rows(given, below)
        fields = {"rows": rows, "looks": 0}
        return {"report_run_id": self.world.add(REPORT, self.account, fields).id}

    def _question(self, found: Json, below: Node | None) -> Question:
        given = found.get("time_range", {})
        p.check_keys("time_range", given, {"since", "until"}, ("since", "until"))
        start, end = _day(given["since"]), _day(given["until"])
        if start > end:
            raise bad_parameter("The start date must be before or equal to the end date.")
        if start < self.world.market.today() - timedelta(days=37 * 31):
            raise GraphError(
                3018,
                "(#3018) The start date of the time range cannot be beyond 37 months from the "
                "current date",
            )
        increment = found.get("time_increment", "all_days")
        if increment not in ("1", "all_days"):
            raise bad_parameter("Param time_increment must be 1 or all_days")
        fields = found.get("fields", ["impressions", "spend"])
        for name in fields:
            if name not in _FIELDS:
                raise bad_parameter(f"{name} is not valid for fields param.")
        return Question(
            level=found.get("level", _own_level(below)), fields=fields, start=start, end=end,
            by_day=increment == "1", ads=self._ads(found.get("filtering", []), below),
        )  # fmt: skip

    def _ads(self, filtering: list[Any], below: Node | None) -> list[Node]:
        """Of the account only what is not archived or deleted, unless a filter names states."""
        kinds = (CAMPAIGN, AD_SET)
        above = below if below is None or below.kind in kinds else None
        ads = list(self.world.of_kind(AD, self.account, below=above))
        if below is not None and below.kind == AD:
            ads = [below]
        for one in filtering:
            p.check_keys("filtering", one, {"field", "operator", "value"}, ("field", "operator"))
            if one["field"] not in _FILTERS or one["operator"] != "IN":
                raise bad_parameter(f"Filtering field {one['field']} is not supported")
            ads = [ad for ad in ads if _FILTERS[one["field"]](ad) in one["value"]]
        asked = any(one["field"] == "ad.effective_status" for one in filtering)
        if below is None and not asked:
            ads = [ad for ad in ads if ad.effective_status not in GONE]
        return ads

    def _answer(self, question: Question) -> list[Json]:
        ads = {ad.id for ad in question.ads}
        campaigns = sorted({ad.campaign.id for ad in question.ads})
        figures = self.world.market.figures(campaigns, question.start, question.end)
        groups: defaultdict[tuple[Any, ...], list[AdMetrics]] = defaultdict(list)
        for row in figures:
            if row.ad_id in ads:
                ids = (row.campaign_id, row.ad_set_id, row.ad_id)[: _LEVELS[question.level]]
                groups[*ids, row.day if question.by_day else None].append(row)
        return [self._row(question, key, rows) for key, rows in groups.items()]

    def _row(self, question: Question, key: tuple[Any, ...], rows: list[AdMetrics]) -> Json:
        *ids, day = key
        values = {
            "account_id": self.account.id, **dict(zip(_IDS, ids, strict=False)),
            "date_start": (day or question.start).isoformat(),
            "date_stop": (day or question.end).isoformat(),
            **_numbers(rows),
        }  # fmt: skip
        wanted = {*question.fields, *_DATES}
        return {name: value for name, value in values.items() if name in wanted and value != []}


def look_at(report: Node, enough: int) -> None:
    """Meta works while it is looked at."""
    report.fields["looks"] += 1
    done = report.fields["looks"] >= enough
    report.fields["async_status"] = "Job Completed" if done else "Job Running"
    report.fields["async_percent_completion"] = 100 if done else 50


def _numbers(rows: Iterable[AdMetrics]) -> Json:
    rows = list(rows)
    spend = sum((row.spend for row in rows), Decimal(0))
    revenue = sum((row.revenue for row in rows), Decimal(0))
    clicks = sum(row.clicks for row in rows)
    bought = sum(row.conversions for row in rows)
    return {
        "spend": f"{spend:.2f}",
        "impressions": str(sum(row.impressions for row in rows)),
        "clicks": str(clicks),
        "actions": [*_listed(["link_click"], clicks), *_listed(_PURCHASES, bought)],
        "action_values": _listed(_PURCHASES, revenue),
        "purchase_roas": _listed(_PURCHASES[:1], revenue / spend if spend else 0),
    }


def _listed(types: Sequence[str], value: int | Decimal) -> list[Json]:
    """Absent when there was none of it."""
    return [{"action_type": one, "value": str(value)} for one in types] if value else []


def _own_level(node: Node | None) -> str:
    if node is None:
        return "account"
    return {CAMPAIGN: "campaign", AD_SET: "adset", AD: "ad"}[node.kind]


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise bad_parameter("Must be a date representation in the format YYYY-MM-DD") from None
