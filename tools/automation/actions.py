"""The seven actions: parameters to a tool's arguments, and what the tool did to an answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tools.automation import answers
from tools.automation.errors import WrongPlatform
from tools.automation.ordering import Orders, Outcome
from tools.automation.parameters import (
    PACES,
    TOGETHER,
    AnalyzeAbTest,
    CreateAbTest,
    CreateCampaign,
    CreateRule,
    GetCampaignStatus,
    ManageCampaign,
    OptimizeBudget,
)
from tools.campaigns.service import CampaignService, CreationPlan, create, platform_name
from tools.context import ToolContext
from tools.optimization.service import check_at_pace, test_of_order
from tools.spec import Arguments

Run = Callable[[Orders, ToolContext, Any], Awaitable[dict[str, Any]]]


async def create_campaign(
    orders: Orders, context: ToolContext, asked: CreateCampaign
) -> dict[str, Any]:
    outcome = await orders.place(context, "create_campaign", asked.arguments())
    if outcome.waits or outcome.approval is None:
        return answers.created(outcome, None)
    # Created already: the same order finds what it made.
    order = replace(context, order_key=outcome.order_key)
    made = await create(order, CreationPlan.model_validate(outcome.approval.plan))
    return answers.created(outcome, made)


async def manage_campaign(
    orders: Orders, context: ToolContext, asked: ManageCampaign
) -> dict[str, Any]:
    await _check_platform(context, asked.campaign_id, asked.platform)
    outcome = await orders.place(context, "manage_campaign", asked.arguments())
    return answers.managed(outcome, await CampaignService.of(context).get(asked.campaign_id))


async def get_campaign_status(
    orders: Orders, context: ToolContext, asked: GetCampaignStatus
) -> dict[str, Any]:
    await _check_platform(context, asked.campaign_id, asked.platform)
    outcome = await orders.place(context, "get_campaign_status", asked.arguments())
    service = CampaignService.of(context)
    campaign = await service.get(asked.campaign_id)
    titles = {row.ref: row.title for row in await service.creatives()}
    return answers.status(campaign, titles, outcome.data) | {"message": outcome.text}


async def optimize_budget(
    orders: Orders, context: ToolContext, asked: OptimizeBudget
) -> dict[str, Any]:
    """Looks first, then makes all suggested changes together; without any, says why."""
    found = Outcome(text="", data={"optimizations": []})
    if not await orders.known(context):
        look = replace(context, order_key=f"{context.order_key}:look")
        found = await orders.place(look, "optimize_budget", asked.arguments())
        if not found.data["optimizations"]:
            return answers.optimized(found)
    outcome = await orders.place(context, "optimize_budget", asked.arguments() | {"apply": True})
    return answers.optimized(outcome, found.data["optimizations"])


async def create_ab_test(
    orders: Orders, context: ToolContext, asked: CreateAbTest
) -> dict[str, Any]:
    outcome = await orders.place(context, "create_ab_test", asked.arguments())
    experiment = None if outcome.waits else await test_of_order(context, outcome.order_key)
    if experiment is None:
        return answers.tested(outcome, None, None)
    campaign = await CampaignService.of(context).get(experiment.campaign)
    return answers.tested(outcome, experiment, campaign)


async def analyze_ab_test(
    orders: Orders, context: ToolContext, asked: AnalyzeAbTest
) -> dict[str, Any]:
    outcome = await orders.place(context, "analyze_ab_test", asked.arguments())
    return answers.analysed(context, outcome)


async def create_rule(orders: Orders, context: ToolContext, asked: CreateRule) -> dict[str, Any]:
    outcome = await orders.place(context, "create_rule", asked.arguments())
    ref, message = outcome.data["rule"], outcome.text
    if asked.check_interval != TOGETHER:
        due = await check_at_pace(context, ref, PACES[asked.check_interval])
        message = context.say(
            "automation.rule_at_pace", ref=ref, name=asked.rule_name,
            n=asked.check_interval // 60, due=f"{due.astimezone(context.timezone):%m-%d %H:%M}",
        )  # fmt: skip
    return {"rule_id": ref, "message": message}


async def _check_platform(context: ToolContext, ref: str, platform: str) -> None:
    campaign = await CampaignService.of(context).get(ref)
    if campaign.platform != platform:
        names = (platform_name(context, each) for each in (campaign.platform, platform))
        raise WrongPlatform(ref, *names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """`about` is what a model reads of it."""

    parameters: type[Arguments]
    run: Run
    about: str


ACTIONS: Mapping[str, Action] = {
    "create_campaign": Action(
        parameters=CreateCampaign, run=create_campaign,
        about="Create an ad campaign, paused: one ad set per age group, one ad per creative in "
        "each, the daily budget shared evenly. What the caller may not confirm alone waits for an "
        "approval.",
    ),
    "optimize_budget": Action(
        parameters=OptimizeBudget, run=optimize_budget,
        about="Apply the budget rules to the ad sets of a running campaign: raise, cut or pause, "
        "each with its reason.",
    ),
    "manage_campaign": Action(
        parameters=ManageCampaign, run=manage_campaign,
        about="Start, pause or delete a campaign.",
    ),
    "create_ab_test": Action(
        parameters=CreateAbTest, run=create_ab_test,
        about="Test creatives against each other with equal budgets. It starts and spends at once, "
        "and ends by itself.",
    ),
    "analyze_ab_test": Action(
        parameters=AnalyzeAbTest, run=analyze_ab_test,
        about="What a test shows: ranking by ROAS, the winner if there is one, recommendations.",
    ),
    "create_rule": Action(
        parameters=CreateRule, run=create_rule,
        about="Watch a metric and act by itself: pause or start ad sets, change budgets, or tell.",
    ),
    "get_campaign_status": Action(
        parameters=GetCampaignStatus, run=get_campaign_status,
        about="State and figures of a campaign, its ad sets and its ads.",
    ),
}  # fmt: skip
