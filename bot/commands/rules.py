"""/rules: what watches the ads, checked now, tried out, or looked up in its log."""

import re

from agent.contract import Reply
from bot.commands.base import Invocation, WrongUsage
from tools.optimization.service import all_rules, check_now, dry_run, rule_log, templates
from tools.result import ToolResult

_RULE = re.compile(r"(?:R-?)?(\d{1,9})", re.IGNORECASE)


async def rules(use: Invocation) -> Reply:
    """Without a word: all of them. Raises WrongUsage, RuleNotFound, RuleIsOff."""
    context = use.services.open_tools(use.turn)
    what, ref = use.words[0].lower() if use.words else "list", _ref(use)
    match what:
        case "list":
            return _reply(await all_rules(context))
        case "check":
            return _reply(await check_now(context, use.services.settings.approvals, ref))
        case "dry":
            return _reply(await dry_run(context, ref))
        case "log" if ref is not None:
            return _reply(await rule_log(context, ref))
        case "templates":
            return Reply(text=templates(context))
    raise WrongUsage(use.say("commands.usage.rules"))


def _ref(use: Invocation) -> str | None:
    """R-1, r1 and 1 are the same rule."""
    if len(use.words) < 2:
        return None
    found = _RULE.fullmatch(use.words[1])
    if found is None:
        raise WrongUsage(use.say("commands.usage.rules"))
    return f"R-{int(found[1])}"


def _reply(result: ToolResult) -> Reply:
    return Reply(text=result.text, shown=result.shown)
