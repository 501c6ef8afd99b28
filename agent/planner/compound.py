"""Two orders in one message: "暂停 C-3，然后把 C-5 预算加 20%"."""

import re
from dataclasses import dataclass

from agent.planner.ellipsis import leftover
from agent.planner.negation import blanked
from agent.planner.references import OBJECT_KINDS, named
from tools.reading.normal import normalise
from tools.reading.shapes import Span

_BREAK = re.compile(
    r"[,;。!?\n]|然后|接着|顺便|并且|同时|并(?=[打标贴加改调分转派给把通导停暂启开设建删])"
    r"|(?<![a-z])(?:and then|then|and|also)(?![a-z])"
)
_AGAIN = re.compile(r"再|另外|还有|此外|also(?![a-z])|then(?![a-z])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a message, as long as the message with the rest blanked. `set_apart`: more than a
    comma stands before it."""

    text: str
    set_apart: bool


def orders(text: str) -> list[str]:
    """The orders of `text`, each as long as `text` with the others blanked; empty unless there are
    at least two, each with one object and words of its own."""
    parts: list[Span] = []
    for piece in _pieces(text):
        # What names nothing belongs to the order before it.
        if parts and not _objects(text, piece):
            parts[-1] = (parts[-1][0], piece[1])
        else:
            parts.append(piece)
    objects = [_objects(text, part) for part in parts]
    alone = all(len(ids) == 1 for ids in objects)
    if len(parts) < 2 or not alone or len(set().union(*objects)) < len(parts):
        return []
    texts = [_only(text, part) for part in parts]
    return texts if all(map(_says_more, texts)) else []


def sequence(text: str) -> list[Piece]:
    """The pieces of `text` that may each be an order, empty unless there are at least two with words
    of their own."""
    spans: list[Span] = []
    for piece in _pieces(text):
        if spans and not _says_more(_only(text, piece)):
            spans[-1] = (spans[-1][0], piece[1])
        else:
            spans.append(piece)
    if len(spans) < 2:
        return []
    ends = [0, *(end for _, end in spans)]
    return [
        Piece(_only(text, span), set_apart=_is_set_apart(text, before, span))
        for span, before in zip(spans, ends, strict=False)
    ]


def _is_set_apart(text: str, before: int, span: Span) -> bool:
    between = normalise(text[before : span[0]])
    return bool(between.strip(" ,")) or bool(_AGAIN.match(normalise(text[slice(*span)]).strip()))


def _only(text: str, span: Span) -> str:
    return blanked(text, [(0, span[0]), (span[1], len(text))])


def _pieces(text: str) -> list[Span]:
    breaks = [match.span() for match in _BREAK.finditer(normalise(text))]
    starts = [0, *(end for _, end in breaks)]
    ends = [*(start for start, _ in breaks), len(text)]
    return [span for span in zip(starts, ends, strict=True) if text[slice(*span)].strip()]


def _objects(text: str, part: Span) -> set[str]:
    return {each.id for each in named(text[slice(*part)]) if each.kind in OBJECT_KINDS}


def _says_more(text: str) -> bool:
    """Whether the part says something beside its object: "C-3" in "C-3 and C-5" does not."""
    return bool(leftover(text, [(each.start, each.end) for each in named(text)]))
