"""/staff: skills, load and working hours of each colleague."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from config.errors import InvalidInput
from storage.tables.lead_work import StaffProfile
from storage.tables.organisation import Person
from tools.context import ToolContext
from tools.leads import wording
from tools.leads.assignment import find_owner
from tools.leads.profiles import DAY, WEEK, Profile, profiles_of
from tools.leads.repository import LeadRepository
from tools.people.service import PeopleService

_HOURS = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–~至到]\s*(\d{1,2})[:：](\d{2})")
_DAYS = re.compile(r"([1-7])-([1-7])|[1-7](?:[,，、]?[1-7])*")
_SETTING = re.compile(r"(skills|capacity|hours|days)=(.*?)(?=\s+(?:skills|capacity|hours|days)=|$)")
_MOST_SKILLS, _MOST_LEADS = 20, 10_000


async def show_staff(context: ToolContext) -> str:
    """Everybody who can take leads, with load, skills and hours."""
    async with context.database.reading() as session:
        staff = await PeopleService(session, context.organisation_id).staff()
        profiles = await profiles_of(session, context.organisation_id)
        busy = await LeadRepository(session, context.organisation_id).open_by_owner()
    lines = [
        _line(context, each, profiles.get(each.id, Profile()), busy[each.id]) for each in staff
    ]
    return "\n".join([context.say("leads.staff.title"), *lines, context.say("leads.staff.how")])


async def set_staff(context: ToolContext, words: Sequence[str]) -> str:
    """ "小李 skills=抖音,教育 capacity=30 hours=9:00-18:00 days=1-5": what is not said stays.

    Raises BadStaffSetting, and what finding a person raises.
    """
    name, _, said = " ".join(words).partition(" ")
    settings = dict(_SETTING.findall(said))
    if not settings:
        raise BadStaffSetting(said or name)
    async with context.database.unit_of_work() as session:
        person = await find_owner(session, context.organisation_id, name, context.asker)
        if person is None:
            raise BadStaffSetting(name)
        query = select(StaffProfile).where(StaffProfile.person_id == person.id)
        row = await session.scalar(query)
        if row is None:
            fresh = Profile()
            row = StaffProfile(
                organisation_id=context.organisation_id, person_id=person.id, skills=[],
                capacity=fresh.capacity, starts=fresh.starts, ends=fresh.ends, days=fresh.days,
            )  # fmt: skip
            session.add(row)
        for setting, value in settings.items():
            _set(row, setting, value.strip())
        await session.flush()
        profile = (await profiles_of(session, context.organisation_id))[person.id]
        busy = await LeadRepository(session, context.organisation_id).open_by_owner()
    return _line(context, person, profile, busy[person.id])


class BadStaffSetting(InvalidInput):
    def __init__(self, said: str) -> None:
        super().__init__("leads.staff.bad_setting", said=said)


def _set(row: StaffProfile, setting: str, value: str) -> None:
    """Raises BadStaffSetting."""
    match setting:
        case "skills":
            skills = [skill for skill in re.split(r"[,，、;；\s]+", value) if skill]
            row.skills = list(dict.fromkeys(skills))[:_MOST_SKILLS]
        case "capacity" if value.isdecimal() and int(value) <= _MOST_LEADS:
            row.capacity = int(value)
        case "hours" if found := _HOURS.fullmatch(value):
            row.starts, row.ends = (
                int(hour) * 60 + int(minute)
                for hour, minute in ((found[1], found[2]), (found[3], found[4]))
            )
            if row.starts >= DAY or row.ends > DAY or row.starts == row.ends:
                raise BadStaffSetting(value)
        case "days" if found := _DAYS.fullmatch(value):
            if found[1] and found[1] > found[2]:
                raise BadStaffSetting(value)
            digits = range(int(found[1]), int(found[2]) + 1) if found[1] else value
            row.days = "".join(sorted({str(digit) for digit in digits} & set("1234567")))
        case _:
            raise BadStaffSetting(f"{setting}={value}")


def _line(context: ToolContext, person: Person, profile: Profile, busy: int) -> str:
    days = wording.listed(
        context, [context.say(f"leads.staff.weekdays.d{day}") for day in profile.days]
    )
    return context.say(
        "leads.staff.line", name=person.name, busy=busy, capacity=profile.capacity,
        skills=wording.listed(context, profile.skills) or context.say("leads.nothing"),
        days=context.say("leads.staff.every_day") if len(profile.days) == WEEK else days,
        hours=f"{_clock(profile.starts)}–{_clock(profile.ends)}",
    )  # fmt: skip


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
