"""A message as the statements it makes, each in the person's own words."""

import re
from dataclasses import dataclass

from memory.slots import Reading, read
from memory.terms import folded
from storage.tables.memory import MemoryKind

_CLAUSES = re.compile(r"(?<=[，,。；;!！\n])\s*|(?<=\.)\s+")
_EDGES = " ，,。；;!！.\n"
_WISH = re.compile(
    r"以后|今后|往后|不要|别|请|希望|麻烦|一律|默认|尽量"
    r"|\b(?:please|from now on|always|never|don'?t|i want you|i'd like you|stop)\b"
)
_WISH_SLOTS = (
    "report_", "answer_language", "platform", "quiet_hours", "budget_limit", "called",
    "contact_time",
)  # fmt: skip
_IMPORTANCE = {MemoryKind.wish: 80, MemoryKind.fact: 50}


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    reading: Reading | None

    @property
    def kind(self) -> MemoryKind:
        if self.reading is not None:
            wished = self.reading.slot.startswith(_WISH_SLOTS)
        else:
            wished = _WISH.search(folded(self.text)) is not None
        return MemoryKind.wish if wished else MemoryKind.fact

    @property
    def importance(self) -> int:
        """0…100. A wish outlives a passing remark."""
        return _IMPORTANCE[self.kind]


def statements(text: str) -> list[Statement]:
    """One statement, unless the message says several things of which at most one each holds at a
    time ("reports in English, and I only look at Meta"): those must be replaced one by one."""
    clauses = [clause for part in _CLAUSES.split(text) if (clause := part.strip(_EDGES))]
    readings = [(clause, read(clause)) for clause in clauses]
    about = {reading.slot for _, reading in readings if reading is not None}
    if len(about) > 1:
        return [Statement(clause, reading) for clause, reading in readings]
    # Read as a whole first: "not English any more, use Chinese" says one thing.
    in_a_clause = next((reading for _, reading in reversed(readings) if reading), None)
    return [Statement(text.strip(), read(text) or in_a_clause)]
