"""Cuts a long text into pieces that a platform takes, where a reader would cut it."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from wcwidth import iter_graphemes

Span = tuple[int, int]
Size = Callable[[str], int]

_URL = re.compile(r"https?://[^\s<>\"'，。；！？（）】》]+")
# Where to cut, best first: between paragraphs, lines, sentences, words.
_BREAKS = tuple(
    re.compile(each) for each in (r"\n\s*\n", r"\n", r"(?<=[。！？；])|(?<=[.!?;])\s", r"\s")
)


def cut(text: str, limit: int, *, size: Size = len, whole: Iterable[Span] = ()) -> list[Span]:
    """The spans (start, end), in code points, of pieces of at most `limit` as `size` counts; white
    space between two pieces belongs to neither, a text of nothing else is one empty piece. Links,
    the spans named in `whole`, and characters that are seen as one are cut only when one alone is
    too long. No code point may count less than 1.
    """
    if not text.strip():
        return [(0, 0)]
    guarded = _guarded(text, limit, size, whole)
    pieces: list[Span] = []
    start = 0
    while len(text) - start > limit or size(text[start:]) > limit:
        end = _best(text, start, _ends(text, start, limit, size), guarded)
        pieces.append((start, start + len(text[start:end].rstrip())))
        start = _after_space(text, end)
    pieces.append((start, len(text)))
    return [piece for piece in pieces if piece[0] < piece[1]]


def _guarded(text: str, limit: int, size: Size, whole: Iterable[Span]) -> list[Span]:
    """What is not to be cut and need not be, in order; spans inside each other become one."""
    spans = sorted([*whole, *(found.span() for found in _URL.finditer(text))])
    joined: list[Span] = []
    for first, last in spans:
        if size(text[first:last]) > limit:
            continue
        if joined and first < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _ends(text: str, start: int, limit: int, size: Size) -> list[int]:
    """Behind which characters a piece may end, one at least; a character that is too long alone is
    cut where it fits."""
    ends: list[int] = []
    end, used = start, 0
    for character in iter_graphemes(text, start, start + limit + 1):
        used += size(character)
        if used > limit:
            break
        end += len(character)
        ends.append(end)
    if ends:
        return ends
    fitting = (used <= limit for used in accumulate(map(size, text[start : start + limit])))
    return [start + max(1, sum(fitting))]


def _best(text: str, start: int, ends: Sequence[int], guarded: Sequence[Span]) -> int:
    """Where to cut: the best kind of break that does not waste half the piece."""
    most, allowed = ends[-1], set(ends)
    for kind in _BREAKS:
        found = [start + each.start() for each in kind.finditer(text[start : most + 1])]
        free = (end for end in reversed(found) if end in allowed and not _around(end, guarded))
        end = next(free, start)
        if end - start > (most - start) // 2:
            return end
    span = _around(most, guarded)
    before = [end for end in ends if end <= span[0]] if span else []
    return before[-1] if before else most


def _around(position: int, guarded: Sequence[Span]) -> Span | None:
    """The span that a cut here would break."""
    at = bisect_left(guarded, (position, 0)) - 1
    return guarded[at] if at >= 0 and position < guarded[at][1] else None


def _after_space(text: str, position: int) -> int:
    for character in iter_graphemes(text, position):
        if not character.isspace():
            break
        position += len(character)
    return position
