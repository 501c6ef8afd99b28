"""What a run of the kill test says at its end."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.chaos.books import Books
from tests.chaos.checking import check, repetitions

_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`broken` are the invariants that did not hold, with the offending ids; `missed` the failpoints
    that nobody came to; `deaths` the exit statuses of workers that ended by themselves."""

    seed: int
    seconds: float
    settled_in: float
    updates: int
    confirmed: int
    redelivered: int
    answers: int
    shown: int
    doubts: int
    repetitions: int
    unknown: int
    model_requests: int
    commits_cut: int
    struck: Mapping[str, int]
    figures: Mapping[str, int]
    exits: Mapping[str, int]
    missed: Sequence[str] = ()
    broken: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def kills(self) -> int:
        return sum(n for name, n in self.struck.items() if name.startswith(("kill", "at ")))

    def as_json(self) -> str:
        return json.dumps({**asdict(self), "kills": self.kills}, ensure_ascii=False, default=str)

    def lines(self) -> list[str]:
        struck = ", ".join(f"{name} {n}" for name, n in sorted(self.struck.items()))
        figures = ", ".join(f"{name} {n}" for name, n in self.figures.items())
        said = [
            f"seed {self.seed}: {self.kills} kills in {self.seconds:.0f} s, "
            + f"at rest {self.settled_in:.0f} s after the last",
            f"struck: {struck}",
            f"{self.updates} updates, {self.confirmed} acknowledged, {self.redelivered} came again",
            f"{self.answers} answers, {self.shown} messages shown; ambiguous sends: {self.doubts}"
            + f" counted, {self.repetitions} sent again and marked, {self.unknown} unknown",
            f"commits cut {self.commits_cut}, model requests {self.model_requests}, {figures}",
        ]
        said += [f"workers that ended by themselves: {dict(self.exits)}"] if self.exits else []
        said += [f"never came to: {', '.join(self.missed)}"] if self.missed else []
        for name, offenders in self.broken.items():
            shown = ", ".join(map(str, offenders[:_SHOWN]))
            said.append(f"BROKEN {name}: {len(offenders)} ({shown})")
        return said if self.broken else [*said, "every invariant holds"]


def report_of(
    books: Books,
    ledger: Sequence[Mapping[str, Any]],
    *,
    seed: int,
    seconds: float,
    settled_in: float,
    struck: Mapping[str, int],
    missed: Sequence[str],
    exits: Iterable[int],
    model_requests: int,
    commits_cut: int,
) -> Report:
    attempts = sum(entry.get("event") == "attempt" for entry in ledger)
    return Report(
        seed=seed, seconds=round(seconds, 1), settled_in=round(settled_in, 1),
        updates=len(books.updates),
        confirmed=sum(update.confirmed for update in books.updates),
        redelivered=attempts - len(books.updates),
        answers=sum(row.reply_to is not None for row in books.sent),
        shown=len(books.effects),
        doubts=sum(row.doubts for row in books.sent),
        repetitions=repetitions(books),
        unknown=sum(row.status == "unknown" for row in books.sent),
        model_requests=model_requests, commits_cut=commits_cut, struck=dict(struck),
        figures=books.figures, exits={str(code): n for code, n in Counter(exits).items()},
        missed=tuple(missed), broken=check(books),
    )  # fmt: skip
