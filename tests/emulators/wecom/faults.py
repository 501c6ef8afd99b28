"""Faults to be met: which, at which path, for whom, how often."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """How a call, or the delivery of an event, goes wrong."""

    # The call is refused, nothing happens.
    code = "code"  # value: the errcode
    bad_gateway = "bad_gateway"  # 502 with HTML
    reset_before = "reset_before"  # the connection is gone
    # The call is done, the client does not learn it.
    reset_after = "reset_after"
    slow = "slow"  # value: real seconds until the answer
    malformed = "malformed"  # 200, no JSON
    cut = "cut"  # half of the answer, then the connection is gone
    lost = "lost"  # 502 with HTML although it was done
    # Events.
    duplicate = "duplicate"  # posted once more although it was acknowledged


UNSEEN = frozenset({Kind.reset_after, Kind.slow, Kind.malformed, Kind.cut, Kind.lost})
BEFORE = frozenset({Kind.bad_gateway, Kind.reset_before})


@dataclass(kw_only=True)
class Fault:
    """None fits all; `path` stands behind /cgi-bin/, `to` is a userid. `count` None is for ever."""

    kind: Kind
    path: str | None = None
    to: str | None = None
    count: int | None = 1
    probability: float = 1.0
    value: float = 1.0
    hits: int = field(default=0, init=False)

    def fits(self, path: str, to: str) -> bool:
        return (
            (self.count is None or self.hits < self.count)
            and self.path in (None, path)
            and self.to in (None, to)
        )


class Faults:
    """The first fitting fault is met; chance comes from the seed alone."""

    def __init__(self, seed: int = 0) -> None:
        self.planned: list[Fault] = []
        self.random = Random(seed)

    def for_call(self, path: str, to: str) -> Fault | None:
        calls = (fault for fault in self.planned if fault.kind is not Kind.duplicate)
        return next((fault for fault in calls if self._hits(fault, path, to)), None)

    def for_event(self, to: str) -> bool:
        """Whether it is to be posted once more."""
        events = (fault for fault in self.planned if fault.kind is Kind.duplicate)
        return any(self._hits(fault, "", to) for fault in events)

    def _hits(self, fault: Fault, path: str, to: str) -> bool:
        if not fault.fits(path, to):
            return False
        if fault.probability < 1 and self.random.random() >= fault.probability:
            return False
        fault.hits += 1
        return True
