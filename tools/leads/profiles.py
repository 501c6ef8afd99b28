"""When somebody takes leads, how many, and which ones fit (FEATURES LE-5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from storage.database import ReadSession
from storage.tables.lead_work import StaffProfile
from tools.reading.normal import normalise

# Without a profile somebody is always there and can have as many leads as this.
DEFAULT_CAPACITY = 50
DAY = 24 * 60
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`starts` and `ends` are minutes of the day; a shift over midnight ends before it starts."""

    skills: tuple[str, ...] = ()
    capacity: int = DEFAULT_CAPACITY
    starts: int = 0
    ends: int = DAY
    days: str = "1234567"

    def on_duty(self, at: datetime) -> bool:
        """`at` on the organisation's clocks."""
        minute = at.hour * 60 + at.minute
        today = str(at.isoweekday()) in self.days
        if self.starts < self.ends:
            return today and self.starts <= minute < self.ends
        yesterday = str((at - timedelta(days=1)).isoweekday()) in self.days
        return (today and minute >= self.starts) or (yesterday and minute < self.ends)

    def next_duty(self, after: datetime) -> datetime:
        """When the next shift begins."""
        midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
        shifts = (
            (midnight + timedelta(days=day)).replace(
                hour=self.starts // 60 % 24, minute=self.starts % 60
            )
            for day in range(WEEK + 1)
        )
        return next(at for at in shifts if at > after and str(at.isoweekday()) in self.days)

    def matches(self, words: Collection[str]) -> list[str]:
        """The skills that a lead asks for."""
        wanted = [normalise(word) for word in words]
        return [skill for skill in self.skills if any(normalise(skill) in word for word in wanted)]


async def profiles_of(session: ReadSession, organisation_id: int) -> Mapping[int, Profile]:
    """By person."""
    rows = await session.scalars(
        select(StaffProfile).where(StaffProfile.organisation_id == organisation_id)
    )
    return {
        row.person_id: Profile(
            skills=tuple(row.skills), capacity=row.capacity, starts=row.starts, ends=row.ends,
            days=row.days,
        )
        for row in rows
    }  # fmt: skip
