"""Which arguments a call still needs, in the order to ask for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.planner.guides import Guide
from agent.planner.references import OBJECT_KINDS, kind_of
from agent.planner.schema import Slot
from tools.arguments import Kind

_FEW = 6
_COMMON_PERIODS = ("today", "yesterday", "this_week", "last_week", "this_month", "last_month")


def missing(slots: Sequence[Slot], guide: Guide, args: Mapping[str, Any]) -> list[str]:
    """One name per need; of a group of alternatives its first."""
    names = [slot.name for slot in slots if _needed(slot, guide, args) and slot.name not in args]
    groups = [
        group[0]
        for group in (*guide.one_of, *guide.any_of)
        if not any(name in args for name in group)
    ]
    order = [slot.name for slot in slots]
    return sorted({*names, *groups}, key=order.index)


def choices(slot: Slot, platforms: Sequence[str], shown: Sequence[str]) -> tuple[str, ...]:
    """Ready answers to the question for this argument, none when they would be many."""
    if slot.name == "platform":
        return tuple(platforms)
    if slot.kind is Kind.period:
        return _COMMON_PERIODS
    if slot.kind in OBJECT_KINDS:
        listed = tuple(each for each in shown if kind_of(each) is slot.kind)
        return listed if len(listed) <= _FEW else ()
    return slot.choices if len(slot.choices) <= _FEW else ()


def _needed(slot: Slot, guide: Guide, args: Mapping[str, Any]) -> bool:
    conditions = guide.needs.get(slot.name, {})
    return slot.required or any(args.get(name) in values for name, values in conditions.items())
