"""/rules dry over days gone by: what a rule, saved or not, would have done."""

from datetime import timedelta
from decimal import Decimal

from storage.tables.campaign import Campaign, CampaignStatus
from storage.tables.optimization import Rule
from tools.campaigns.service import CENT, CampaignService, money
from tools.context import ToolContext
from tools.optimization.checking import live_budgets
from tools.optimization.condition_text import measured_text
from tools.optimization.conditions import horizon
from tools.optimization.definitions import condition_of, guards_of
from tools.optimization.measuring import goals_of
from tools.optimization.replay import Deed, Played, Track, Walk, walk
from tools.optimization.rule_text import action, rule_guards, sentence
from tools.periods import Days
from tools.result import ToolResult

_DAY = timedelta(days=1)
_SHOWN = 25
_MONEY_ACTIONS = ("pause_adset", "decrease_budget", "increase_budget")


async def replay(context: ToolContext, rule: Rule, days: Days) -> ToolResult:
    """Nothing is changed; one read of the figures per campaign. Today, which is not over, is left
    out. Raises CampaignNotFound and what the platform does."""
    tracks: list[Track] = []
    walked: list[Days] = []
    for campaign in await _campaigns(context, rule):
        service = CampaignService.of(context)
        end = min(days.end, service.today(campaign) - _DAY)
        if end < days.start:
            continue
        walked.append(Days(start=days.start, end=end))
        tracks += await _tracks(context, rule, campaign, walked[-1])
    if not walked:
        return ToolResult(status="ok", text=context.say("optimization.replay.nothing"))
    span = max(walked, key=len)
    played = Played(
        condition=condition_of(rule), guards=guards_of(rule), action=rule.action,
        step=rule.action_value,
    )  # fmt: skip
    found = walk(played, tracks, span.each())
    return ToolResult(status="ok", text="\n".join(_lines(context, rule, span, found, len(tracks))))


async def _campaigns(context: ToolContext, rule: Rule) -> list[Campaign]:
    service = CampaignService.of(context)
    if rule.campaign:
        return [await service.get(rule.campaign)]
    return [*reversed(await service.list(status=CampaignStatus.active))]


async def _tracks(context: ToolContext, rule: Rule, campaign: Campaign, days: Days) -> list[Track]:
    start = days.start - horizon(condition_of(rule)) * _DAY
    rows = await CampaignService.of(context).metrics(campaign, start, days.end)
    budgets = await live_budgets(context, campaign)
    minimum = CampaignService.of(context).platform(campaign).min_daily_budget
    return [
        Track(
            ad_set=each.ref,
            rows=[row for row in rows if row.ad_set_id == each.external_id],
            goals=goals_of(campaign, budgets.get(each.ref)),
            least=min(minimum / budgets[each.ref], Decimal(1))
            if budgets.get(each.ref)
            else Decimal(0),
        )
        for each in campaign.ad_sets
    ]


def _lines(context: ToolContext, rule: Rule, days: Days, found: Walk, watched: int) -> list[str]:
    lines = [
        context.say(
            "optimization.replay.title", start=days.start, end=days.end,
            sentence=sentence(context, rule), guards=rule_guards(context, rule),
        )
    ]  # fmt: skip
    lines += [f"· {_deed(context, rule, each)}" for each in found.deeds[:_SHOWN]]
    if len(found.deeds) > _SHOWN:
        lines.append(context.say("optimization.replay.more", n=len(found.deeds) - _SHOWN))
    lines.append(_sum(context, rule, found, watched))
    if found.waits:
        reasons = [
            context.say("optimization.replay.wait", n=n,
                        reason=context.say(f"optimization.replay.reason.{key}"))
            for key, n in found.waits.most_common()
        ]  # fmt: skip
        joined = context.say("campaigns.joint").join(reasons)
        lines.append(context.say("optimization.replay.waits", reasons=joined))
    lines.append(context.say("optimization.replay.honest"))
    return lines


def _deed(context: ToolContext, rule: Rule, each: Deed) -> str:
    return context.say(
        f"optimization.replay.deed.{_direction(rule, each.share)}", day=f"{each.day:%m-%d}",
        ad_set=each.ad_set, measured=measured_text(context, condition_of(rule), each.figures),
        action=action(context, rule), **_amounts(context, each.spend, each.revenue),
    )  # fmt: skip


def _sum(context: ToolContext, rule: Rule, found: Walk, watched: int) -> str:
    if not found.deeds:
        return context.say("optimization.replay.none", n=watched)
    spend = sum((each.spend for each in found.deeds), Decimal(0))
    revenue = sum((each.revenue for each in found.deeds), Decimal(0))
    return context.say(
        f"optimization.replay.sum.{_direction(rule, spend)}", n=len(found.deeds),
        ad_sets=len({each.ad_set for each in found.deeds}),
        **_amounts(context, spend, revenue),
    )  # fmt: skip


def _direction(rule: Rule, change: Decimal) -> str:
    if rule.action not in _MONEY_ACTIONS:
        return "none"
    return "more" if change > 0 else "less"


def _amounts(context: ToolContext, spend: Decimal, revenue: Decimal) -> dict[str, str]:
    return {
        "spend": money(context, abs(spend).quantize(CENT)),
        "revenue": money(context, abs(revenue).quantize(CENT)),
    }
