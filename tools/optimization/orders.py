"""A rule in one sentence, as it is typed behind a command: condition, action, campaign, guards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tools.arguments import Kind
from tools.conditions import Condition, over
from tools.context import ToolContext
from tools.optimization.drafting import BUDGET_ACTIONS, Draft
from tools.optimization.errors import NothingSaid
from tools.optimization.guard_text import read_guards, with_guards
from tools.optimization.guards import Guards
from tools.reading import read
from tools.reading.condition_grammar import ConditionUnclear
from tools.reading.conditions import ACTIONS, first_of, sentence

# Long enough that most of what was sold is reported.
DEFAULT_WINDOW = "3d"
_NAME = re.compile(r"(?<!\S)(?:name|名称|名稱)\s*[=＝]\s*(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a sentence says; None and empty for what it does not say. `condition` may lack windows
    that `window` gives."""

    condition: Condition | None = None
    window: str | None = None
    action: str | None = None
    step: Decimal | None = None
    campaign: str | None = None
    name: str | None = None
    guards: Mapping[str, Any] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return self == Order()


def read_order(context: ToolContext, text: str) -> Order:
    """Raises ConditionUnclear, ConditionTooLong, GuardUnclear."""
    guards, rest = read_guards(text)
    name = _NAME.search(rest)
    rest = _NAME.sub(" ", rest)
    said = sentence(rest)
    if said and said[2] is None:
        raise ConditionUnclear(rest[said[0] : said[1]])
    condition = said[2] if said else None
    outside = f"{rest[: said[0]]} {rest[said[1] :]}" if said else rest
    now = context.clock.now().astimezone(context.timezone)

    def first(kind: Kind, argument: str = "", choices: tuple[str, ...] = ()) -> Any:
        found = read(kind, outside, now=now, argument=argument, choices=choices)
        return found[0].value if found else None

    action = first(Kind.choice, "action", ACTIONS)
    said_of_one = first_of(condition).get("time_range") if condition else None
    # The campaign may stand inside the condition: "cpa of C-1 > 50".
    campaigns = read(Kind.campaign, rest, now=now)
    return Order(
        condition=condition, window=said_of_one or first(Kind.window), action=action,
        step=first(Kind.number, "action_value") if action in BUDGET_ACTIONS else None,
        campaign=campaigns[0].value if campaigns else None, name=name[1] if name else None,
        guards=guards,
    )  # fmt: skip


def as_draft(order: Order) -> Draft:
    """A new rule. Raises NothingSaid when it lacks a condition or an action, GuardUnclear."""
    if order.condition is None:
        raise NothingSaid("no_condition")
    if order.action is None:
        raise NothingSaid("no_action")
    return Draft(
        condition=over(order.condition, order.window or DEFAULT_WINDOW), action=order.action,
        step=order.step, campaign=order.campaign, name=order.name,
        guards=with_guards(Guards(), order.guards),
    )  # fmt: skip


def edited(draft: Draft, order: Order, *, window: str) -> Draft:
    """`draft` with what `order` says; `window` is for figures without one. Raises GuardUnclear."""
    action = order.action or draft.action
    kept = draft.step if action == draft.action else None
    return replace(
        draft,
        condition=over(order.condition, order.window or window)
        if order.condition
        else draft.condition,
        action=action,
        step=order.step or kept,
        campaign=order.campaign or draft.campaign,
        name=order.name or draft.name,
        guards=with_guards(draft.guards, order.guards),
    )
