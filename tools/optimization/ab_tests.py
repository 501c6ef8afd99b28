"""create_ab_test: one campaign with one ad set per creative, the same budget for each; it starts
as soon as it is approved and stops by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from config.errors import UserFacingError
from storage.database import Session
from storage.repository import next_number
from storage.tables.campaign import Campaign, Creative
from storage.tables.optimization import Experiment, ExperimentStatus
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.service import (
    BudgetTooSmall,
    CampaignService,
    Change,
    ChangePlan,
    CreationPlan,
    PlannedAdSet,
    account_lines,
    apply,
    check_new_campaign,
    choose,
    copy_notes,
    create,
    evenly,
    money,
    named_creatives,
    planned_creatives,
    platform_name,
    with_own_copies,
)
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.optimization.arguments import CreateAbTest
from tools.optimization.errors import TooFewVariants
from tools.optimization.planning import Forecast, Horizon, forecast, past_figures
from tools.optimization.planning_text import planning_lines
from tools.optimization.repository import ExperimentRepository
from tools.result import Proposal, ToolResult

FINISH = "experiments.finish"
LOOK = "experiments.look"
AGES = (18, 65)
COUNTRIES = ("US",)


class ExperimentPlan(BaseModel):
    """What an approver agrees to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    creation: CreationPlan
    duration_days: int
    horizon: Horizon | None = None


def equal_shares(budget: Decimal, variants: int) -> list[Decimal]:
    """The same for each, to the cent, and together all of it; the first ones are the larger."""
    return evenly(budget, variants)


async def propose_ab_test(context: ToolContext, arguments: CreateAbTest) -> Proposal:
    """Raises TooFewVariants, BudgetTooSmall, what is wrong with the creatives, and what `choose`
    does."""
    chosen = await choose(context, arguments.platform)
    platform = chosen.platform
    creatives = await named_creatives(context, arguments.creative_ids, arguments.platform)
    if len(creatives) < 2:
        raise TooFewVariants
    shares = equal_shares(arguments.daily_budget, len(creatives))
    if min(shares) < platform.min_daily_budget:
        least = money(context, platform.min_daily_budget * len(creatives))
        raise BudgetTooSmall(least, money(context, platform.min_daily_budget), len(creatives))
    model = await _model_campaign(context, arguments.platform)
    creation = with_own_copies(
        _creation(context, arguments, creatives, shares, model).model_copy(
            update={"account": chosen.account, "special_category": chosen.special_category}
        )
    )
    await check_new_campaign(context, creation.daily_budget, starts=True)
    days = arguments.duration_days
    foreseen = await _foreseen(context, arguments, creation)
    # All variants together: at their number the interval is to be narrowest.
    trials = foreseen.trials * len(creatives) if foreseen else None
    horizon = Horizon(looks=days, trials=trials)
    plan = ExperimentPlan(creation=creation, duration_days=days, horizon=horizon)
    return Proposal(
        summary=context.say(
            "optimization.test.summary", name=creation.name,
            platform=platform_name(context, arguments.platform),
            budget=money(context, creation.daily_budget), days=days,
        ),
        lines=(
            *_lines(context, plan, model), *planning_lines(context, foreseen, horizon),
        ),
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


async def _foreseen(
    context: ToolContext, arguments: CreateAbTest, creation: CreationPlan
) -> Forecast | None:
    past = await past_figures(context, arguments.platform)
    variants = len(creation.creatives)
    return forecast(past, creation.daily_budget, arguments.duration_days, variants)


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
    shares: Sequence[Decimal],
    model: Campaign | None,
) -> CreationPlan:
    refs = [row.ref for row in creatives]
    low, high = AGES
    return CreationPlan(
        platform=arguments.platform,
        name=arguments.name or f"A/B {' vs '.join(refs)} {context.local_now():%Y-%m-%d}"[:80],
        objective="sales",
        daily_budget=sum(shares, Decimal(0)),
        countries=tuple(model.countries) if model else COUNTRIES,
        product_url=model.product_url if model else None,
        target_roas=None,
        target_cpa=None,
        ad_sets=tuple(
            PlannedAdSet(name=ref, age_min=low, age_max=high, daily_budget=share, creative=ref)
            for ref, share in zip(refs, shares, strict=True)
        ),
        creatives=planned_creatives(creatives),
        ordered_by=context.asker.id,
    )


def _lines(context: ToolContext, plan: ExperimentPlan, model: Campaign | None) -> tuple[str, ...]:
    creation, days = plan.creation, plan.duration_days
    audience = {
        "countries": ", ".join(creation.countries), "low": AGES[0], "high": AGES[1],
        "url": creation.product_url or "—",
    }  # fmt: skip
    variants = [
        context.say(
            "optimization.test.variant", ref=row.id, title=row.title,
            words=ad_set.copy_of(row).words, budget=money(context, ad_set.daily_budget),
        )
        for row, ad_set in zip(creation.creatives, creation.ad_sets, strict=True)
    ]  # fmt: skip
    like = (
        context.say("optimization.test.audience_like", ref=model.ref, **audience)
        if model
        else context.say("optimization.test.audience", **audience)
    )
    total = money(context, creation.daily_budget * days)
    return (
        *variants,
        *copy_notes(context, creation),
        like,
        *account_lines(context, creation),
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
            planned=plan.horizon and plan.horizon.model_dump(mode="json"),
            created_by=plan.creation.ordered_by or None,
        )
    )  # fmt: skip
    await JobService.of(session, context).once(
        session, f"experiment:{row.id}", FINISH, {"test": row.ref}, due=row.ends_at,
        person_id=row.created_by,
    )  # fmt: skip
    at = now.astimezone(context.timezone)
    await JobService.of(session, context).repeat(
        session, looking(row), LOOK, {"test": row.ref}, cron=f"{at.minute} {at.hour} * * *",
        person_id=row.created_by,
    )  # fmt: skip
    return row


def looking(experiment: Experiment) -> str:
    """The key of the job that looks at a test every day."""
    return f"experiment:{experiment.id}:look"


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
        jobs = JobService.of(session, context)
        for key in (f"experiment:{row.id}", looking(row)):
            await jobs.stop(session, key)


def _moment(context: ToolContext, experiment: Experiment) -> str:
    return f"{experiment.ends_at.astimezone(context.timezone):%m-%d %H:%M}"
