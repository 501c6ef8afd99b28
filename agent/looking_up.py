"""What staff ask about the company itself: behind the plan, for messages that order nothing."""

import re

from agent.context import TurnContext
from agent.contract import Plan
from agent.planner.asking import asks
from tools.result import ToolResult
from tools.support.asking import surely_known

# "我们的退货政策是什么" is taken for a fact; "记住，退货是 7 天" is one.
_MISTAKEN = frozenset({"unclear", "out_of_scope", "noted", "capabilities"})
# "支持哪些付款方式" asks about the company, "你支持什么" about the agent.
_ABOUT_THE_AGENT = re.compile(r"[你您妳]|(?<![a-z])you(?:r|rs)?(?![a-z])", re.IGNORECASE)
_STATES = re.compile(
    r"记[一住下得着录]|記[一住下得著錄]|以后|以後|今后|今後|从现在|往后"
    r"|(?<![a-z])(?:remember|note|from now on|in future|always|never)(?![a-z])",
    re.IGNORECASE,
)


async def known_to_documents(given: TurnContext, plan: Plan) -> ToolResult | None:
    """The answer to a question of staff that the company's documents surely have; None for
    everything that the plan has a better answer to."""
    text = given.turn.text
    if given.persona != "manager" or plan.talk not in _MISTAKEN or not asks(text):
        return None
    if plan.talk == "noted" and _STATES.search(text):
        return None
    if plan.talk == "capabilities" and _ABOUT_THE_AGENT.search(text):
        return None
    return await surely_known(given.tool_context, text)
