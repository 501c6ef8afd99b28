"""What one version of a document says otherwise than another, for people to read in a chat."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# "1. First" is one.
_SENTENCE = re.compile(r"(?<=[。！？!?；;])\s*|(?<=[^\d\s]\.)\s+")
# Beyond that frequent lines are passed over, or the comparison would take minutes.
_CAREFUL = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Sentences that stand in one place: `before` were taken away there, `after` came."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def difference(before: str, after: str) -> list[Passage]:
    """In the order of the text; empty when both say the same."""
    one, other = list(_sentences(before)), list(_sentences(after))
    matcher = SequenceMatcher(None, one, other, autojunk=len(one) + len(other) > _CAREFUL)
    return [
        Passage(before=tuple(one[i:j]), after=tuple(other[k:m]))
        for tag, i, j, k, m in matcher.get_opcodes()
        if tag != "equal"
    ]


def counts(passages: Sequence[Passage]) -> tuple[int, int]:
    """How many sentences came, and how many went."""
    return sum(len(each.after) for each in passages), sum(len(each.before) for each in passages)


def _sentences(text: str) -> Iterator[str]:
    """A row of a table is one."""
    for line in text.splitlines():
        whole = line.lstrip().startswith("|")
        parts = [line] if whole else _SENTENCE.split(line)
        yield from (part.strip() for part in parts if part.strip())
