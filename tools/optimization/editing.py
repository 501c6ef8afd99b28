"""Rules that change: every change is a version, and every version can be gone back to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from storage.database import Session
from storage.tables.optimization import Rule
from tools.conditions import as_json, comparisons, from_json, plain
from tools.context import ToolContext
from tools.optimization.condition_text import condition_text
from tools.optimization.definitions import condition_of, definition_of, differences, guards_of
from tools.optimization.drafting import Checked, Draft, checked
from tools.optimization.errors import NothingSaid
from tools.optimization.guard_text import guard_name, guard_value
from tools.optimization.guards import Guards
from tools.optimization.orders import edited, read_order
from tools.optimization.repository import RuleRepository
from tools.optimization.rule_text import rule_guards, sentence
from tools.optimization.ruling import keep_version
from tools.people.service import PeopleService
from tools.result import ToolResult
from tools.undo import keep_for_undo


async def edit_rule(context: ToolContext, ref: str, text: str) -> ToolResult:
    """Change what `text` says. Raises RuleNotFound, NothingSaid, ConditionUnclear, GuardUnclear and
    what a new rule's draft does."""
    order = read_order(context, text)
    if order.empty:
        raise NothingSaid("nothing_to_edit")
    async with context.database.reading() as session:
        rule = await RuleRepository(session, context.organisation_id).get(ref)
    window = next(comparisons(condition_of(rule))).left.window
    assert window is not None, "a rule's condition has all its windows"
    found = await checked(context, edited(_draft(rule), order, window=window))
    return await _change(context, ref, found)


async def back_to(context: ToolContext, ref: str, version: int) -> ToolResult:
    """What the rule was in that version, as a version of its own; whether it is on stays. Raises
    RuleNotFound, RuleVersionNotFound and what a new rule's draft does."""
    found = await checked(context, await draft_in(context, ref, version))
    return await _change(context, ref, found)


async def show_versions(context: ToolContext, ref: str) -> ToolResult:
    """Every version with what it changed, the newest first. Raises RuleNotFound."""
    async with context.database.reading() as session:
        rules = RuleRepository(session, context.organisation_id)
        rule = await rules.get(ref)
        rows = await rules.versions(rule)
        people = PeopleService(session, context.organisation_id)
        ids = {row.person_id for row in rows if row.person_id is not None}
        names = {each: (await people.get(each)).name for each in ids}
    lines = [context.say("optimization.version.title", ref=rule.ref, name=rule.name)]
    for before, row in zip([None, *rows], rows, strict=False):
        lines.insert(1, context.say(
            "optimization.version.line", version=row.version,
            at=f"{row.at.astimezone(context.timezone):%m-%d %H:%M}",
            who=names.get(row.person_id or 0, "—"),
            what=changes_text(context, before.definition, row.definition)
            if before else context.say("optimization.version.first", what=_whole(context, row.definition)),
        ))  # fmt: skip
    lines.append(context.say("optimization.version.how_to_go_back", ref=rule.ref))
    return ToolResult(status="ok", text="\n".join(lines), shown=(rule.ref,))


async def show_rule(context: ToolContext, ref: str) -> ToolResult:
    """The rule with all of its guards. Raises RuleNotFound."""
    async with context.database.reading() as session:
        rule = await RuleRepository(session, context.organisation_id).get(ref)
    state = context.say(f"optimization.rule.{'on' if rule.enabled else 'off'}")
    lines = [
        f"{rule.ref} {rule.name} · {state} · {sentence(context, rule)}",
        context.say("optimization.guard.line", guards=rule_guards(context, rule)),
        context.say("optimization.rule.how_to_edit", ref=rule.ref),
    ]
    return ToolResult(
        status="ok", text="\n".join(lines), data=definition_of(rule), shown=(rule.ref,)
    )


async def draft_in(context: ToolContext, ref: str, version: int) -> Draft:
    """Raises RuleNotFound, RuleVersionNotFound."""
    async with context.database.reading() as session:
        rules = RuleRepository(session, context.organisation_id)
        stored = (await rules.version(await rules.get(ref), version)).definition
    step = stored["action_value"]
    return Draft(
        condition=from_json(stored["condition"]), action=stored["action"],
        step=Decimal(step) if step else None, campaign=stored["campaign"], name=stored["name"],
        guards=Guards.model_validate(stored["guards"]),
    )  # fmt: skip


async def put(session: Session, context: ToolContext, rule: Rule, found: Checked) -> None:
    """Make the locked rule what the draft says, as its next version."""
    draft = found.draft
    rule.condition, rule.guards = as_json(draft.condition), draft.guards.as_json()
    rule.action, rule.action_value = draft.action, draft.step
    rule.name = draft.name or rule.name
    rule.campaign_id = found.campaign.id if found.campaign else None
    rule.campaign_number = found.campaign.number if found.campaign else None
    rule.version += 1
    await keep_version(session, context, rule)


def changes_text(context: ToolContext, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """`条件：A → B；冷却：24 → 48`."""
    guards = [Guards.model_validate(each["guards"]) for each in (before, after)]
    said = [
        context.say(
            "optimization.version.change", name=_name(context, name),
            before=_part(context, name, before, guards[0]),
            after=_part(context, name, after, guards[1]),
        )
        for name in differences(before, after)
    ]  # fmt: skip
    return context.say("campaigns.joint").join(said) or context.say("optimization.version.same")


async def _change(context: ToolContext, ref: str, found: Checked) -> ToolResult:
    async with context.database.unit_of_work() as session:
        rule = await RuleRepository(session, context.organisation_id).get(ref, lock=True)
        before = definition_of(rule)
        if _draft(rule) == found.draft:
            # The same order again, or nothing new in it.
            text = context.say("optimization.version.unchanged", ref=ref)
            return ToolResult(status="ok", text=text, data=before, shown=(ref,))
        await put(session, context, rule, found)
        after = definition_of(rule)
        undo = {"version": rule.version, "to": rule.version - 1}
        await keep_for_undo(session, context, "rule.edit", rule.ref, undo)
    text = context.say(
        "optimization.version.changed", ref=rule.ref, name=rule.name, version=rule.version,
        changes=changes_text(context, before, after), sentence=sentence(context, rule),
        back=rule.version - 1,
    )  # fmt: skip
    return ToolResult(status="ok", text=text, data=after, shown=(rule.ref,))


def _draft(rule: Rule) -> Draft:
    return Draft(
        condition=condition_of(rule), action=rule.action, step=rule.action_value,
        campaign=rule.campaign, name=rule.name, guards=guards_of(rule),
    )  # fmt: skip


def _name(context: ToolContext, name: str) -> str:
    if name in Guards.model_fields:
        return guard_name(context, name)
    return context.say(f"optimization.version.part.{name}")


def _part(context: ToolContext, name: str, stored: Mapping[str, Any], guards: Guards) -> str:
    if name in Guards.model_fields:
        return guard_value(context, name, getattr(guards, name))
    if name == "condition":
        return condition_text(context, from_json(stored["condition"]))
    if name == "action":
        percent = f"{stored['action_value']}%"
        return context.say(f"optimization.rule.action.{stored['action']}", percent=percent)
    if name == "enabled":
        return context.say(f"optimization.rule.{'on' if stored['enabled'] else 'off'}")
    if name == "campaign":
        return stored["campaign"] or context.say("optimization.rule.everywhere")
    value = stored[name]
    return f"{plain(Decimal(value))}%" if name == "action_value" and value else str(value or "—")


def _whole(context: ToolContext, stored: Mapping[str, Any]) -> str:
    guards = Guards.model_validate(stored["guards"])
    condition, action = (_part(context, name, stored, guards) for name in ("condition", "action"))
    return f"{condition} → {action}"
