"""Trouble on demand, for one call each."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    code = "code"  # an error of TikTok's, nothing is done
    page = "page"  # a gateway's 502 with HTML, nothing is done
    cut = "cut"  # the connection ends without an answer, nothing is done
    lost = "lost"  # done, but the answer is a gateway's 504
    dropped = "dropped"  # done, but the connection ends without an answer
    silent = "silent"  # done, and never answered


BEFORE = frozenset({Kind.code, Kind.page, Kind.cut})


@dataclass(slots=True, kw_only=True)
class Fault:
    """`writes_left`: how many writes pass before it; `endpoint`: of any call when empty."""

    kind: Kind
    endpoint: str = ""
    code: int = 50000
    message: str = "Internal error"
    writes_left: int | None = None


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def next(
        self, kind: str, endpoint: str = "", *, code: int = 50000, message: str = "Internal error"
    ) -> None:
        """The next call of `endpoint` goes wrong."""
        self._waiting.append(Fault(kind=Kind(kind), endpoint=endpoint, code=code, message=message))

    def nth_write(self, number: int, kind: str, *, code: int = 50000) -> None:
        """The write after `number` others goes wrong."""
        self._waiting.append(Fault(kind=Kind(kind), code=code, writes_left=number))

    def clear(self) -> None:
        self._waiting.clear()

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def strike(self, endpoint: str, *, write: bool) -> Fault | None:
        """The fault that meets this call."""
        for fault in self._waiting:
            if fault.writes_left is not None:
                if not write:
                    continue
                fault.writes_left -= 1
                if fault.writes_left >= 0:
                    continue
            elif fault.endpoint not in ("", endpoint):
                continue
            self._waiting.remove(fault)
            return fault
        return None
