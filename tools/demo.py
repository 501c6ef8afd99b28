"""The demo organisation: a small company that sells online English courses."""

from dataclasses import dataclass

from sqlalchemy import select

from config.clock import Clock, SystemClock
from config.roles import Role
from config.settings import Settings
from storage.database import Database, Session
from storage.inbox import Inbox, Place
from storage.tables.organisation import Organisation, Person
from tools.campaigns.demo import seed as seed_campaigns
from tools.campaigns.platforms.configured import open_platforms
from tools.knowledge.demo.seeding import seed as seed_documents
from tools.leads.demo import seed as seed_leads
from tools.people.service import PeopleService, add_person, bind
from tools.ports import AdPlatforms

DEMO = "demo"
CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    name: str
    role: Role


MEMBERS = (
    Member(name="陈总", role=Role.admin),
    Member(name="王经理", role=Role.manager),
    Member(name="刘经理", role=Role.manager),
    Member(name="李雷", role=Role.agent),
    Member(name="韩梅梅", role=Role.agent),
    Member(name="访客", role=Role.customer),
)


async def open_organisation(settings: Settings, database: Database, *, demo: bool) -> int:
    """The id of the organisation that the settings name, or of the demo with all that is in it."""
    clock = SystemClock()
    if not demo:
        founder = Member(name="admin", role=Role.admin)
        return await ensure_organisation(database, clock, settings.organisation, founder=founder)
    organisation_id = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
    platforms = await open_platforms(settings, database, organisation_id, clock)
    await seed_demo(database, organisation_id, clock, platforms)
    await seed_documents(database, organisation_id, clock)
    return organisation_id


async def ensure_organisation(
    database: Database, clock: Clock, slug: str, *, founder: Member
) -> int:
    """The id of the organisation; a new one gets its founder, reachable on the console."""
    async with database.unit_of_work() as session:
        found = await session.scalar(select(Organisation.id).where(Organisation.slug == slug))
        if found is not None:
            return found
        organisation = Organisation(
            slug=slug, name=slug, timezone="Asia/Shanghai", currency="CNY", created_at=clock.now()
        )
        session.add(organisation)
        await session.flush()
        await add_member(session, organisation.id, clock, founder)
        return organisation.id


async def add_member(
    session: Session, organisation_id: int, clock: Clock, member: Member
) -> Person:
    """A person with a console chat of their own, so that notices reach them from the start."""
    person = await add_person(session, organisation_id, clock, name=member.name, role=member.role)
    account = str(person.id)
    await bind(session, person, clock, channel=CONSOLE, external_id=account)
    place = Place(channel=CONSOLE, bot=CONSOLE, chat=account)
    inbox = Inbox(organisation_id, clock)
    await inbox.conversation(session, place, private_with=person.id)
    return person


async def seed_demo(
    database: Database, organisation_id: int, clock: Clock, platforms: AdPlatforms
) -> None:
    """People, leads, creatives and two campaigns with history; running it again adds nothing."""
    async with database.unit_of_work() as session:
        known = {
            person.name: person
            for person in await PeopleService(session, organisation_id).everyone()
        }
        for member in MEMBERS:
            if member.name not in known:
                known[member.name] = await add_member(session, organisation_id, clock, member)
        sales = [known[member.name] for member in MEMBERS if member.role is Role.agent]
        await seed_leads(session, organisation_id, sales, clock.now())
    await seed_campaigns(database, organisation_id, clock, platforms)
