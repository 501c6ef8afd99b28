"""Whom to ask first when a customer wants a person: a ranking, without a database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody on duty. `fitting` counts their skills that the case asks for, `busy` the cases that
    they serve, `room` those that they can have at once; `asked_at` is when they were asked last.
    `reserve`: asked only when nobody else is there."""

    person_id: int
    fitting: int = 0
    busy: int = 0
    room: int = 1
    asked_at: datetime | None = None
    reserve: bool = False


def rank(
    candidates: Sequence[Candidate], *, urgent: bool = False, asked: Collection[int] = ()
) -> list[int]:
    """Ids, whom to ask first in front: the most fitting skills, then the least load, then who was
    not asked for the longest. Who has no room is left out, except when it is `urgent`; who was
    `asked` already is, always."""
    free = [
        each
        for each in candidates
        if each.person_id not in asked and (urgent or each.busy < each.room)
    ]
    return [each.person_id for each in sorted(free, key=_key)]


def _key(each: Candidate) -> tuple[bool, int, float, datetime, int]:
    load = each.busy / max(each.room, 1)
    return each.reserve, -each.fitting, load, each.asked_at or _NEVER, each.person_id
