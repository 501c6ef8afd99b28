"""Who of the staff is there now, and who says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from config.cases import CaseSettings
from config.clock import Clock
from config.hours import HoursSettings
from config.roles import Role
from storage.database import ReadSession, Session
from storage.tables.case import Case, CaseMember, CaseOffer, CaseStatus, Presence
from storage.tables.organisation import Organisation, Person
from tools.hours import Hours
from tools.leads.profiles import Profile, profiles_of
from tools.people.service import PeopleService
from tools.support.routing import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """`said` is what they said of being there, None when their hours tell."""

    person: Person
    profile: Profile
    here: bool
    said: bool | None
    busy: int


class Roster:
    """The staff of one organisation as it is now."""

    def __init__(
        self,
        session: ReadSession,
        organisation_id: int,
        clock: Clock,
        hours: HoursSettings,
        settings: CaseSettings,
    ) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self._clock = clock
        self._hours_settings = hours
        self._settings = settings

    def now(self) -> datetime:
        return self._clock.now()

    async def hours(self) -> Hours:
        """Of the organisation, on its clocks."""
        organisation = await self._session.get_one(Organisation, self._organisation_id)
        return Hours(self._hours_settings, ZoneInfo(organisation.timezone))

    async def colleagues(self) -> list[Colleague]:
        """Everybody of the staff. Who says nothing is there when the organisation is open and their
        own hours say so."""
        now = self._clock.now()
        hours = await self.hours()
        local, is_open = now.astimezone(hours.zone), hours.is_open(now)
        staff = await PeopleService(self._session, self._organisation_id).staff()
        profiles = await profiles_of(self._session, self._organisation_id)
        said, busy = await self._said(), await self._busy()
        found = []
        for person in staff:
            profile = profiles.get(person.id, Profile())
            by_hours = is_open and profile.on_duty(local)
            found.append(
                Colleague(
                    person=person, profile=profile, said=said.get(person.id),
                    here=said.get(person.id, by_hours), busy=busy.get(person.id, 0),
                )
            )  # fmt: skip
        return found

    async def candidates(self, words: Sequence[str]) -> list[Candidate]:
        """Those who are there, for a case that `words` are about. Managers are the reserve."""
        asked_at = await self._asked_at()
        return [
            Candidate(
                person_id=each.person.id, fitting=len(each.profile.matches(words)),
                busy=each.busy, room=self._settings.at_once,
                asked_at=asked_at.get(each.person.id),
                reserve=each.person.role is not Role.agent,
            )
            for each in await self.colleagues()
            if each.here
        ]  # fmt: skip

    async def back_at(self) -> datetime:
        """The next moment at which somebody works again."""
        hours = await self.hours()
        at = hours.next_opening(self._clock.now())
        profiles = [each.profile for each in await self.colleagues() if each.said is not False]
        local = at.astimezone(hours.zone)
        if not profiles or any(profile.on_duty(local) for profile in profiles):
            return at
        return min(profile.next_duty(local) for profile in profiles)

    async def _said(self) -> Mapping[int, bool]:
        rows = await self._session.execute(
            select(Presence.person_id, Presence.on_duty).where(
                Presence.organisation_id == self._organisation_id
            )
        )
        return {row.person_id: row.on_duty for row in rows}

    async def _busy(self) -> Mapping[int, int]:
        rows = await self._session.execute(
            select(CaseMember.person_id, func.count().label("n"))
            .join(Case, Case.id == CaseMember.case_id)
            .where(
                CaseMember.organisation_id == self._organisation_id,
                CaseMember.left_at.is_(None),
                Case.status == CaseStatus.active,
            )
            .group_by(CaseMember.person_id)
        )
        return {row.person_id: row.n for row in rows}

    async def _asked_at(self) -> Mapping[int, datetime]:
        rows = await self._session.execute(
            select(CaseOffer.person_id, func.max(CaseOffer.at).label("at"))
            .where(CaseOffer.organisation_id == self._organisation_id)
            .group_by(CaseOffer.person_id)
        )
        return {row.person_id: row.at for row in rows}


async def say_presence(
    session: Session, organisation_id: int, person_id: int, clock: Clock, *, here: bool | None
) -> None:
    """They are there, or not, until they say otherwise; None leaves it to their hours."""
    row = await session.scalar(select(Presence).where(Presence.person_id == person_id))
    if here is None:
        if row is not None:
            await session.delete(row)
        return
    if row is None:
        row = Presence(organisation_id=organisation_id, person_id=person_id)
        session.add(row)
    row.on_duty, row.since = here, clock.now()
