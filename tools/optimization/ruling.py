"""create_rule, list_rules, set_rule_enabled."""

from datetime import datetime

from config.settings import RuleSettings
from storage.database import Session
from storage.repository import next_number
from storage.tables.optimization import Rule, RuleVersion
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.optimization.arguments import CreateRule, ListRules, SetRuleEnabled
from tools.optimization.definitions import definition_of
from tools.optimization.drafting import Draft, checked, draft_of, row
from tools.optimization.errors import TooManyRules
from tools.optimization.repository import RuleRepository
from tools.optimization.rule_text import rule_guards, rule_line, sentence
from tools.result import ToolResult
from tools.undo import keep_for_undo

CHECK, CHECK_KEY = "rules.check", "rules:check"
# A rule that is checked at its own pace, and not with all the others.
CHECK_ONE = "rules.check_one"
MOST_RULES = 50


async def create_rule(context: ToolContext, arguments: CreateRule) -> ToolResult:
    """Raises ConditionUnclear, ConditionTooLong and ConditionDisagrees, and what `make` does."""
    return await make(context, draft_of(arguments))


async def make(context: ToolContext, draft: Draft) -> ToolResult:
    """A new rule, once for the same order. Raises CampaignNotFound, CampaignDeleted,
    RuleStepTooLarge, NegativeThreshold, NoTarget, TooManyRules."""
    found = await checked(context, draft)
    async with context.database.unit_of_work() as session:
        rules = RuleRepository(session, context.organisation_id)
        rule = await rules.by_key(context.order_key)
        if rule is None:
            number = await next_number(session, context.organisation_id, "R")
            if await rules.count() >= MOST_RULES:
                raise TooManyRules(MOST_RULES)
            rule = await rules.add(row(context, found, number))
            await keep_version(session, context, rule)
            await keep_for_undo(session, context, "rule.create", rule.ref, {})
        due = await schedule(session, JobService.of(session, context))
    text = context.say(
        "optimization.rule.created", ref=rule.ref, name=rule.name,
        sentence=sentence(context, rule), due=f"{due.astimezone(context.timezone):%m-%d %H:%M}",
    )  # fmt: skip
    text = f"{text}\n{context.say('optimization.guard.line', guards=rule_guards(context, rule))}"
    return ToolResult(status="ok", text=text, data=definition_of(rule), shown=(rule.ref,))


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
        status="ok", text="\n".join(lines), data={"rules": [definition_of(rule) for rule in rules]},
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
    return ToolResult(status="ok", text=text, data=definition_of(rule), shown=(rule.ref,))


async def switch(session: Session, context: ToolContext, rule: Rule, *, enabled: bool) -> None:
    """`rule` is locked by the caller; every switch is a version of its own."""
    rule.enabled = enabled
    rule.version += 1
    await keep_version(session, context, rule)


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


async def keep_version(session: Session, context: ToolContext, rule: Rule) -> None:
    """What the rule is from now on."""
    session.add(
        RuleVersion(
            organisation_id=rule.organisation_id, rule_id=rule.id, version=rule.version,
            definition=definition_of(rule), person_id=context.asker.id or None,
            at=context.clock.now(),
        )
    )  # fmt: skip
    await session.flush()
