"""create_ab_test: one campaign with one ad set per creative, the same budget for each; it starts
as soon as it is approved and stops by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from config.errors import UserFacingError
from storage.database import Session
from storage.repository import next_number
from storage.tables.campaign import Campaign, Creative
from storage.tables.optimization import Experiment, ExperimentStatus
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.service import (
    CENT,
    BudgetTooSmall,
    CampaignService,
    Change,
    ChangePlan,
    CreationPlan,
    PlannedAdSet,
    apply,
    create,
    money,
    named_creatives,
    planned_creatives,
    platform_name,
)
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.optimization.arguments import CreateAbTest
from tools.optimization.errors import TooFewVariants
from tools.optimization.repository import ExperimentRepository
from tools.result import Proposal, ToolResult

FINISH = "experiments.finish"
AGES = (18, 65)
COUNTRIES = ("US",)


class ExperimentPlan(BaseModel):
    """What an approver agrees to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    creation: CreationPlan
    duration_days: int


def equal_share(budget: Decimal, variants: int) -> Decimal:
    """Exactly the same for each, to the cent: what cannot be shared stays unspent."""
    return (budget / variants).quantize(CENT, rounding=ROUND_DOWN)


async def propose_ab_test(context: ToolContext, arguments: CreateAbTest) -> Proposal:
    """Raises TooFewVariants, BudgetTooSmall, what is wrong with the creatives, and
    PlatformNotConfigured."""
    platform = context.platforms.get(arguments.platform)
    creatives = await named_creatives(context, arguments.creative_ids, arguments.platform)
    if len(creatives) < 2:
        raise TooFewVariants
    share = equal_share(arguments.daily_budget, len(creatives))
    if share < platform.min_daily_budget:
        least = money(context, platform.min_daily_budget * len(creatives))
        raise BudgetTooSmall(least, money(context, platform.min_daily_budget), len(creatives))
    model = await _model_campaign(context, arguments.platform)
    creation = _creation(context, arguments, creatives, share, model)
    plan = ExperimentPlan(creation=creation, duration_days=arguments.duration_days)
    return Proposal(
        summary=context.say(
            "optimization.test.summary", name=creation.name,
            platform=platform_name(context, arguments.platform),
            budget=money(context, creation.daily_budget), days=arguments.duration_days,
        ),
        lines=_lines(context, plan, share, model),
        daily_cost=creation.daily_budget,
        plan=plan.model_dump(mode="json"),
    )  # fmt: skip


async def execute_ab_test(context: ToolContext, stored: dict[str, Any]) -> ToolResult:
    """Create, write down when it ends, then start; running it again finds what is there."""
    plan = ExperimentPlan.model_validate(stored)
    campaign = await create(context, plan.creation)
    async with context.database.unit_of_work() as session:
        # Kept before anything is spent, so that it stops whatever happens now.
        experiment = await _record(session, context, plan, campaign)
    try:
        await _start(context, campaign)
    except UserFacingError:
        await _cancel(context, experiment)
        raise
    text = context.say(
        "optimization.test.started", ref=experiment.ref, name=experiment.name,
        campaign=campaign.ref, until=_moment(context, experiment),
        budget=money(context, experiment.daily_budget),
    )  # fmt: skip
    data = {
        "test": experiment.ref, "campaign": campaign.ref,
        "end_date": experiment.ends_at.isoformat(),
        "variants": [
            {"ad_set": row.ref, "creative": row.ads[0].creative,
             "daily_budget": f"{row.daily_budget:.2f}"}
            for row in campaign.ad_sets
        ],
    }  # fmt: skip
    return ToolResult(status="ok", text=text, data=data, shown=(experiment.ref, campaign.ref))


async def _model_campaign(context: ToolContext, platform: str) -> Campaign | None:
    """The newest campaign of the platform that is no test itself: whom the organisation sells to,
    and where its ads lead."""
    async with context.database.reading() as session:
        experiments = ExperimentRepository(session, context.organisation_id)
        tested = {row.campaign_id for row in await experiments.listed()}
    known = await CampaignService.of(context).list(platform=platform)
    return next((row for row in known if row.id not in tested), None)


def _creation(
    context: ToolContext,
    arguments: CreateAbTest,
    creatives: Sequence[Creative],
    share: Decimal,
    model: Campaign | None,
) -> CreationPlan:
    refs = [row.ref for row in creatives]
    low, high = AGES
    return CreationPlan(
        platform=arguments.platform,
        name=arguments.name or f"A/B {' vs '.join(refs)} {context.local_now():%Y-%m-%d}"[:80],
        objective="sales",
        daily_budget=share * len(refs),
        countries=tuple(model.countries) if model else COUNTRIES,
        product_url=model.product_url if model else None,
        target_roas=None,
        target_cpa=None,
        ad_sets=tuple(
            PlannedAdSet(name=ref, age_min=low, age_max=high, daily_budget=share, creative=ref)
            for ref in refs
        ),
        creatives=planned_creatives(creatives),
        ordered_by=context.asker.id,
    )


def _lines(
    context: ToolContext, plan: ExperimentPlan, share: Decimal, model: Campaign | None
) -> tuple[str, ...]:
    creation, days = plan.creation, plan.duration_days
    audience = {
        "countries": ", ".join(creation.countries), "low": AGES[0], "high": AGES[1],
        "url": creation.product_url or "—",
    }  # fmt: skip
    variants = [
        context.say(
            "optimization.test.variant", ref=row.id, title=row.title, words=row.words,
            budget=money(context, share),
        )
        for row in creation.creatives
    ]  # fmt: skip
    like = (
        context.say("optimization.test.audience_like", ref=model.ref, **audience)
        if model
        else context.say("optimization.test.audience", **audience)
    )
    total = money(context, creation.daily_budget * days)
    return (
        *variants,
        like,
        context.say("optimization.test.total", days=days, total=total),
        context.say("optimization.test.starts_at_once"),
        context.say("optimization.test.how_decided"),
    )


async def _record(
    session: Session, context: ToolContext, plan: ExperimentPlan, campaign: Campaign
) -> Experiment:
    experiments = ExperimentRepository(session, context.organisation_id)
    known = await experiments.by_key(context.order_key)
    if known is not None:
        return known
    now = context.clock.now()
    row = await experiments.add(
        Experiment(
            organisation_id=context.organisation_id,
            number=await next_number(session, context.organisation_id, "T"),
            key=context.order_key, name=plan.creation.name, campaign_id=campaign.id,
            campaign_number=campaign.number, status=ExperimentStatus.running,
            daily_budget=plan.creation.daily_budget, started_at=now,
            ends_at=now + timedelta(days=plan.duration_days),
            created_by=plan.creation.ordered_by or None,
        )
    )  # fmt: skip
    await JobService.of(session, context).once(
        session, f"experiment:{row.id}", FINISH, {"test": row.ref}, due=row.ends_at,
        person_id=row.created_by,
    )  # fmt: skip
    return row


async def _start(context: ToolContext, campaign: Campaign) -> None:
    change = Change(
        ref=campaign.ref, field="status", before=DeliveryStatus.paused.value,
        after=DeliveryStatus.active.value,
    )  # fmt: skip
    starting = replace(context, order_key=f"{context.order_key}:start")
    await apply(starting, ChangePlan(campaign=campaign.ref, changes=(change,)))


async def _cancel(context: ToolContext, experiment: Experiment) -> None:
    async with context.database.unit_of_work() as session:
        experiments = ExperimentRepository(session, context.organisation_id)
        row = await experiments.get(experiment.ref, lock=True)
        row.status, row.ended_at = ExperimentStatus.cancelled, context.clock.now()
        await JobService.of(session, context).stop(session, f"experiment:{row.id}")


def _moment(context: ToolContext, experiment: Experiment) -> str:
    return f"{experiment.ends_at.astimezone(context.timezone):%m-%d %H:%M}"
