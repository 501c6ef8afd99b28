"""Who looks after a lead (FEATURES LE-5): as said, or by routing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from config.roles import Role
from storage.database import ReadSession
from storage.tables.lead import Lead
from storage.tables.organisation import Person
from tools.context import Asker
from tools.leads.errors import NobodyToAssign, NotStaff
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
    """`owner` is None for the pool."""

    owner: Person | None
    why: Literal["said", "least_busy", "low_score"]

    @property
    def owner_id(self) -> int | None:
        return self.owner.id if self.owner else None


async def choose_owner(
    session: ReadSession, organisation_id: int, lead: Lead, said: str | None, asker: Asker
) -> Choice:
    """Raises PersonAmbiguous, NotStaff, NobodyToAssign."""
    if said is not None:
        return Choice(owner=await find_owner(session, organisation_id, said, asker), why="said")
    if lead.score < HIGH_SCORE:
        return Choice(owner=None, why="low_score")
    staff = await _staff(session, organisation_id)
    sales = [person for person in staff if person.role is Role.agent] or staff
    busy = await LeadRepository(session, organisation_id).open_by_owner()
    return Choice(owner=min(sales, key=lambda one: (busy[one.id], one.id)), why="least_busy")


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
