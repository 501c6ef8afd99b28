"""Each change of a playbook's file is a version, and what is broken changes nothing."""

from pathlib import Path

import pytest

from storage.database import Database, Session
from tests.builders.organisation import an_organisation
from tests.builders.playbooks import DEMO, changed, written
from tests.fakes.clock import FakeClock
from tools.visits.errors import PlaybookNotFound, PlaybookOff, PlaybookVersionNotFound
from tools.visits.versions import Loaded, PlaybookVersions, used_of

SECOND = changed(DEMO, ("Be quick.", "Be slow."))


class Shelf:
    """An organisation with a folder of its own."""

    def __init__(
        self, database: Database, organisation_id: int, clock: FakeClock, folder: Path
    ) -> None:
        self._database, self._organisation_id, self._clock = database, organisation_id, clock
        self.folder = folder

    async def load(self, text: str | None = None) -> Loaded:
        if text is not None:
            written(self.folder, text)
        async with self._database.unit_of_work() as session:
            return await self._versions(session).load(self.folder)

    async def used(self) -> int | None:
        async with self._database.unit_of_work() as session:
            used = used_of(await self._versions(session).of("trial"))
            return used.number if used else None

    async def use(self, number: int, name: str = "trial") -> None:
        async with self._database.unit_of_work() as session:
            await self._versions(session).use(name, number)

    async def switch(self, *, on: bool) -> None:
        async with self._database.unit_of_work() as session:
            await self._versions(session).switch("trial", on=on)

    def _versions(self, session: Session) -> PlaybookVersions:
        return PlaybookVersions(session, self._organisation_id, self._clock)


@pytest.fixture
async def shelf(database: Database, clock: FakeClock, tmp_path: Path) -> Shelf:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    return Shelf(database, organisation.id, clock, tmp_path / "own")


async def test_a_file_is_the_first_version_and_a_changed_one_the_next(shelf: Shelf) -> None:
    assert ("trial", 1) in (await shelf.load(DEMO)).new
    assert (await shelf.load()).new == []
    assert (await shelf.load(SECOND)).new == [("trial", 2)]
    assert await shelf.used() == 2


async def test_other_line_ends_are_no_change(shelf: Shelf) -> None:
    await shelf.load(DEMO)
    (shelf.folder / "trial.yaml").write_bytes(DEMO.replace("\n", "\r\n").encode())
    assert (await shelf.load()).new == []


async def test_a_broken_file_changes_nothing_and_is_reported(shelf: Shelf) -> None:
    await shelf.load(DEMO)
    loaded = await shelf.load(changed(DEMO, ("next: purpose", "next: nowhere")))
    assert loaded.new == []
    assert [each.file for each in loaded.problems] == ["trial.yaml"]
    assert await shelf.used() == 1


async def test_a_roll_back_holds_until_the_file_changes(shelf: Shelf) -> None:
    await shelf.load(DEMO)
    await shelf.load(SECOND)
    await shelf.use(1)
    await shelf.load()
    assert await shelf.used() == 1
    await shelf.use(2)
    assert await shelf.used() == 2
    await shelf.use(1)
    await shelf.load(changed(DEMO, ("Be quick.", "Be kind.")))
    assert await shelf.used() == 3


async def test_one_that_is_off_stays_off_whatever_happens_to_its_file(shelf: Shelf) -> None:
    await shelf.load(DEMO)
    await shelf.switch(on=False)
    await shelf.load(SECOND)
    assert await shelf.used() is None
    with pytest.raises(PlaybookOff):
        await shelf.use(1)
    await shelf.switch(on=True)
    assert await shelf.used() == 2


async def test_switching_on_what_is_on_keeps_its_version(shelf: Shelf) -> None:
    await shelf.load(DEMO)
    await shelf.load(SECOND)
    await shelf.use(1)
    await shelf.switch(on=True)
    assert await shelf.used() == 1


async def test_what_there_is_not_is_not_used(shelf: Shelf) -> None:
    await shelf.load(DEMO)
    with pytest.raises(PlaybookVersionNotFound):
        await shelf.use(2)
    with pytest.raises(PlaybookNotFound):
        await shelf.use(1, "nothing")
