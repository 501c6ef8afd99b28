"""The status of a campaign as a short text for a chat."""

from decimal import Decimal
from typing import Any

from tools.campaigns.wording import (
    NOTHING,
    money,
    objective_name,
    platform_name,
    rate,
    ratio,
    status_name,
)
from tools.context import ToolContext


def status_text(context: ToolContext, data: dict[str, Any]) -> str:
    """`data` is that of get_campaign_status: campaign, ad sets and ads with their figures."""
    lines = [
        context.say(
            "campaigns.report.title", ref=data["campaign"], name=data["name"],
            status=status_name(context, data["status"]),
            platform=platform_name(context, data["platform"]),
            objective=objective_name(context, data["objective"]),
        ),
        context.say("campaigns.report.today", figures=_figures(context, data["today"])),
        context.say("campaigns.report.week", figures=_figures(context, data["last_7_days"])),
    ]  # fmt: skip
    if data["target_roas"] or data["target_cpa"]:
        lines.append(
            context.say(
                "campaigns.report.targets", roas=data["target_roas"] or NOTHING,
                cpa=money(context, data["target_cpa"]),
            )
        )  # fmt: skip
    for ad_set in data["ad_sets"]:
        lines += ["", *_ad_set(context, ad_set)]
    if data["source"] == "cache":
        minutes, seconds = divmod(data["age_seconds"], 60)
        lines += ["", context.say("campaigns.report.cached", minutes=minutes, seconds=seconds)]
    return "\n".join(lines)


def _ad_set(context: ToolContext, ad_set: dict[str, Any]) -> list[str]:
    title = context.say(
        "campaigns.report.ad_set", ref=ad_set["ad_set"], name=ad_set["name"],
        status=status_name(context, ad_set["status"]),
        budget=money(context, ad_set["daily_budget"]),
    )  # fmt: skip
    week = context.say(
        "campaigns.report.ad_set_week", figures=_figures(context, ad_set["last_7_days"])
    )
    ads = [
        context.say(
            "campaigns.report.ad", creative=ad["creative"],
            spend=money(context, ad["last_7_days"]["spend"]),
            roas=ratio(_decimal(ad["last_7_days"]["roas"])),
            ctr=rate(_decimal(ad["last_7_days"]["ctr"])),
            conversions=ad["last_7_days"]["conversions"],
        )
        for ad in ad_set["ads"]
    ]  # fmt: skip
    return [title, week, *ads]


def _figures(context: ToolContext, figures: dict[str, Any]) -> str:
    return context.say(
        "campaigns.report.figures", spend=money(context, figures["spend"]),
        revenue=money(context, figures["revenue"]), roas=ratio(_decimal(figures["roas"])),
        cpa=money(context, figures["cpa"]), ctr=rate(_decimal(figures["ctr"])),
        conversions=figures["conversions"],
    )  # fmt: skip


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
