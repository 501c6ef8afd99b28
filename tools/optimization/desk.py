"""What is typed behind /rules new and /rules dry."""

import re
from dataclasses import replace
from decimal import Decimal

from tools.arguments import PERIOD_NAMES, Kind
from tools.context import ToolContext
from tools.optimization.drafting import Draft
from tools.optimization.guard_text import with_guards
from tools.optimization.orders import as_draft, read_order
from tools.optimization.templates import is_template, template
from tools.periods import Days, resolve
from tools.reading import read

_PERIOD = re.compile(
    rf"(?<!\S)(?:{'|'.join(PERIOD_NAMES)}|\d{{4}}-\d\d-\d\d\.\.\d{{4}}-\d\d-\d\d)(?!\S)"
)
# 上个月 reads as a period wherever it stands, 近3天 as the window of a figure: only these, and only
# at the front, say which days to walk.
_AMOUNT = re.compile(r"(?<!\S)[¥$€£]?(\d{1,10}(?:\.\d{1,4})?)(?!\S)")


def draft_of_words(context: ToolContext, words: str) -> Draft:
    """`stop_loss C-1 60 cooldown=48h`, or a rule in a sentence. Raises NothingSaid,
    ConditionUnclear, ConditionTooLong, GuardUnclear."""
    name, _, rest = words.strip().partition(" ")
    if not is_template(context, name):
        return as_draft(read_order(context, words))
    order = read_order(context, rest)
    amount = _AMOUNT.search(rest)
    draft = template(
        context, name, campaign=order.campaign, target=Decimal(amount[1]) if amount else None
    )
    return replace(draft, guards=with_guards(draft.guards, order.guards))


def period_of(context: ToolContext, words: str) -> Days | None:
    """The days to walk: a period by its name anywhere, or one in plain words at the front."""
    today = context.clock.now().astimezone(context.timezone).date()
    named = _PERIOD.search(words)
    if named:
        return resolve(named[0], today)
    said = _in_front(context, words)
    return resolve(said[0], today) if said else None


def without_period(context: ToolContext, words: str) -> str:
    if _PERIOD.search(words):
        return _PERIOD.sub(" ", words, count=1)
    said = _in_front(context, words)
    return words[said[1] :] if said else words


def _in_front(context: ToolContext, words: str) -> tuple[str, int] | None:
    now = context.clock.now().astimezone(context.timezone)
    for each in read(Kind.period, words, now=now):
        first, _, _ = words.partition(" ")
        whole = each.end == len(words) or each.end == len(first)
        if each.start == 0 and (whole or words[each.end : each.end + 1] in " ,，:："):
            return each.value, each.end
    return None
