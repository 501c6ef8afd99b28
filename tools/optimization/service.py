"""The door to rules and tests: what people ask for by command, and what runs by itself."""

from config.settings import ApprovalSettings
from storage.tables.optimization import Experiment, Rule, RuleCheck
from tools.context import ToolContext
from tools.optimization.arguments import ListRules, SetRuleEnabled
from tools.optimization.checking import findings
from tools.optimization.desk import draft_of_words, period_of, without_period
from tools.optimization.drafting import checked, row
from tools.optimization.editing import back_to, edit_rule, show_rule, show_versions
from tools.optimization.errors import RuleIsOff
from tools.optimization.jobs import check_rule, handlers, in_order
from tools.optimization.replaying import replay
from tools.optimization.repository import CheckRepository, ExperimentRepository, RuleRepository
from tools.optimization.rule_text import check_line, outcome_line, rule_line, sentence
from tools.optimization.ruling import check_at_pace, list_rules, make, schedule, set_rule_enabled
from tools.optimization.templates import template_lines
from tools.optimization.undoing import UNDO
from tools.result import ToolResult

__all__ = [
    "UNDO", "all_rules", "back_to", "check_at_pace", "check_now", "dry_run", "edit_rule",
    "handlers", "new_rule", "rule_log", "schedule", "show_rule", "show_versions", "switch_rule",
    "templates", "test_of_order", "try_out",
]  # fmt: skip

_LOGGED = 20


async def test_of_order(context: ToolContext, order_key: str) -> Experiment | None:
    """The test that one order made."""
    async with context.database.reading() as session:
        return await ExperimentRepository(session, context.organisation_id).by_key(order_key)


async def all_rules(context: ToolContext) -> ToolResult:
    return await list_rules(context, ListRules())


async def switch_rule(context: ToolContext, ref: str, *, on: bool) -> ToolResult:
    return await set_rule_enabled(context, SetRuleEnabled(rule=ref, enabled=on))


def templates(context: ToolContext) -> str:
    """Rules to begin with, and examples to say."""
    lines = [context.say("optimization.template.heading"), *template_lines(context)]
    lines.append(context.say("optimization.template.how_to_use"))
    lines.append(context.say("optimization.rule.templates"))
    return "\n".join(lines)


async def new_rule(context: ToolContext, words: str) -> ToolResult:
    """By a template ("stop_loss C-1 60"), or in a sentence. Raises what these say is wrong."""
    return await make(context, draft_of_words(context, words))


async def try_out(context: ToolContext, ref: str | None, words: str) -> ToolResult:
    """A saved rule, or one that the words say, over the period that they name, or now. Raises
    RuleNotFound and what is wrong with the words."""
    days = period_of(context, words)
    if ref is None:
        drafted = draft_of_words(context, without_period(context, words))
        rule = row(context, await checked(context, drafted), 0)
    else:
        (rule,) = await _rules(context, ref)
    if days is not None:
        return await replay(context, rule, days)
    lines = await _would(context, rule)
    return ToolResult(status="ok", text="\n".join([context.say("optimization.rule.dry"), *lines]))


async def check_now(
    context: ToolContext, approvals: ApprovalSettings, ref: str | None
) -> ToolResult:
    """Check one rule, or all that are on, and act. Raises RuleNotFound, RuleIsOff."""
    lines: list[str] = []
    rules = await _rules(context, ref)
    for rule in rules:
        if not rule.enabled:
            raise RuleIsOff(rule.ref)
        checks = await check_rule(approvals, context, rule)
        lines += [sentence_of(context, rule), *_found(context, rule, checks)]
    return _result(context, "optimization.rule.checked", rules, lines)


async def dry_run(context: ToolContext, ref: str | None) -> ToolResult:
    """What a check would do now; nothing is done and nothing written. Raises RuleNotFound."""
    lines: list[str] = []
    rules = await _rules(context, ref)
    for rule in rules:
        lines += await _would(context, rule)
    return _result(context, "optimization.rule.dry", rules, lines)


async def rule_log(context: ToolContext, ref: str) -> ToolResult:
    """The newest checks of a rule. Raises RuleNotFound."""
    async with context.database.reading() as session:
        rule = await RuleRepository(session, context.organisation_id).get(ref)
        latest = await CheckRepository(session, context.organisation_id).latest(rule, _LOGGED)
    lines = [rule_line(context, rule), *(check_line(context, rule, each) for each in latest)]
    if not latest:
        lines.append(context.say("optimization.rule.never_checked"))
    return ToolResult(status="ok", text="\n".join(lines), shown=(rule.ref,))


def sentence_of(context: ToolContext, rule: Rule) -> str:
    return f"{rule.ref} {sentence(context, rule)}" if rule.number else sentence(context, rule)


async def _would(context: ToolContext, rule: Rule) -> list[str]:
    would = [
        RuleCheck(
            ad_set=each.ad_set, value=each.measured, outcome=each.outcome, details=each.details,
            version=rule.version,
        )
        for each in await findings(context, rule)
    ]  # fmt: skip
    return [sentence_of(context, rule), *_found(context, rule, would)]


async def _rules(context: ToolContext, ref: str | None) -> list[Rule]:
    async with context.database.reading() as session:
        rules = RuleRepository(session, context.organisation_id)
        if ref is not None:
            return [await rules.get(ref)]
        return in_order([rule for rule in await rules.listed() if rule.enabled])


def _found(context: ToolContext, rule: Rule, checks: list[RuleCheck]) -> list[str]:
    if not checks:
        return [f"· {context.say('optimization.rule.nothing_to_check')}"]
    return [f"· {outcome_line(context, rule, each)}" for each in checks]


def _result(context: ToolContext, title: str, rules: list[Rule], lines: list[str]) -> ToolResult:
    if not rules:
        return ToolResult(status="ok", text=context.say("optimization.rule.none_on"))
    shown = tuple(rule.ref for rule in rules)
    return ToolResult(status="ok", text="\n".join([context.say(title), *lines]), shown=shown)
