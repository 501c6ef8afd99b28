"""Taking back what was done to rules: nothing of it spends money by itself."""

from collections.abc import Mapping

from storage.tables.change import ChangeRecord
from storage.tables.optimization import Rule
from tools.context import ToolContext
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


def _told(context: ToolContext, rule: Rule) -> ToolResult:
    key = "switched_on" if rule.enabled else "switched_off"
    text = context.say(
        f"optimization.rule.{key}", ref=rule.ref, name=rule.name, sentence=sentence(context, rule)
    )
    return ToolResult(status="ok", text=text, shown=(rule.ref,))


UNDO: Mapping[str, Undo] = {
    "rule.create": Undo(run=undo_creation),
    "rule.enabled": Undo(run=undo_switch),
}
