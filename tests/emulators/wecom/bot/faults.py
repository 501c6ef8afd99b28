"""Faults to be met: which, at which command and chat, how often."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How a frame of the client, or one to it, goes wrong."""

    refuse = "refuse"  # value: the errcode; nothing happens
    no_ack = "no_ack"  # nothing happens, and nothing is said
    close = "close"  # value: 1000, 1006 (without a close frame) or 1011; nothing happens
    unseen = "unseen"  # done, and nothing is said
    close_after = "close_after"  # done, then closed as `close`
    slow = "slow"  # done, the ack comes after `value` real seconds
    # Frames to the client; command: aibot_msg_callback or aibot_event_callback.
    fragments = "fragments"  # in pieces of some bytes
    huge = "huge"  # value: megabytes of padding in a field that nobody knows
    duplicate = "duplicate"  # once more, with the same msgid, when a connection is made anew
    garbage = "garbage"  # no JSON comes before it


@dataclass(kw_only=True)
class Fault:
    """None fits all. `count` None is for ever."""

    kind: Kind
    command: str | None = None
    chat: str | None = None
    count: int | None = 1
    value: float = 0.0
    hits: int = field(default=0, init=False)

    def fits(self, command: str, chat: str | None) -> bool:
        left = self.count is None or self.hits < self.count
        return left and self.command in (None, command) and self.chat in (None, chat)


_OUTWARD = (Kind.fragments, Kind.huge, Kind.duplicate, Kind.garbage)


class Faults:
    """The first fitting fault is met."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def for_call(self, command: str, chat: str | None) -> Fault | None:
        return self._met(command, chat, outward=False)

    def for_event(self, command: str, chat: str | None) -> Fault | None:
        return self._met(command, chat, outward=True)

    def _met(self, command: str, chat: str | None, *, outward: bool) -> Fault | None:
        for fault in self.planned:
            if (fault.kind in _OUTWARD) is outward and fault.fits(command, chat):
                fault.hits += 1
                return fault
        return None
