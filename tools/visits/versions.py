"""Versions of playbooks. Services never commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.clock import Clock
from storage.database import Session
from storage.tables.visit import PlaybookVersion
from storage.upsert import insert_or_ignore
from tools.visits.errors import PlaybookNotFound, PlaybookOff, PlaybookVersionNotFound
from tools.visits.playbook_files import SHIPPED, Problem, Read, read_folders
from tools.visits.repository import PlaybookRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What reading the files changed, and what in them is wrong."""

    new: Sequence[tuple[str, int]]
    problems: Sequence[Problem]
    read: int


def read_all(own: Path) -> tuple[dict[str, Read], list[Problem]]:
    """The shipped playbooks, and the organisation's own in the place of those with their names."""
    return read_folders((SHIPPED, own))


class PlaybookVersions:
    def __init__(self, session: Session, organisation_id: int, clock: Clock) -> None:
        self.session = session
        self.rows = PlaybookRepository(session, organisation_id)
        self._clock = clock

    async def load(self, own: Path, by: int | None = None) -> Loaded:
        """A changed file makes a new version, which is used unless the playbook is off; a broken one
        changes nothing."""
        files, problems = read_all(own)
        known: dict[str, list[PlaybookVersion]] = {}
        for row in await self.rows.versions():
            known.setdefault(row.name, []).append(row)
        new = []
        for name, read in files.items():
            before = known.get(name, [])
            if before and before[-1].digest == read.digest:
                continue
            active = not before or any(row.active for row in before)
            number = before[-1].number + 1 if before else 1
            if await self._add(name, number, read, active=active, by=by):
                new.append((name, number))
        return Loaded(new=new, problems=problems, read=len(files))

    async def of(self, name: str) -> Sequence[PlaybookVersion]:
        """The oldest first. Raises PlaybookNotFound."""
        found = await self.rows.versions(name)
        if not found:
            known = {row.name for row in await self.rows.versions()}
            raise PlaybookNotFound(name, ", ".join(sorted(known)))
        return found

    async def one(self, name: str, number: int | None) -> PlaybookVersion:
        """Without a number the one in use, or the newest of one that is off. Raises PlaybookNotFound,
        PlaybookVersionNotFound."""
        versions = await self.of(name)
        if number is None:
            return used_of(versions) or versions[-1]
        found = next((row for row in versions if row.number == number), None)
        if found is None:
            raise PlaybookVersionNotFound(name, number, versions[-1].number)
        return found

    async def use(self, name: str, number: int) -> None:
        """Begin visits with this version until the file changes. Raises PlaybookNotFound,
        PlaybookVersionNotFound, PlaybookOff."""
        await self.one(name, number)
        versions = await self.of(name)
        if used_of(versions) is None:
            raise PlaybookOff(name)
        for row in versions:
            row.active = row.number <= number
        await self.session.flush()

    async def switch(self, name: str, *, on: bool) -> PlaybookVersion | None:
        """The version with which visits begin now: the newest one. Raises PlaybookNotFound."""
        versions = await self.of(name)
        if on and (used := used_of(versions)) is not None:
            return used
        for row in versions:
            row.active = on
        await self.session.flush()
        return used_of(versions)

    async def _add(
        self, name: str, number: int, read: Read, *, active: bool, by: int | None
    ) -> bool:
        """False when another process was faster."""
        values = {
            "organisation_id": self.rows.organisation_id, "name": name, "number": number,
            "digest": read.digest, "content": read.content, "active": active,
            "created_at": self._clock.now(), "created_by": by,
        }  # fmt: skip
        return await insert_or_ignore(self.session, PlaybookVersion, values) is not None


def used_of(versions: Sequence[PlaybookVersion]) -> PlaybookVersion | None:
    """The newest that is active."""
    return next((row for row in reversed(versions) if row.active), None)
