"""/rules: what watches the ads, made, changed, checked now, tried out, or looked up in its log."""

import re
from collections.abc import Sequence

from agent.contract import Reply
from bot.commands.base import Invocation, WrongUsage
from tools.context import ToolContext
from tools.optimization.service import (
    all_rules,
    back_to,
    check_now,
    dry_run,
    edit_rule,
    new_rule,
    rule_log,
    show_rule,
    show_versions,
    switch_rule,
    templates,
    try_out,
)
from tools.result import ToolResult

_RULE = re.compile(r"(?:R-?)?(\d{1,9})", re.IGNORECASE)


async def rules(use: Invocation) -> Reply:
    """Without a word: all of them. Raises WrongUsage, and what is wrong with a rule."""
    verb, *words = (use.words[0].lower(), *use.words[1:]) if use.words else ("list",)
    context = use.services.open_tools(use.turn)
    if verb == "templates" and not words:
        return Reply(text=templates(context))
    if verb == "check":
        ref = _only_rule(words)
        if ref is not None or not words:
            return _reply(await check_now(context, use.services.settings.approvals, ref))
    result = await _about_one(context, verb, words) or await _in_words(context, verb, words)
    if result is None:
        raise WrongUsage(use.say("commands.usage.rules"))
    return _reply(result)


async def _about_one(context: ToolContext, verb: str, words: Sequence[str]) -> ToolResult | None:
    """What takes one rule and no words of its own; R-1, r1 and 1 are the same rule."""
    ref = _rule(words[0]) if words else None
    match verb, len(words):
        case "list", 0:
            return await all_rules(context)
        case "log", 1 if ref:
            return await rule_log(context, ref)
        case "show", 1 if ref:
            return await show_rule(context, ref)
        case "versions", 1 if ref:
            return await show_versions(context, ref)
        case (("on" | "off"), 1) if ref:
            return await switch_rule(context, ref, on=verb == "on")
        case "back", 2 if ref and words[1].isdecimal() and len(words[1]) < 7:
            return await back_to(context, ref, int(words[1]))
    return None


async def _in_words(context: ToolContext, verb: str, words: Sequence[str]) -> ToolResult | None:
    """What takes a rule as people say it."""
    ref = _rule(words[0]) if words else None
    match verb:
        case "dry" if not words:
            return await dry_run(context, None)
        case "dry":
            return await try_out(context, ref, " ".join(words[1:] if ref else words))
        case "new" if words:
            return await new_rule(context, " ".join(words))
        case "edit" if ref and len(words) > 1:
            return await edit_rule(context, ref, " ".join(words[1:]))
    return None


def _rule(word: str) -> str | None:
    found = _RULE.fullmatch(word)
    return f"R-{int(found[1])}" if found else None


def _only_rule(words: Sequence[str]) -> str | None:
    return _rule(words[0]) if len(words) == 1 else None


def _reply(result: ToolResult) -> Reply:
    return Reply(text=result.text, shown=result.shown)
