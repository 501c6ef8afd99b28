"""The invariants, each with a name: what must hold when everything has settled, whatever happened.

Every function returns the offending ids; an empty list is what we want.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tests.chaos.books import Books, Sent, Visit
from tests.chaos.pairing import Pairs, pair

_ENDED = ("done", "failed")


def check(books: Books) -> dict[str, list[Any]]:
    """The invariants that are broken, with their offenders."""
    pairs = pair(books.sent, books.effects)
    found = {name: rule(books, pairs) for name, rule in INVARIANTS.items()}
    return {name: offenders for name, offenders in found.items() if offenders}


def lost(books: Books, pairs: Pairs) -> list[Any]:
    """Updates that Telegram was told we have, and that the inbox does not have."""
    kept = {row.external_id for row in books.received}
    return [
        update.id
        for update in books.updates
        if update.confirmed and update.asks and str(update.id) not in kept
    ]


def received_twice(books: Books, pairs: Pairs) -> list[Any]:
    """Updates with more than one row in the inbox."""
    return _repeated(row.external_id for row in books.received)


def unanswered(books: Books, pairs: Pairs) -> list[Any]:
    """Updates that are kept, and that have no answer and were not carried to the other side of a
    case, or are not at their end."""
    answers = {*books.to_page, *(row.answers or row.carries for row in books.sent)}
    return [
        row.external_id
        for row in books.received
        if row.status not in _ENDED or row.id not in answers
    ]


def answered_twice(books: Books, pairs: Pairs) -> list[Any]:
    """Rows of the inbox with more than one answer, or that the agent answered though people did."""
    carried = {row.carries for row in books.sent if row.carries}
    answers = [row.answers for row in books.sent if row.answers is not None]
    return _repeated([*answers, *(carried & {*answers})])


def carried_twice(books: Books, pairs: Pairs) -> list[Any]:
    """Words that came more than once to one who serves, or to the customer."""
    return _repeated((row.carries, row.chat) for row in books.sent if row.carries)


def served_twice(books: Books, pairs: Pairs) -> list[Any]:
    """Conversations with more than one open case."""
    return _repeated(books.served)


def twice(books: Books, pairs: Pairs) -> list[Any]:
    """Orders that were carried out more than once, or half."""
    return [
        *_repeated(books.campaigns),
        *_repeated(books.leads),
        *_repeated(books.tickets),
        *books.astray,
    ]


def order(books: Books, pairs: Pairs) -> list[Any]:
    """Answers that showed before the answer to an earlier message of the same chat."""
    number = {row.id: row.external_id for row in books.received}
    shown: dict[int, list[tuple[int, int]]] = {}
    for row in books.sent:
        if row.answers in number and pairs.copies[row.id]:
            first = pairs.copies[row.id][0].effect.n
            shown.setdefault(row.chat, []).append((first, int(number[row.answers])))
    late = []
    for answers in shown.values():
        newest = 0
        for _, update in sorted(answers):
            if update < newest:
                late.append(update)
            newest = max(newest, update)
    return late


def undelivered(books: Books, pairs: Pairs) -> list[Any]:
    """Rows of the outbox that count as sent and never showed, or that nobody will send."""
    return [
        row.id
        for row in books.sent
        if (row.status == "sent" and not pairs.copies[row.id]) or row.status == "failed"
    ]


def silent_duplicates(books: Books, pairs: Pairs) -> list[Any]:
    """Messages that showed more often than we count doubts, or again without saying so."""
    return [row.id for row in books.sent if _silent(row, pairs)]


def _silent(row: Sent, pairs: Pairs) -> bool:
    copies = pairs.copies[row.id]
    return len(copies) > 1 + row.doubts or sum(not copy.marked for copy in copies) > 1


def uncounted(books: Books, pairs: Pairs) -> list[Any]:
    """Messages whose fate was not told to us, and that are not counted as doubts."""
    return [
        row.id
        for row in books.sent
        if row.doubts < sum(not copy.effect.seen for copy in pairs.copies[row.id])
    ]


def unexplained(books: Books, pairs: Pairs) -> list[Any]:
    """Messages that showed and that no row of the outbox knows."""
    return [(effect.chat, effect.message_id) for effect in pairs.strangers]


def stranded(books: Books, pairs: Pairs) -> list[Any]:
    """What is left lying: leases, messages that wait or are being sent, effects under way."""
    return [
        *(f"lease {number}" for number in books.held),
        *(f"outbox {row.id}" for row in books.sent if row.status in ("queued", "sending")),
        *(f"action {key}" for key in books.unfinished),
    ]


def unserved(books: Books, pairs: Pairs) -> list[Any]:
    """Messages of visitors that were taken, and that are not kept once, or neither answered once nor
    brought to somebody; and what they were sent and do not see once."""
    known = {visit.name: visit for visit in books.visits}
    return [*(name for name in books.taken if not _served(known.get(name))), *books.unshown]


def _served(visit: Visit | None) -> bool:
    return visit is not None and visit.kept == 1 and visit.answers + bool(visit.carried) == 1


def repetitions(books: Books) -> int:
    """Copies that said themselves that they may be repeated."""
    copies = pair(books.sent, books.effects).copies.values()
    return sum(copy.marked for each in copies for copy in each)


def _repeated(values: Iterable[Any]) -> list[Any]:
    return [value for value, number in Counter(values).items() if number > 1]


INVARIANTS: dict[str, Callable[[Books, Pairs], list[Any]]] = {
    rule.__name__: rule
    for rule in (
        lost, received_twice, unanswered, answered_twice, carried_twice, served_twice, twice,
        order, undelivered, silent_duplicates, uncounted, unexplained, stranded, unserved,
    )
}  # fmt: skip
