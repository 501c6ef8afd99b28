"""What a person wishes of us, as far as it can be read for certain; the rest stays in their words
among the facts."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import bindparam, select

from config.i18n import Language
from storage.database import ReadSession
from storage.tables.memory import Memory
from storage.upsert import table_of


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times of the organisation; `start` may be later than `end`, over midnight."""

    start: time
    end: time

    def cover(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Everything that was not wished for is empty. `platforms` are those that the person looks at
    only; `report_period` is one of the named periods and `report_format` xlsx, pdf or csv."""

    answer_language: Language | None = None
    report_language: Language | None = None
    platforms: tuple[str, ...] = ()
    report_period: str | None = None
    report_format: str | None = None
    quiet_hours: QuietHours | None = None

    @property
    def platform(self) -> str | None:
        """The one platform that matters to this person, None when several or all do."""
        return self.platforms[0] if len(self.platforms) == 1 else None


_SLOTS = (
    "answer_language", "report_language", "platform", "report_period", "report_format",
    "quiet_hours",
)  # fmt: skip
_MEMORIES = table_of(Memory)
_WISHES = select(_MEMORIES.c.slot, _MEMORIES.c.value).where(
    _MEMORIES.c.organisation_id == bindparam("organisation"),
    _MEMORIES.c.person_id == bindparam("person"),
    _MEMORIES.c.valid_to.is_(None),
    _MEMORIES.c.slot.in_(_SLOTS),
)


async def preferences_of(session: ReadSession, organisation_id: int, person_id: int) -> Preferences:
    """The wishes of this person that hold now."""
    rows = await session.execute(_WISHES, {"organisation": organisation_id, "person": person_id})
    wished = {slot: value for slot, value in rows if value is not None}
    return Preferences(
        answer_language=_language(wished.get("answer_language")),
        report_language=_language(wished.get("report_language")),
        platforms=tuple(wished["platform"].split(",")) if "platform" in wished else (),
        report_period=wished.get("report_period"),
        report_format=wished.get("report_format"),
        quiet_hours=_hours(wished.get("quiet_hours")),
    )


def _language(value: str | None) -> Language | None:
    return None if value is None else Language(value)


def _hours(value: str | None) -> QuietHours | None:
    if value is None:
        return None
    start, _, end = value.partition("-")
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end))
