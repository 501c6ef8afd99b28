"""create_rule, list_rules, set_rule_enabled."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.settings import RuleSettings
from storage.database import Session
from storage.repository import next_number
from storage.tables.campaign import Campaign, CampaignStatus
from storage.tables.optimization import Rule, RuleVersion
from tools.campaigns.service import CampaignDeleted, CampaignService
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.optimization.arguments import CreateRule, ListRules, SetRuleEnabled
from tools.optimization.conditions import DEFAULT_STEP, MOST_PER_STEP
from tools.optimization.errors import NegativeThreshold, RuleStepTooLarge, TooManyRules
from tools.optimization.repository import RuleRepository
from tools.optimization.rule_text import rule_line, sentence
from tools.result import ToolResult
from tools.undo import keep_for_undo

CHECK, CHECK_KEY = "rules.check", "rules:check"
# A rule that is checked at its own pace, and not with all the others.
CHECK_ONE = "rules.check_one"
MOST_RULES = 50
_BUDGET_ACTIONS = ("increase_budget", "decrease_budget")


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is asked for and allowed."""

    campaign: Campaign | None
    step: Decimal | None


async def create_rule(context: ToolContext, arguments: CreateRule) -> ToolResult:
    """Raises CampaignNotFound, CampaignDeleted, RuleStepTooLarge, NegativeThreshold,
    TooManyRules."""
    checked = await _check(context, arguments)
    async with context.database.unit_of_work() as session:
        rules = RuleRepository(session, context.organisation_id)
        rule = await rules.by_key(context.order_key)
        if rule is None:
            number = await next_number(session, context.organisation_id, "R")
            if await rules.count() >= MOST_RULES:
                raise TooManyRules(MOST_RULES)
            rule = await rules.add(_row(context, arguments, checked, number))
            await _keep_version(session, context, rule)
            await keep_for_undo(session, context, "rule.create", rule.ref, {})
        due = await schedule(session, JobService.of(session, context))
    text = context.say(
        "optimization.rule.created", ref=rule.ref, name=rule.name,
        sentence=sentence(context, rule), due=f"{due.astimezone(context.timezone):%m-%d %H:%M}",
    )  # fmt: skip
    return ToolResult(status="ok", text=text, data=as_json(rule), shown=(rule.ref,))


async def list_rules(context: ToolContext, arguments: ListRules) -> ToolResult:
    """All of them, the oldest first; examples when there are none."""
    async with context.database.reading() as session:
        rules = await RuleRepository(session, context.organisation_id).listed()
    if not rules:
        lines = [context.say("optimization.rule.none"), context.say("optimization.rule.templates")]
    else:
        lines = [context.say("optimization.rule.title", n=len(rules))]
        lines += [rule_line(context, rule) for rule in rules]
    return ToolResult(
        status="ok", text="\n".join(lines), data={"rules": [as_json(rule) for rule in rules]},
        shown=tuple(rule.ref for rule in rules),
    )  # fmt: skip


async def set_rule_enabled(context: ToolContext, arguments: SetRuleEnabled) -> ToolResult:
    """Raises RuleNotFound."""
    async with context.database.unit_of_work() as session:
        rules = RuleRepository(session, context.organisation_id)
        rule = await rules.get(arguments.rule, lock=True)
        if rule.enabled is not arguments.enabled:
            before = {"enabled": rule.enabled, "version": rule.version + 1}
            await keep_for_undo(session, context, "rule.enabled", rule.ref, before)
            await switch(session, context, rule, enabled=arguments.enabled)
    key = "optimization.rule.switched_on" if rule.enabled else "optimization.rule.switched_off"
    text = context.say(key, ref=rule.ref, name=rule.name, sentence=sentence(context, rule))
    return ToolResult(status="ok", text=text, data=as_json(rule), shown=(rule.ref,))


async def switch(session: Session, context: ToolContext, rule: Rule, *, enabled: bool) -> None:
    """`rule` is locked by the caller; every switch is a version of its own."""
    rule.enabled = enabled
    rule.version += 1
    await _keep_version(session, context, rule)


async def schedule(session: Session, jobs: JobService, cron: str | None = None) -> datetime:
    """Make sure that rules are checked, and return when next. Without `cron` what is scheduled
    stays, so that a check which is overdue is not put off."""
    job = await jobs.find(CHECK_KEY)
    if job is not None and job.due_at is not None and cron in (None, job.cron):
        return job.due_at
    return await jobs.repeat(session, CHECK_KEY, CHECK, {}, cron=cron or RuleSettings().checks)


async def check_at_pace(context: ToolContext, ref: str, cron: str) -> datetime:
    """Check the rule whenever `cron` says, instead of together with the others; returns when
    first."""
    async with context.database.unit_of_work() as session:
        jobs = JobService.of(session, context)
        return await jobs.repeat(session, f"{CHECK_KEY}:{ref}", CHECK_ONE, {"rule": ref}, cron=cron)


def as_json(rule: Rule) -> dict[str, Any]:
    """The definition, as versions keep it."""
    return {
        "rule": rule.ref, "name": rule.name, "enabled": rule.enabled, "version": rule.version,
        "metric": rule.metric, "operator": rule.operator, "value": f"{rule.value.normalize():f}",
        "time_range": rule.time_range, "action": rule.action,
        "action_value": f"{rule.action_value.normalize():f}" if rule.action_value else None,
        "campaign": rule.campaign,
    }  # fmt: skip


async def _check(context: ToolContext, arguments: CreateRule) -> _Checked:
    if arguments.value < 0:
        raise NegativeThreshold
    step = None
    if arguments.action in _BUDGET_ACTIONS:
        step = arguments.action_value or DEFAULT_STEP
        if step > MOST_PER_STEP:
            raise RuleStepTooLarge(int(MOST_PER_STEP))
    if arguments.campaign is None:
        return _Checked(None, step)
    campaign = await CampaignService.of(context).get(arguments.campaign)
    if campaign.status is CampaignStatus.deleted:
        raise CampaignDeleted(campaign.ref)
    return _Checked(campaign, step)


def _row(context: ToolContext, arguments: CreateRule, checked: _Checked, number: int) -> Rule:
    campaign = checked.campaign
    return Rule(
        organisation_id=context.organisation_id, number=number, key=context.order_key,
        name=arguments.name or context.say(f"optimization.rule.names.{arguments.action}"),
        version=1, enabled=True, metric=arguments.metric, operator=arguments.operator,
        value=arguments.value, time_range=arguments.time_range, action=arguments.action,
        action_value=checked.step, campaign_id=campaign.id if campaign else None,
        campaign_number=campaign.number if campaign else None,
        created_by=context.asker.id or None, conversation_id=context.conversation_id or None,
        created_at=context.clock.now(),
    )  # fmt: skip


async def _keep_version(session: Session, context: ToolContext, rule: Rule) -> None:
    session.add(
        RuleVersion(
            organisation_id=rule.organisation_id, rule_id=rule.id, version=rule.version,
            definition=as_json(rule), person_id=context.asker.id or None, at=context.clock.now(),
        )
    )  # fmt: skip
    await session.flush()
