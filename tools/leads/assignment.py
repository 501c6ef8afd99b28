"""Who looks after a lead (FEATURES LE-5): as said, or by routing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from config.i18n import Language, say
from config.roles import Role
from storage.database import ReadSession, Session
from storage.tables.lead import Lead
from storage.tables.organisation import Person
from tools.context import Asker, ToolContext
from tools.leads.errors import NobodyToAssign, NotStaff
from tools.leads.filters import LeadFilter
from tools.leads.profiles import Profile, profiles_of
from tools.leads.repository import LeadRepository
from tools.people.errors import PersonAmbiguous
from tools.people.service import PeopleService
from tools.reading.normal import normalise

# Leads with at least this score go to sales at once, the others to the pool for nurturing.
HIGH_SCORE = 60
# Compared after `normalise`, so in lower case and simplified characters.
_SELF = frozenset({"我", "我自己", "自己", "me", "myself", "i"})
_POOL = frozenset({"公海", "公海池", "线索池", "pool", "the pool"})
_TITLES = ("小", "老", "阿")
_ENDINGS = ("经理", "老师", "先生", "女士", "总", "姐", "哥")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`owner` is None for the pool. `skills` are those that decided, `free_at` is when somebody
    works again."""

    owner: Person | None
    why: Literal["said", "least_busy", "skilled", "low_score", "off_duty", "full"]
    skills: tuple[str, ...] = ()
    free_at: datetime | None = None

    @property
    def owner_id(self) -> int | None:
        return self.owner.id if self.owner else None


async def choose_owner(
    session: ReadSession, context: ToolContext, lead: Lead, said: str | None
) -> Choice:
    """Raises PersonAmbiguous, NotStaff, NobodyToAssign."""
    if said is not None:
        owner = await find_owner(session, context.organisation_id, said, context.asker)
        return Choice(owner=owner, why="said")
    if lead.score < HIGH_SCORE:
        return Choice(owner=None, why="low_score")
    return await _route(session, context, lead)


async def place(session: Session, context: ToolContext, lead: Lead) -> Choice | None:
    """Give a lead without an owner to sales when its score is high; None when it stays."""
    if lead.assigned_to is not None or lead.score < HIGH_SCORE:
        return None
    if not await PeopleService(session, context.organisation_id).staff():
        return None
    choice = await _route(session, context, lead)
    lead.assigned_to = choice.owner_id
    return choice


async def _route(session: ReadSession, context: ToolContext, lead: Lead) -> Choice:
    """On duty, with room, the most fitting skills, the least load, and the fewest leads so far."""
    staff = await _staff(session, context.organisation_id)
    sales = [person for person in staff if person.role is Role.agent] or staff
    profiles = await profiles_of(session, context.organisation_id)
    own = {person.id: profiles.get(person.id, Profile()) for person in sales}
    now = context.local_now()
    present = [person for person in sales if own[person.id].on_duty(now)]
    if not present:
        back = min(profile.next_duty(now) for profile in own.values())
        return Choice(owner=None, why="off_duty", free_at=back)
    leads = LeadRepository(session, context.organisation_id)
    busy = await leads.open_by_owner()
    ever = await leads.counts(LeadFilter(), Lead.assigned_to)
    free = [person for person in present if busy[person.id] < own[person.id].capacity]
    if not free:
        return Choice(owner=None, why="full")
    words = [*_asks_for(lead), *await leads.tags(lead)]
    fitting = {person.id: own[person.id].matches(words) for person in free}

    def rank(person: Person) -> tuple[float, ...]:
        load = busy[person.id] / own[person.id].capacity
        return -len(fitting[person.id]), load, ever[person.id], person.id

    chosen = min(free, key=rank)
    skills = tuple(fitting[chosen.id])
    return Choice(owner=chosen, why="skilled" if skills else "least_busy", skills=skills)


def _asks_for(lead: Lead) -> list[str]:
    """The words about a lead that a skill may match; a source by all its names."""
    names = [say(language, f"leads.sources.{lead.source_platform}") for language in Language]
    about = (lead.source_platform.value, *names, lead.industry, lead.region)
    return [word for word in about if word]


async def find_owner(
    session: ReadSession, organisation_id: int, said: str, asker: Asker
) -> Person | None:
    """A colleague as people say it: "#3", "李雷", "小李", "王经理", "me"; None for the pool.

    Raises PersonAmbiguous, NotStaff, NobodyToAssign.
    """
    wanted = normalise(said).strip().removeprefix("@")
    if wanted in _POOL:
        return None
    staff = await _staff(session, organisation_id)
    if wanted in _SELF:
        wanted = f"#{asker.id}"
    for called in _ways_to_call(staff, wanted):
        if len(called) > 1:
            raise PersonAmbiguous(said, [f"{person.name} #{person.id}" for person in called])
        if called:
            return called[0]
    raise NotStaff(said, [person.name for person in staff])


async def _staff(session: ReadSession, organisation_id: int) -> list[Person]:
    staff = await PeopleService(session, organisation_id).staff()
    if not staff:
        raise NobodyToAssign
    return staff


def _ways_to_call(staff: Sequence[Person], wanted: str) -> list[list[Person]]:
    """Who may be meant, the surest way of reading `wanted` first."""
    names = [(person, normalise(person.name)) for person in staff]
    number, short = wanted.removeprefix("#"), _without_title(wanted)
    return [
        [person for person in staff if str(person.id) == number],
        [person for person, name in names if name == wanted],
        [person for person, name in names if wanted and wanted in name],
        [person for person, name in names if short and name.startswith(short)],
        [person for person, name in names if short and short in name],
    ]


def _without_title(said: str) -> str:
    """小李 and 李经理 are both about somebody called 李."""
    if said.startswith(_TITLES):
        return said[1:]
    endings = (ending for ending in _ENDINGS if said.endswith(ending))
    return said.removesuffix(next(endings, said))
