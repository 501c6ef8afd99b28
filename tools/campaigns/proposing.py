"""What create_campaign would make: one ad set per age group, one ad per creative in each."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlsplit

from storage.tables.campaign import Creative
from tools.campaigns.accounts import EVERYBODY, account_lines, choose
from tools.campaigns.arguments import CreateCampaign
from tools.campaigns.choosing import named_creatives, newest_creatives
from tools.campaigns.copy_plans import with_copies
from tools.campaigns.copy_text import copy_lines
from tools.campaigns.failures import AgesBackwards, AgesOverlap, BudgetTooSmall
from tools.campaigns.plans import CreationPlan, PlannedAdSet, PlannedCreative
from tools.campaigns.spending import check_new_campaign
from tools.campaigns.splitting import CENT, evenly, to_unit, unit_of
from tools.campaigns.wording import money, objective_name, platform_name, ratio
from tools.context import ToolContext
from tools.result import Proposal

AGE_GROUPS = ((18, 35), (36, 50), (51, 65))
NAMED_COUNTRIES = 5


async def propose_creation(context: ToolContext, arguments: CreateCampaign) -> Proposal:
    """Raises what is wrong with ages, budget or creatives, and what `choose` does."""
    chosen = await choose(context, arguments.platform)
    platform, special = chosen.platform, chosen.special_category
    groups = [EVERYBODY] if special else _age_groups(arguments.age_groups)
    creatives = (
        await newest_creatives(context, arguments.platform)
        if arguments.creative_ids is None
        else await named_creatives(context, arguments.creative_ids, arguments.platform)
    )
    budget = to_unit(arguments.daily_budget, context.currency)
    await check_new_campaign(context, budget)
    unit = unit_of(context.currency)
    ad_sets = planned_ad_sets(arguments.countries, groups, budget, unit)
    if min(row.daily_budget for row in ad_sets) < platform.min_daily_budget:
        least = money(context, platform.min_daily_budget * len(groups))
        raise BudgetTooSmall(least, money(context, platform.min_daily_budget), len(groups))
    plan = CreationPlan(
        name=arguments.name or _default_name(context, arguments),
        daily_budget=budget,
        countries=tuple(arguments.countries),
        ad_sets=ad_sets,
        creatives=planned_creatives(creatives),
        ordered_by=context.asker.id,
        account=chosen.account,
        special_category=special,
        **arguments.model_dump(
            include={"platform", "objective", "product_url", "target_roas", "target_cpa"}
        ),
    )
    plan = await with_copies(context, plan)
    return proposal_of(context, plan, chosen=arguments.creative_ids is not None)


def proposal_of(context: ToolContext, plan: CreationPlan, *, chosen: bool) -> Proposal:
    """`chosen`: somebody named the creatives."""
    return Proposal(
        summary=_summary(context, plan),
        lines=_lines(context, plan, chosen=chosen),
        daily_cost=plan.daily_budget,
        plan=plan.model_dump(mode="json"),
    )


def planned_ad_sets(
    countries: Sequence[str], groups: Sequence[tuple[int, int]], budget: Decimal,
    unit: Decimal = CENT,
) -> tuple[PlannedAdSet, ...]:  # fmt: skip
    """One per age group, with an even share of the budget."""
    where = _short(countries)
    return tuple(
        PlannedAdSet(name=f"{where} {low}-{high}", age_min=low, age_max=high, daily_budget=share)
        for (low, high), share in zip(groups, evenly(budget, len(groups), unit), strict=True)
    )


def planned_creatives(rows: Sequence[Creative]) -> tuple[PlannedCreative, ...]:
    return tuple(
        PlannedCreative(id=row.ref, title=row.title, words=row.copy, url=row.url) for row in rows
    )


def _age_groups(asked: Sequence[tuple[int, int]] | None) -> list[tuple[int, int]]:
    groups = sorted(asked or AGE_GROUPS)
    for low, high in groups:
        if low > high:
            raise AgesBackwards((low, high))
    for first, second in pairwise(groups):
        if second[0] <= first[1]:
            raise AgesOverlap(first, second)
    return groups


def _default_name(context: ToolContext, arguments: CreateCampaign) -> str:
    objective = objective_name(context, arguments.objective)
    parts = [objective, _short(arguments.countries), f"{context.local_now():%Y-%m-%d}"]
    if arguments.product_url:
        parts.insert(0, (urlsplit(arguments.product_url).hostname or "").removeprefix("www."))
    return " ".join(parts)[:80]


def _short(countries: Sequence[str]) -> str:
    """Names have a limited length: the first few countries and how many more."""
    named = "/".join(countries[:NAMED_COUNTRIES])
    more = len(countries) - NAMED_COUNTRIES
    return f"{named}+{more}" if more > 0 else named


def _summary(context: ToolContext, plan: CreationPlan) -> str:
    return context.say(
        "campaigns.create.summary", name=plan.name, budget=money(context, plan.daily_budget),
        platform=platform_name(context, plan.platform),
    )  # fmt: skip


def _lines(context: ToolContext, plan: CreationPlan, *, chosen: bool) -> tuple[str, ...]:
    joint = context.say("campaigns.joint")
    lines = [
        context.say(
            "campaigns.create.audience", objective=objective_name(context, plan.objective),
            countries=", ".join(plan.countries),
        ),
        context.say(
            "campaigns.create.ad_sets", n=len(plan.ad_sets),
            shares=joint.join(
                f"{row.age_min}-{row.age_max} {money(context, row.daily_budget)}"
                for row in plan.ad_sets
            ),
        ),
        context.say(
            "campaigns.create.chosen_creatives" if chosen else "campaigns.create.default_creatives",
            creatives=joint.join(f"{row.id} {row.title}" for row in plan.creatives),
            n=len(plan.ad_sets) * len(plan.creatives),
        ),
    ]  # fmt: skip
    lines += [*copy_lines(context, plan), *_goals(context, plan), *account_lines(context, plan)]
    return (*lines, context.say("campaigns.create.starts_paused"))


def _goals(context: ToolContext, plan: CreationPlan) -> list[str]:
    """Where the ads lead, and what they are measured by."""
    lines: list[str] = []
    if plan.product_url:
        lines.append(context.say("campaigns.create.url", url=plan.product_url))
    if plan.target_roas or plan.target_cpa:
        roas, cpa = ratio(plan.target_roas), money(context, plan.target_cpa)
        lines.append(context.say("campaigns.create.targets", roas=roas, cpa=cpa))
    return lines
