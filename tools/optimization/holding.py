"""Why a rule holds back though its condition holds: its guards, and what was done already."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Self

from storage.database import ReadSession
from storage.tables.optimization import Outcome, Rule
from tools.conditions import Goal
from tools.context import ToolContext
from tools.optimization.conditions import horizon
from tools.optimization.definitions import condition_of, guards_of
from tools.optimization.guards import Done, Wait, limits, too_little
from tools.optimization.measuring import Reports, data_of, holds_settled
from tools.optimization.repository import CheckRepository

_WAITS = "optimization.guard.waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """`key` and `values` are the reason in the catalogue."""

    outcome: Outcome
    key: str
    values: dict[str, Any]


@dataclass(slots=True)
class Tally:
    """What the rule did today, and what this check is about to do."""

    done: int
    planned: int = 0

    @classmethod
    async def of(cls, context: ToolContext, rule: Rule) -> Self:
        async with context.database.reading() as session:
            checks = CheckRepository(session, context.organisation_id)
            return cls(await checks.count_by(rule, today(context)))


async def hold_back(
    context: ToolContext, rule: Rule, ad_set: str, reports: Reports, tally: Tally
) -> Held | None:
    """The first reason to do nothing now; None to go ahead."""
    guards, condition = guards_of(rule), condition_of(rule)
    now = context.clock.now()
    if not guards.open_at(now.astimezone(context.timezone)):
        return held(Wait(key="closed"))
    async with context.database.reading() as session:
        refused = await already_done(session, context, rule, ad_set, extra=tally.planned)
    if refused:
        return refused
    data = data_of(condition, reports)
    little = too_little(guards, data, reports.goals.get(Goal.cpa))
    if little:
        return held(little, days=horizon(condition))
    # Nobody is hurt by a notice that comes early.
    if guards.settled and rule.action != "notify" and not holds_settled(condition, reports):
        return held(Wait(key="settled"))
    return None


async def already_done(
    session: ReadSession, context: ToolContext, rule: Rule, ad_set: str, *, extra: int = 0
) -> Held | None:
    """Whether the cool-down or a limit forbids the next act; `extra` are acts that are planned."""
    guards = guards_of(rule)
    checks = CheckRepository(session, context.organisation_id)
    since = context.clock.now() - guards.cool_down
    if await checks.acted_since(rule, ad_set, since) is not None:
        hours = {"n": guards.cool_down_hours}
        return Held(outcome=Outcome.cooling, key=f"{_WAITS}.cool_down", values=hours)
    here = 0 if rule.action == "notify" else await checks.count_at(ad_set, today(context))
    done = Done(today=await checks.count_by(rule, today(context)) + extra, here_today=here)
    wait = limits(guards, done)
    return held(wait) if wait else None


def held(wait: Wait, **more: Any) -> Held:
    return Held(outcome=Outcome.waiting, key=f"{_WAITS}.{wait.key}", values=wait.values | more)


def today(context: ToolContext) -> datetime:
    """When the organisation's day began."""
    local = context.clock.now().astimezone(context.timezone)
    return datetime.combine(local.date(), time(), local.tzinfo)
