"""The work that rules and tests do by themselves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete

from config.notices import NoticeKind
from config.roles import Role
from config.settings import ApprovalSettings
from storage.tables.optimization import Outcome, Rule, RuleCheck
from storage.tables.organisation import Person
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.optimization.ab_tests import FINISH, LOOK
from tools.optimization.acting import begin, carry_out, in_the_name_of
from tools.optimization.checking import Finding, findings
from tools.optimization.finishing import finish_experiment, look_at_experiment
from tools.optimization.repository import CheckRepository, RuleRepository
from tools.optimization.ruling import CHECK, CHECK_ONE, switch
from tools.people.service import PeopleService

Handler = Callable[[ToolContext, dict[str, Any]], Awaitable[None]]

# What stops spending comes first, so that no later rule raises what an earlier one would stop.
_ORDER = ("pause_adset", "decrease_budget", "notify", "increase_budget", "start_adset")
# Checks that changed nothing are of no use later; what was done is kept.
_KEPT = timedelta(days=30)
_IDLE = (Outcome.no_data, Outcome.not_met, Outcome.cooling, Outcome.waiting)


def handlers(approvals: ApprovalSettings) -> Mapping[str, Handler]:
    """By kind of job; a handler may run again for the same job."""
    return {
        CHECK: partial(check_rules, approvals), CHECK_ONE: partial(check_one, approvals),
        FINISH: finish_experiment, LOOK: look_at_experiment,
    }  # fmt: skip


async def check_rules(
    approvals: ApprovalSettings, context: ToolContext, payload: dict[str, Any]
) -> None:
    """Check every rule that is on and has no pace of its own. `context` is the service's own."""
    async with context.database.reading() as session:
        rules = await RuleRepository(session, context.organisation_id).listed()
        own = await JobService.of(session, context).of_kind(CHECK_ONE)
    elsewhere = {job.payload["rule"] for job in own}
    checked = [rule for rule in rules if rule.enabled and rule.ref not in elsewhere]
    for rule in in_order(checked):
        await check_rule(approvals, context, rule)
    async with context.database.unit_of_work() as session:
        await session.execute(
            delete(RuleCheck).where(
                RuleCheck.organisation_id == context.organisation_id,
                RuleCheck.outcome.in_(_IDLE),
                RuleCheck.at < context.clock.now() - _KEPT,
            )
        )


async def check_one(
    approvals: ApprovalSettings, context: ToolContext, payload: dict[str, Any]
) -> None:
    """The same for one rule at its own pace."""
    async with context.database.reading() as session:
        rule = await RuleRepository(session, context.organisation_id).get(payload["rule"])
    if rule.enabled:
        await check_rule(approvals, context, rule)


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: (_ORDER.index(rule.action), rule.number))


async def check_rule(
    approvals: ApprovalSettings, context: ToolContext, rule: Rule
) -> list[RuleCheck]:
    """Look, act, and write down what came of every ad set; nothing when the rule had to be
    switched off because its creator is no manager any more."""
    creator = await _creator(context, rule)
    if creator is None:
        await _switch_off(context, rule)
        return []
    acting = in_the_name_of(context, rule, creator)
    async with context.database.reading() as session:
        left = await CheckRepository(session, context.organisation_id).begun(rule)
    written = [await carry_out(acting, approvals, rule, check) for check in left]
    for finding in await findings(acting, rule):
        begun = await begin(acting, rule, finding) if finding.outcome is Outcome.begun else finding
        if isinstance(begun, RuleCheck):
            written.append(await carry_out(acting, approvals, rule, begun))
        elif begun is not None:
            written.append(_row(acting, rule, begun))
    await _write(acting, rule, [check for check in written if check.id is None])
    return written


async def _creator(context: ToolContext, rule: Rule) -> Person | None:
    if rule.created_by is None:
        return None
    async with context.database.reading() as session:
        person = await PeopleService(session, context.organisation_id).get(rule.created_by)
    return person if person.role.includes(Role.manager) else None


async def _switch_off(context: ToolContext, rule: Rule) -> None:
    async with context.database.unit_of_work() as session:
        current = await RuleRepository(session, context.organisation_id).get(rule.ref, lock=True)
        if not current.enabled:
            return
        await switch(session, context, current, enabled=False)
        admins = await PeopleService(session, context.organisation_id).staff(Role.admin)
        await context.notifier.to_people(
            session, NoticeKind.rule, f"rule:{rule.id}:{current.version}",
            [person.id for person in admins],
            "optimization.rule.orphaned", ref=rule.ref, name=rule.name,
        )  # fmt: skip


def _row(context: ToolContext, rule: Rule, finding: Finding) -> RuleCheck:
    return RuleCheck(
        organisation_id=context.organisation_id, rule_id=rule.id, version=rule.version,
        at=context.clock.now(), ad_set=finding.ad_set, value=finding.measured,
        outcome=finding.outcome, details=finding.details,
    )  # fmt: skip


async def _write(context: ToolContext, rule: Rule, checks: Sequence[RuleCheck]) -> None:
    async with context.database.unit_of_work() as session:
        session.add_all(checks)
        current = await RuleRepository(session, context.organisation_id).get(rule.ref, lock=True)
        current.last_checked_at = context.clock.now()
