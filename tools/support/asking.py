"""Staff ask what the company's documents say, as a customer would be answered."""

from tools.context import ToolContext
from tools.result import ToolResult
from tools.support.arguments import SearchKnowledge
from tools.support.knowledge import search_knowledge

_LONGEST = 1_000


async def look_up(context: ToolContext, question: str) -> ToolResult:
    """The answer with its sources, or that no document has one."""
    return await search_knowledge(context, SearchKnowledge(question=question[:_LONGEST]))


async def surely_known(context: ToolContext, question: str) -> ToolResult | None:
    """The answer when the documents surely have one to all that is asked."""
    if context.knowledge is None or len(question) > _LONGEST:
        return None
    found = await look_up(context, question)
    return found if found.data["sure"] else None
