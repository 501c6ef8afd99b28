"""The success answers of the module: our ids, money and ratios as JSON numbers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from storage.tables.campaign import AdSet, Campaign
from storage.tables.optimization import Experiment
from tools.automation.ordering import Outcome
from tools.automation.parameters import number
from tools.campaigns.service import Change, ChangePlan
from tools.context import ToolContext

METRICS = ("spend", "revenue", "roas", "cpa", "impressions", "clicks", "ctr", "conversions")
_MONEY = frozenset({"spend", "revenue", "roas", "cpa", "ctr"})


def created(outcome: Outcome, made: Campaign | None) -> dict[str, Any]:
    """Without ids while the approval waits."""
    ad_sets = made.ad_sets if made else []
    return {
        "campaign_id": made.ref if made else None,
        "adsets": [
            {"adset_id": row.ref, "name": row.name, "daily_budget": number(row.daily_budget)}
            for row in ad_sets
        ],
        "ads": [
            {
                "ad_id": ad.external_id, "creative_id": ad.creative, "adset_id": row.ref,
                "copy": ad.copy,
            }
            for row in ad_sets
            for ad in row.ads
        ],
        **_told(outcome),
    }  # fmt: skip


def managed(outcome: Outcome, campaign: Campaign) -> dict[str, Any]:
    """The state as it is now: unchanged while the approval waits."""
    return {"campaign_id": campaign.ref, "new_status": campaign.status.value, **_told(outcome)}


def optimized(outcome: Outcome, suggested: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """What the plan of the approval changes; `suggested` knows the budgets of what is paused."""
    plan = outcome.approval.plan if outcome.approval else None
    changes = ChangePlan.model_validate(plan).changes if plan else ()
    budgets = {each["ad_set"]: each["old_budget"] for each in suggested}
    optimizations = [_optimization(change, budgets) for change in changes]
    return {"optimizations": optimizations, **_told(outcome)}


def _optimization(change: Change, budgets: Mapping[str, str]) -> dict[str, Any]:
    if change.field == "status":
        action, before, after = "pause", budgets.get(change.ref), "0"
    else:
        raised = Decimal(change.after) > Decimal(change.before)
        action = "increase_budget" if raised else "decrease_budget"
        before, after = change.before, change.after
    return {
        "adset_id": change.ref, "action": action, "old_budget": number(before),
        "new_budget": number(after), "reason": change.why,
    }  # fmt: skip


def tested(
    outcome: Outcome, experiment: Experiment | None, campaign: Campaign | None
) -> dict[str, Any]:
    variants = campaign.ad_sets if campaign else []
    return {
        "test_id": experiment.ref if experiment else None,
        "campaign_id": experiment.campaign if experiment else None,
        "variants": [
            {
                "creative_id": row.ads[0].creative, "adset_id": row.ref,
                "daily_budget": number(row.daily_budget),
            }
            for row in variants
        ],
        "start_date": experiment.started_at.isoformat() if experiment else None,
        "end_date": experiment.ends_at.isoformat() if experiment else None,
        **_told(outcome),
    }  # fmt: skip


def analysed(context: ToolContext, outcome: Outcome) -> dict[str, Any]:
    data = outcome.data
    if not data["enough"]:
        samples = {name: data[name] for name in ("min_required", "current_samples")}
        text = context.say("automation.not_enough")
        return {"test_id": data["test"], "message": text, "details": samples}
    winner = data["winner"]
    return {
        "test_id": data["test"],
        "results": [
            {
                "creative_id": row["creative"], "adset_id": row["ad_set"], "rank": row["rank"],
                "conversion_rate": row["conversion_rate"], **metrics(row),
            }
            for row in data["results"]
        ],
        "p_value": data["p_value"],
        "winner": winner and {
            "creative_id": winner["creative"], "confidence": winner["confidence"],
            "p_value": winner["p_value"],
        },
        "recommendations": _recommended(context, data),
        "message": outcome.text,
    }  # fmt: skip


def _recommended(context: ToolContext, data: dict[str, Any]) -> list[str]:
    """With a winner: what to stop and what to raise; the cheapest may also be the worst."""
    if data["winner"] is None:
        return [context.say("automation.not_significant")]
    worst = data["results"][-1]
    best = next(row for row in data["results"] if row["creative"] == data["winner"]["creative"])
    if best is worst:
        return [context.say("optimization.test.dear_winner", creative=best["creative"])]
    return [
        context.say(
            "optimization.test.stop_worst", creative=worst["creative"], ad_set=worst["ad_set"]
        ),
        context.say("automation.raise_winner", creative=best["creative"], ad_set=best["ad_set"]),
    ]


def status(campaign: Campaign, titles: Mapping[str, str], told: dict[str, Any]) -> dict[str, Any]:
    """All three levels with the figures of the last 7 days, and of today for the first two."""
    rows = list(zip(campaign.ad_sets, told["ad_sets"], strict=True))
    return {
        "campaign": {
            "campaign_id": campaign.ref, "name": campaign.name,
            "objective": campaign.objective.value,
            "daily_budget": number(campaign.daily_budget), "status": told["status"],
            "platform": campaign.platform, "target_roas": number(campaign.target_roas),
            "target_cpa": number(campaign.target_cpa),
            "created_at": campaign.created_at.isoformat(),
            "updated_at": campaign.updated_at.isoformat(),
            **_periods(told),
        },
        "adsets": [_ad_set(campaign, row, figures) for row, figures in rows],
        "ads": [
            {
                "ad_id": ad.external_id, "adset_id": row.ref, "creative_id": ad.creative,
                "name": titles.get(ad.creative, ad.creative), "copy": ad.copy,
                "status": figures["status"], **metrics(ad_figures["last_7_days"]),
            }
            for row, figures in rows
            for ad, ad_figures in zip(row.ads, figures["ads"], strict=True)
        ],
        "period": "last_7_days",
        "source": told["source"],
        "age_seconds": told["age_seconds"],
    }  # fmt: skip


def _ad_set(campaign: Campaign, row: AdSet, figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "adset_id": row.ref, "campaign_id": campaign.ref, "name": row.name,
        "daily_budget": number(figures["daily_budget"]), "status": figures["status"],
        "targeting": {
            "age_min": row.age_min, "age_max": row.age_max, "countries": campaign.countries,
            "audience": "broad",
        },
        "placements": "automatic", "optimization_goal": row.optimization_goal,
        "bid_strategy": row.bid_strategy, **_periods(figures),
    }  # fmt: skip


def _periods(told: dict[str, Any]) -> dict[str, Any]:
    return {**metrics(told["last_7_days"]), "today": metrics(told["today"])}


def metrics(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: number(figures[name]) if name in _MONEY else figures[name] for name in METRICS}


def _told(outcome: Outcome) -> dict[str, Any]:
    """The message, and the approval behind it: whether it was carried out, or waits and until
    when."""
    approval = outcome.approval
    if approval is None:
        return {"message": outcome.text}
    return {
        "message": outcome.text,
        "approval": {
            "approval_id": f"P-{approval.number}", "status": approval.status.value,
            "daily_cost": number(approval.daily_cost),
            "expires_at": approval.expires_at.isoformat(),
        },
    }  # fmt: skip
