"""From what was heard to calls: completed from the conversation, or asked about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.contract import Ask, PlannedCall
from agent.planner.dialogue import Dialogue
from agent.planner.guides import Guide, guides
from agent.planner.hearing import Heard
from agent.planner.missing import choices, missing
from agent.planner.references import OBJECT_KINDS, kind_of
from agent.planner.schema import Slot, slots_of
from tools.arguments import Kind
from tools.spec import Arguments

_PLATFORM = "platform"


class Composer:
    """Completes the calls of one tool in one conversation. `platforms` are those configured, `focus`
    the objects in sight, the latest first."""

    def __init__(
        self,
        tool: str,
        model: type[Arguments],
        *,
        dialogue: Dialogue,
        platforms: Sequence[str],
        focus: Sequence[str],
    ) -> None:
        self._tool = tool
        self._slots = {slot.name: slot for slot in slots_of(model)}
        self._guide = guides().get(tool, Guide())
        self._dialogue = dialogue
        self._platforms = platforms
        self._focus = focus

    def compose(self, heard: Heard, text: str) -> tuple[PlannedCall, ...] | Ask:
        """One call, one per object when several were named, or a question."""
        args, quotes = dict(heard.args), dict(heard.quotes)
        self._drop_rivals(args)
        for name, value, quote in self._carried(args, text):
            args[name], quotes[name] = value, quote
        call = PlannedCall(
            tool=self._tool,
            args=self._ordered(args),
            quotes={name: quotes.get(name, "") for name in self._ordered(args)},
        )
        open_ = missing(tuple(self._slots.values()), self._guide, args)
        if open_:
            return self._ask(call, open_[0])
        return tuple(_each_object(call, heard, text))

    def _ask(self, call: PlannedCall, argument: str) -> Ask:
        slot = self._slots[argument]
        ready = choices(slot, self._platforms, self._dialogue.shown)
        return Ask(call=call, argument=argument, choices=ready)

    def _drop_rivals(self, args: dict[str, Any]) -> None:
        """Of arguments that exclude each other the last declared stays: it is the closer reading
        (an ad set names its campaign, a percentage is no sum)."""
        for group in self._guide.one_of:
            given = [name for name in group if name in args]
            for name in given[:-1]:
                del args[name]

    def _carried(self, args: Mapping[str, Any], text: str) -> Iterator[tuple[str, Any, str]]:
        """Needed arguments that the conversation already gave, with the words they came from."""
        for need in missing(tuple(self._slots.values()), self._guide, args):
            for name in self._guide.alternatives(need):
                found = self._from_conversation(self._slots[name], text)
                if found:
                    yield (name, *found)
                    break

    def _from_conversation(self, slot: Slot, text: str) -> tuple[Any, str] | None:
        call = self._dialogue.call
        if slot.kind in OBJECT_KINDS:
            objects = [each for each in self._focus if kind_of(each) is slot.kind]
            return (objects[0], self._quote_of(objects[0], text)) if objects else None
        if slot.name == _PLATFORM and len(self._platforms) == 1:
            return self._platforms[0], ""
        if call is None:
            return None
        if slot.kind is Kind.period and slot.name in call.args:
            return call.args[slot.name], call.quotes.get(slot.name, "")
        implied = guides().get(call.tool, Guide()).implies.get(slot.name)
        return (implied, self._dialogue.said) if implied else None

    def _quote_of(self, object_id: str, text: str) -> str:
        """The person's own words for an object in sight: those of the last call, or this message,
        which leaves it unsaid."""
        call = self._dialogue.call
        if call:
            for name, value in call.args.items():
                if value == object_id and call.quotes.get(name):
                    return call.quotes[name]
        return text

    def _ordered(self, args: Mapping[str, Any]) -> dict[str, Any]:
        return {name: args[name] for name in self._slots if name in args}


def _each_object(call: PlannedCall, heard: Heard, text: str) -> Iterator[PlannedCall]:
    if heard.objects is None or heard.objects[0] not in call.args:
        yield call
        return
    name, mentions = heard.objects
    seen: set[str] = set()
    for mention in mentions:
        if mention.id not in seen:
            seen.add(mention.id)
            quotes = call.quotes | {name: text[mention.start : mention.end]}
            yield replace(call, args=call.args | {name: mention.id}, quotes=quotes)
