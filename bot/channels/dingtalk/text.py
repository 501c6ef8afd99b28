"""Texts as DingTalk shows them: plain ones as they are, Markdown in its own dialect."""

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telegramify_markdown import convert

from bot.splitting import cut

# DingTalk takes 15,000 bytes of parameters as JSON; their names stand there, too, and lines to
# write and a note about a repeated send may be added.
MAX_TEXT = 14_900
_MAX_PLAIN, _MAX_MARKED = 13_900, 12_000
# What a hard break, a quote or an escape may make of one character, in bytes.
_NEWLINE_BYTES, _MARK_BYTES, _CONTROL_BYTES = 9, 3, 6
_QUOTED = ("blockquote", "expandable_blockquote", "pre")
_MARKS = {"bold": "**", "italic": "*"}

# Only where DingTalk would read it as formatting: a backslash is seen where it is not understood.
_ESCAPED = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~])          # before what it would escape
      | \*(?=\S) | (?<=\S)\*           # emphasis, unless it stands alone, as in 5 * 3
      | (?<!\w)_(?=\S) | (?<=\S)_(?!\w)
      | `
      | \[(?=[^\]\n]*\][(\[])          # links and pictures
      | <(?=[A-Za-z/!?])               # tags
      | ~(?=~) | (?<=~)~
      | &(?=\#?\w+;)""",
    re.VERBOSE,
)
_LINE_MARK = re.compile(r"(?=#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|[-=_*]{2,}\s*$)")
_INDENT = re.compile(r"^ +")


@dataclass(frozen=True, slots=True)
class Span:
    """What looks so, in code points."""

    kind: str
    start: int
    end: int


def formatted(text: str) -> tuple[str, tuple[Span, ...]]:
    """The text without its Markdown, and what is bold, quoted … in it. Links show where they lead:
    a model may have been told what to hide, and a picture would be fetched unseen."""
    plain, entities = convert(text, latex_escape=False)
    at = _positions(plain)
    spans: list[Span] = []
    leads: list[tuple[int, str]] = []
    for each in entities:
        start, end = at[each.offset], at[min(each.offset + each.length, len(at) - 1)]
        if each.type == "text_link" and each.url and each.url not in plain[start:end]:
            leads.append((end, f" ({each.url})"))
        elif each.type in _MARKS or each.type in _QUOTED:
            spans.append(Span(each.type, start, end))
    plain = plain.rstrip()
    for position, words in sorted(leads, reverse=True):
        position = min(position, len(plain))
        plain = plain[:position] + words + plain[position:]
        spans = [_moved(each, position, len(words)) for each in spans]
    return (plain, tuple(spans)) if plain else (text, ())


def pieces(text: str, spans: Sequence[Span], *, marked: bool) -> list[tuple[str, tuple[Span, ...]]]:
    """As long as one message takes; code is kept together, and what is cut keeps its look."""
    limit, size = (_MAX_MARKED, _marked_bytes) if marked else (_MAX_PLAIN, json_bytes)
    whole = [(each.start, each.end) for each in spans if each.kind == "pre"]
    return [
        (text[start:end], tuple(_within(spans, start, end)))
        for start, end in cut(text, limit, size=size, whole=whole)
    ]


def rendered(text: str, spans: Iterable[Span] = ()) -> str:
    """In DingTalk's Markdown: only what the spans say is formatted, and every line is one."""
    listed = list(spans)
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_line(line, start, listed))
        start += len(line) + 1
    return _joined(lines)


def shifted(spans: Iterable[Span], by: int) -> tuple[Span, ...]:
    return tuple(Span(each.kind, each.start + by, each.end + by) for each in spans)


def json_bytes(text: str) -> int:
    """What the text takes as part of a JSON string."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")) - 2


def _marked_bytes(text: str) -> int:
    return sum(_marked_byte(each) for each in text)


def _marked_byte(character: str) -> int:
    if character == "\n":
        return _NEWLINE_BYTES
    if character.isascii():
        if not character.isprintable():
            return _CONTROL_BYTES
        return 1 if character.isalnum() else _MARK_BYTES
    return len(character.encode("utf-8", "replace"))


def _joined(lines: Sequence[str]) -> str:
    """Two spaces before a line's end make it one; paragraphs need none."""
    said = ""
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        said += line
        if following is not None:
            said += "  \n" if line.strip() and following.strip() else "\n"
    return said


def _line(line: str, start: int, spans: Sequence[Span]) -> str:
    end = start + len(line)
    quoted = any(each.kind in _QUOTED and each.start <= start < each.end for each in spans)
    marks = [
        each for each in spans if each.kind in _MARKS and each.start < end and each.end > start
    ]
    said, at = "", 0
    for first, last, mark in _runs(line, start, marks):
        said += _escaped(line[at:first], opens=at == 0) + mark
        said += _escaped(line[first:last], opens=False) + mark[::-1]
        at = last
    said += _escaped(line[at:], opens=at == 0)
    return f"> {said}" if quoted else said


def _runs(line: str, start: int, marks: Sequence[Span]) -> list[tuple[int, int, str]]:
    """Where in the line what is formatted begins and ends, with its marks; spaces at its edges are
    left out, as Markdown wants it."""
    edges = sorted(
        {min(max(edge - start, 0), len(line)) for each in marks for edge in (each.start, each.end)}
    )
    found = []
    for first, last in itertools.pairwise(edges):
        kinds = {
            each.kind for each in marks if each.start <= start + first and each.end >= start + last
        }
        inside = line[first:last]
        first += len(inside) - len(inside.lstrip())
        last -= len(inside) - len(inside.rstrip())
        if kinds and first < last:
            found.append((first, last, "".join(_MARKS[kind] for kind in sorted(kinds))))
    return found


def _escaped(text: str, *, opens: bool) -> str:
    """`opens`: it begins a line."""
    said = _ESCAPED.sub(lambda found: f"\\{found[0]}", text)
    if not opens:
        return said
    indent = _INDENT.match(text)
    spaces = indent.end() if indent else 0
    body = said[spaces:]
    if _LINE_MARK.match(text[spaces:]) and not body.startswith("\\"):
        body = f"\\{body}"
    return "\N{NO-BREAK SPACE}" * spaces + body


def _positions(text: str) -> list[int]:
    """By position in UTF-16, that in code points."""
    at: list[int] = []
    for position, character in enumerate(text):
        at += [position] * (2 if ord(character) > 0xFFFF else 1)
    return [*at, len(text)]


def _moved(span: Span, position: int, by: int) -> Span:
    start = span.start + (by if span.start >= position else 0)
    end = span.end + (by if span.end > position else 0)
    return Span(span.kind, start, end)


def _within(spans: Iterable[Span], start: int, end: int) -> Iterable[Span]:
    for each in spans:
        first, last = max(each.start, start), min(each.end, end)
        if first < last:
            yield Span(each.kind, first - start, last - start)
