"""What was said and done in one visit, as the rows tell it, and what can be read in it by rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.i18n import Language, catalogue
from memory.slots import is_question
from memory.statements import remarks
from memory.talk import worth_keeping
from memory.terms import terms
from storage.inbox import FILES_ALONE
from storage.tables.case import CaseStatus
from storage.tables.ticket import TicketStatus
from storage.tables.visit import Mood
from tools.reading.contacts import emails, phones, wechats

_ASKED, _TOLD, _SOURCES = 3, 3, 4
_LETTERS = 60
_MARK = re.compile(r"\s*\[\d+\](?:\s+https?://\S+)?")
# What lies inside one word, number or id is not cut.
_INSIDE = re.compile(r"[A-Za-z0-9.,:/@_+-]")
# Two questions with so much of their words in common are one, asked in other words.
_SAME = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of the customer. `sources` are the titles of the documents that its answer named;
    `unsure`: it had none."""

    id: int
    text: str
    at: datetime
    sources: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWords:
    """`person_id` is None when they are known by the name alone, which the platform told us."""

    name: str
    text: str
    at: datetime
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSeen:
    ref: str
    status: TicketStatus

    @property
    def runs(self) -> bool:
        return self.status not in (TicketStatus.resolved, TicketStatus.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSeen:
    """`served_by` is who of our staff came last."""

    ref: str
    status: CaseStatus
    served_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSeen:
    """`reachable`: it has a phone or another contact; `bought`: it has become a customer."""

    ref: str
    owner_id: int | None
    reachable: bool
    bought: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """All that a summary and follow-ups are made of; nothing else is known to them."""

    visit_id: int
    customer: str
    intent: str
    started_at: datetime
    last_at: datetime
    mood: Mood = Mood.calm
    worst_mood: Mood = Mood.calm
    said: tuple[Said, ...] = ()
    staff: tuple[StaffWords, ...] = ()
    tickets: tuple[TicketSeen, ...] = ()
    cases: tuple[CaseSeen, ...] = ()
    lead: LeadSeen | None = None
    # Products and services that the documents know and the customer named.
    products: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()
    # What was kept of their words about themselves meanwhile.
    kept: tuple[str, ...] = ()

    @property
    def spoken(self) -> tuple[Said, ...]:
        """Messages that say something beyond thanks, greetings and commands."""
        return tuple(
            each
            for each in self.said
            if not each.text.startswith(FILES_ALONE) and worth_keeping(each.text)
        )


def wanted(talk: Talk) -> list[Said]:
    """What they came for in their own words, at most three messages: questions, else what they
    said that is no contact and nothing about themselves."""
    asking = [each for each in talk.spoken if each.unsure or each.sources or is_question(each.text)]
    stating = [each for each in talk.spoken if not _contact(each.text) and not remarks(each.text)]
    found = asking or stating or [*talk.spoken]
    once: dict[str, Said] = {}
    for each in found:
        once.setdefault(" ".join(each.text.split()), each)
    return [*once.values()][:_ASKED]


def unanswered(talk: Talk) -> list[Said]:
    """Questions without an answer: neither in other words later on, nor by the staff."""
    answered = [each for each in talk.said if each.sources]
    return [
        each
        for each in talk.spoken
        if each.unsure
        and not any(later.id > each.id and _alike(later.text, each.text) for later in answered)
        and not any(words.at >= each.at for words in talk.staff)
    ]


def sources(talk: Talk) -> list[str]:
    """Titles of the documents that were cited, each once."""
    return [*dict.fromkeys(title for each in talk.said for title in each.sources)][:_SOURCES]


def told(talk: Talk) -> list[str]:
    """What they said about themselves, in their own words."""
    own = [remark.text for each in talk.spoken for remark in remarks(each.text)]
    return [*dict.fromkeys(short(text) for text in [*own, *talk.kept])][:_TOLD]


def left_a_contact(talk: Talk) -> bool:
    return any(_contact(each.text) for each in talk.said)


def is_small_talk(talk: Talk) -> bool:
    """Nothing that anybody would want to read again."""
    return not (talk.spoken or talk.staff or talk.tickets or talk.cases)


def cited_titles(answer: str) -> tuple[str, ...]:
    """The documents that an answer lists below itself, by title; see tools/citing.py."""
    found: list[str] = []
    for language in Language:
        texts = catalogue(language)
        before, after = texts["answers.sources"].split("{sources}")
        at = answer.rfind(f"\n{before}")
        if at < 0:
            continue
        listed = answer[at + 1 + len(before) :].splitlines()[0].removesuffix(after)
        if not _MARK.search(listed):
            continue
        labels = _MARK.sub("", listed).split(texts["answers.between"])
        found += [label.split(" > ")[0].strip() for label in labels]
    return tuple(title for title in dict.fromkeys(found) if title)


def short(text: str, letters: int = _LETTERS) -> str:
    """In one line, cut between words: half a number would be another number."""
    line = " ".join(text.split())
    if len(line) <= letters:
        return line
    end = letters
    while end and _INSIDE.match(line[end - 1]) and _INSIDE.match(line[end]):
        end -= 1
    return f"{line[:end].rstrip()}…"


def words_of(talk: Talk) -> Sequence[str]:
    """Every text that was said, in no order."""
    return [each.text for each in talk.said] + [each.text for each in talk.staff]


def _contact(text: str) -> bool:
    return bool(phones(text) or emails(text) or wechats(text))


def _alike(one: str, other: str) -> bool:
    mine, theirs = ({term for term, _ in terms(text)} for text in (one, other))
    fewest = min(len(mine), len(theirs))
    return bool(fewest) and len(mine & theirs) >= _SAME * fewest
