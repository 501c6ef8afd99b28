"""Lead scores by the rules of FEATURES LE-4: 0-100 of four parts, each explained.

Points of a part are summed over the last 90 days, the same kind at most three times, and clipped
to 40 (behaviour), 30 (attributes), 20 (interaction) and 10 (recency). What a lead is does not
fade: a trait counts once, for as long as it holds.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.tables.lead import Activity, Trait

WINDOW = timedelta(days=90)
SAME_KIND_AT_MOST = 3
ACTIVE_WITHIN, IDLE_AFTER = timedelta(days=7), timedelta(days=30)
_ACTIVE_POINTS, _IDLE_POINTS = 10, -5


class Part(StrEnum):
    behaviour = "behaviour"
    attributes = "attributes"
    interaction = "interaction"
    recency = "recency"


LIMITS = {Part.behaviour: 40, Part.attributes: 30, Part.interaction: 20, Part.recency: 10}
POINTS = {
    Activity.visit: (Part.behaviour, 5),
    Activity.download: (Part.behaviour, 10),
    Activity.enquiry: (Part.behaviour, 15),
    Activity.event: (Part.behaviour, 20),
    Activity.mail_open: (Part.interaction, 3),
    Activity.mail_click: (Part.interaction, 5),
    Activity.reply: (Part.interaction, 10),
}
TRAIT_POINTS = {Trait.target_industry: 20, Trait.decision_maker: 15, Trait.company_size: 10}

Event = tuple[Activity, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`kind` is an Activity, a Trait, or `active` or `idle`; it happened `seen` times, of which
    at most three give points."""

    part: Part
    kind: str
    seen: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`until` is when time alone next changes something, None for never."""

    parts: dict[Part, int]
    reasons: tuple[Reason, ...]
    until: datetime | None

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def score(events: Iterable[Event], traits: Collection[str], now: datetime) -> Score:
    """`events` are what a lead did and when (aware, any order); the future counts nothing."""
    happened = list(events)
    reasons = (*_done(happened, now), *_being(traits), *_recency(happened, now))
    parts = {
        part: max(0, min(limit, sum(reason.points for reason in reasons if reason.part is part)))
        for part, limit in LIMITS.items()
    }
    return Score(parts=parts, reasons=reasons, until=_until(happened, now))


def _done(events: list[Event], now: datetime) -> list[Reason]:
    seen = Counter(kind for kind, at in events if at <= now < at + WINDOW)
    return [
        Reason(
            part=part, kind=kind, seen=seen[kind],
            points=points * min(seen[kind], SAME_KIND_AT_MOST),
        )
        for kind, (part, points) in POINTS.items()
        if seen[kind]
    ]  # fmt: skip


def _being(traits: Collection[str]) -> list[Reason]:
    return [
        Reason(part=Part.attributes, kind=trait, seen=1, points=points)
        for trait, points in TRAIT_POINTS.items()
        if trait in traits
    ]


def _recency(events: list[Event], now: datetime) -> list[Reason]:
    last = _last(events, now)
    if last is None:
        return []
    if now < last + ACTIVE_WITHIN:
        return [Reason(part=Part.recency, kind="active", seen=1, points=_ACTIVE_POINTS)]
    if now >= last + IDLE_AFTER:
        return [Reason(part=Part.recency, kind="idle", seen=1, points=_IDLE_POINTS)]
    return []


def _until(events: list[Event], now: datetime) -> datetime | None:
    turns = [moment for _, at in events for moment in (at, at + WINDOW)]
    last = _last(events, now)
    if last is not None:
        turns += [last + ACTIVE_WITHIN, last + IDLE_AFTER]
    return min((turn for turn in turns if turn > now), default=None)


def _last(events: list[Event], now: datetime) -> datetime | None:
    return max((at for _, at in events if at <= now), default=None)
