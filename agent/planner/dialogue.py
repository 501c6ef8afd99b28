"""What a conversation has come to: the last call, an open question, and the objects in sight."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.contract import Ask, Plan, PlannedCall
from agent.planner.references import named

_IN_SIGHT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """`call` is the last planned call and `asked` the question that is open about it; `said` is what
    the person said on the way to it. `shown` are the ids of the assistant's last list, in order;
    `recent` are the objects in sight, the latest first."""

    call: PlannedCall | None = None
    asked: Ask | None = None
    said: str = ""
    shown: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()

    def after_user(self, text: str, plan: Plan) -> "Dialogue":
        call = plan.ask.call if plan.ask else plan.calls[-1] if plan.calls else None
        objects = [mention.id for mention in named(text)]
        if call:
            objects = [*_ids_in(call), *objects]
        if call is None and plan.talk == "unclear":
            return replace(self, recent=_latest(objects, self.recent))
        answers = self.asked is not None and call is not None and call.tool == self.asked.call.tool
        return replace(
            self,
            call=call or self.call,
            asked=plan.ask,
            said=f"{self.said} {text}" if answers else text,
            recent=_latest(objects, self.recent),
        )

    def after_assistant(self, text: str) -> "Dialogue":
        objects = tuple(dict.fromkeys(mention.id for mention in named(text)))
        # What the person's own order was about stays first; a list comes behind it.
        known = [each for each in self.recent[:1] if self.call and each in _ids_in(self.call)]
        return replace(
            self,
            shown=objects if len(objects) > 1 or not self.shown else self.shown,
            recent=_latest([*known, *objects], self.recent),
        )

    def in_focus(self) -> tuple[str, ...]:
        """The objects that "it" can mean, the latest first: not one of many in a list, unless the
        last order was about it."""
        own = _ids_in(self.call) if self.call else []
        listed = self.shown if len(self.shown) > 1 else ()
        return tuple(each for each in self.recent if each in own or each not in listed)


def _ids_in(call: PlannedCall) -> list[str]:
    values = [value for value in call.args.values() if isinstance(value, str)]
    return [mention.id for value in values for mention in named(value) if mention.id == value]


def _latest(objects: Sequence[str], before: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*objects, *before]))[:_IN_SIGHT]
