"""Taking back what was done to rules: nothing of it spends money by itself."""

from collections.abc import Mapping

from storage.tables.change import ChangeRecord
from storage.tables.optimization import Rule
from tools.context import ToolContext
from tools.optimization.definitions import definition_of
from tools.optimization.drafting import checked
from tools.optimization.editing import changes_text, draft_in, put
from tools.optimization.errors import RuleChangedAgain
from tools.optimization.repository import RuleRepository
from tools.optimization.rule_text import sentence
from tools.optimization.ruling import switch
from tools.result import ToolResult
from tools.undo import Undo


async def undo_switch(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """Raises RuleNotFound, RuleChangedAgain."""
    to, version = record.before["enabled"], record.before["version"]
    async with context.database.unit_of_work() as session:
        rule = await RuleRepository(session, context.organisation_id).get(record.ref, lock=True)
        # One version further and as wanted: this very undo, interrupted after its commit.
        if rule.version == version:
            await switch(session, context, rule, enabled=to)
        elif rule.version != version + 1 or rule.enabled is not to:
            raise RuleChangedAgain(record.ref)
    return _told(context, rule)


async def undo_creation(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """The rule stays with its log, switched off. Raises RuleNotFound."""
    async with context.database.unit_of_work() as session:
        rule = await RuleRepository(session, context.organisation_id).get(record.ref, lock=True)
        if rule.enabled:
            await switch(session, context, rule, enabled=False)
    return _told(context, rule)


async def undo_edit(context: ToolContext, record: ChangeRecord) -> ToolResult:
    """Back to the version before, as a version of its own. Raises RuleNotFound, RuleChangedAgain,
    and what a new rule's draft does."""
    version, to = record.before["version"], record.before["to"]
    found = await checked(context, await draft_in(context, record.ref, to))
    async with context.database.unit_of_work() as session:
        rule = await RuleRepository(session, context.organisation_id).get(record.ref, lock=True)
        before = definition_of(rule)
        if rule.version == version:
            await put(session, context, rule, found)
        elif rule.version != version + 1:
            raise RuleChangedAgain(record.ref)
    text = context.say(
        "optimization.version.undone", ref=rule.ref, version=rule.version, sentence=sentence(context, rule),
        changes=changes_text(context, before, definition_of(rule)),
    )  # fmt: skip
    return ToolResult(status="ok", text=text, shown=(rule.ref,))


def _told(context: ToolContext, rule: Rule) -> ToolResult:
    key = "switched_on" if rule.enabled else "switched_off"
    text = context.say(
        f"optimization.rule.{key}", ref=rule.ref, name=rule.name, sentence=sentence(context, rule)
    )
    return ToolResult(status="ok", text=text, shown=(rule.ref,))


UNDO: Mapping[str, Undo] = {
    "rule.create": Undo(run=undo_creation),
    "rule.enabled": Undo(run=undo_switch),
    "rule.edit": Undo(run=undo_edit),
}
