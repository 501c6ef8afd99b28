"""Trouble on demand."""

from dataclasses import dataclass, field
from enum import StrEnum

from tests.emulators.ads.meta.errors import GraphError


class Kind(StrEnum):
    # Nothing happens.
    refused = "refused"  # with the error that was given
    reset = "reset"  # the connection is gone
    gateway = "gateway"  # 502 with a page of HTML
    # It is done when the next call to the same edge comes; the connection is gone.
    late = "late"
    # It is done, and the client does not learn it.
    lost = "lost"  # the connection is gone
    broken = "broken"  # the error that was given
    empty = "empty"  # {}
    silent = "silent"  # no answer until the client leaves


UNSEEN = frozenset({Kind.lost, Kind.broken, Kind.empty, Kind.silent})


@dataclass(kw_only=True)
class Fault:
    """Meets `times` calls that fit, after `skip` others. `edge` is "node" for an object itself, and
    None fits all. `regain` are the minutes that a throttled client is told to wait."""

    kind: Kind
    method: str | None = None
    edge: str | None = None
    skip: int = 0
    times: int = 1
    error: GraphError | None = None
    regain: int = 0
    hits: int = field(default=0, init=False)

    def met_by(self, method: str, edge: str) -> bool:
        if self.method not in (None, method) or self.edge not in (None, edge):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.hits += 1
        return self.hits <= self.times


class Faults:
    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> Fault:
        self._planned.append(fault)
        return fault

    def refuse(
        self, error: GraphError, *, method: str | None = None, edge: str | None = None,
        skip: int = 0, times: int = 1, regain: int = 0,
    ) -> Fault:  # fmt: skip
        return self.plan(
            Fault(
                kind=Kind.refused, error=error, method=method, edge=edge, skip=skip, times=times,
                regain=regain,
            )
        )  # fmt: skip

    def clear(self) -> None:
        self._planned.clear()

    def meeting(self, method: str, edge: str) -> Fault | None:
        return next((fault for fault in self._planned if fault.met_by(method, edge)), None)
