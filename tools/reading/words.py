"""Free words: search texts and titles, tags, notes."""

import re
from collections.abc import Iterator
from datetime import datetime

from tools.reading.base import Reading
from tools.reading.choices import mentions
from tools.reading.ids import spans_of_ids
from tools.reading.normal import normalise
from tools.reading.numbers import numbers
from tools.reading.people import names
from tools.reading.periods import periods
from tools.reading.shapes import Span, dates_and_contacts, inside
from tools.reading.tables import table

_TABLE = table("words")
_SURE = [re.compile(_TABLE["text"][name]) for name in ("sure", "industry", "english")]
_LIKELY = re.compile(_TABLE["text"]["likely"])
_LOOKED_UP = re.compile(_TABLE["text"]["looked_up"])
_ENDS = re.compile(_TABLE["text_ends"])
_QUOTED = re.compile(_TABLE["quotes"])
_ADD_TAGS = re.compile(_TABLE["tags"]["add"])
_REMOVE_TAGS = re.compile(_TABLE["tags"]["remove"])
_SPLITS = re.compile(_TABLE["tags"]["splits"])
_STRIPS = re.compile(_TABLE["tags"]["strips"])
_NOTE = re.compile(_TABLE["note"])
_FACT = re.compile(_TABLE["fact"])
_REASON = re.compile(_TABLE["reason"])
_PROBLEM = re.compile(_TABLE["problem"])
_FILLERS = re.compile(r"^(?:一下|下|有关|关于|所有|全部|一些|the |all |any |my |me |for |有)\s?")
_NO_TEXT = re.compile(_TABLE["no_text"])
_LONGEST_TAG = 20
_SHORTEST_PROBLEM = 2


def texts(text: str, now: datetime) -> list[Reading]:
    """Search words and titles: what is quoted, then what follows a word for it, then what stands
    before the thing looked for and is nothing else."""
    plain = normalise(text)
    spans = [_group(match) for match in _QUOTED.finditer(plain)]
    if not spans:
        for pattern in _SURE:
            spans += [_ended(plain, match.span("said")) for match in pattern.finditer(plain)]
    if not spans:
        spans = list(_likely(text, plain, now))
    if not spans and (looked_up := _LOOKED_UP.fullmatch(plain)):
        span = looked_up.span("said")
        spans = [span] if any((each.start, each.end) == span for each in names(text)) else []
    return _readings(text, spans)


def tags(text: str, argument: str) -> list[Reading]:
    """At most one reading: the tags to add, or to remove for `remove_tags`."""
    plain = normalise(text)
    pattern, other = _ADD_TAGS, _REMOVE_TAGS
    if argument == "remove_tags":
        pattern, other = other, pattern
    elsewhere = [match.span() for match in _REMOVE_TAGS.finditer(plain)]
    found: list[Span] = []
    for match in pattern.finditer(plain):
        span = _group(match)
        if pattern is _REMOVE_TAGS or not inside(span, elsewhere):
            found += _split(plain, span)
    if not found:
        return []
    values = list(dict.fromkeys(text[slice(*span)] for span in found))
    return [Reading(value=values, start=found[0][0], end=found[-1][1])]


def notes(text: str, argument: str) -> list[Reading]:
    """The words to keep; a `fact` is the whole message without "remember that", a `problem` what
    is said beside the order for a ticket."""
    plain = normalise(text)
    if argument == "fact":
        lead_in = _FACT.match(plain)
        return _readings(text, [(lead_in.end() if lead_in else 0, len(text))])
    if argument == "problem":
        return _readings(text, list(_problem(plain)))
    pattern = _REASON if argument == "reason" else _NOTE
    return _readings(text, [match.span("said") for match in pattern.finditer(plain)])


def _problem(plain: str) -> Iterator[Span]:
    """What is wrong: what stands behind the order for a ticket, else what stands before it."""
    order = _PROBLEM.search(plain)
    if order is None:
        return
    for start, end in ((order.end(), len(plain)), (0, order.start())):
        said = plain[start:end].rstrip(" ,，")
        if len(said.strip(" .。!！?？吧吗")) >= _SHORTEST_PROBLEM:
            yield start, start + len(said)
            return


def _likely(text: str, plain: str, now: datetime) -> Iterator[Span]:
    """Words before "线索" or "leads" that no other reader knows."""
    known: list[Span] = [*dates_and_contacts(text), *spans_of_ids(text), *mentions(plain)]
    known += [(each.start, each.end) for each in [*periods(text, now), *names(text)]]
    known += [(number.start, number.end) for number in numbers(text)]
    for match in _LIKELY.finditer(plain):
        span = _ended(plain, match.span("said"))
        said = plain[slice(*span)].strip()
        if len(said) >= 2 and not inside(span, known) and not _NO_TEXT.fullmatch(said):
            yield span


def _ended(plain: str, span: Span) -> Span:
    start, end = span
    filler = _FILLERS.match(plain[start:end])
    start += filler.end() if filler else 0
    ends = _ENDS.search(plain, start + 1, end)
    return start, ends.start() if ends else end


def _split(plain: str, span: Span) -> Iterator[Span]:
    at = span[0]
    edges = [match.span() for match in _SPLITS.finditer(plain, *span)]
    for start, end in [*edges, (span[1], span[1])]:
        tag = _tag(plain, at, start)
        if tag:
            yield tag
        at = end


def _tag(plain: str, start: int, end: int) -> Span | None:
    while start < end and (lead_in := _STRIPS.match(plain[start:end])) and lead_in.end():
        start += lead_in.end()
    said = plain[start:end].rstrip(" \"'的」")
    end = start + len(said)
    return (start, end) if 0 < end - start <= _LONGEST_TAG else None


def _group(match: re.Match[str]) -> Span:
    """The span of the one named group that matched."""
    return next(match.span(name) for name, said in match.groupdict().items() if said)


def _readings(text: str, spans: list[Span]) -> list[Reading]:
    found: list[Reading] = []
    for start, end in spans:
        said = text[start:end]
        start += len(said) - len(said.lstrip())
        said = said.strip().rstrip("\"'。.”」")
        if said:
            found.append(Reading(value=said, start=start, end=start + len(said)))
    return found
