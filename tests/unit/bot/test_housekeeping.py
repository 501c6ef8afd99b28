"""The minute's work: what waited is sent, whether or not the process was started again."""

import asyncio
from datetime import timedelta

import pytest

from bot.housekeeping import Housekeeper
from config.notices import NoticeKind
from config.settings import ApprovalSettings
from memory.traces import traces_of
from storage.database import Database
from tests.builders.notices import Staff, a_staff
from tests.fakes.clock import FakeClock


@pytest.fixture
async def staff(database: Database, clock: FakeClock) -> Staff:
    return await a_staff(database, clock)


def a_housekeeper(staff: Staff, owner: str) -> Housekeeper:
    return Housekeeper(
        staff.database, staff.organisation.id, staff.notifier(owner=owner), clock=staff.clock,
        settings=ApprovalSettings(),
    )  # fmt: skip


async def falls_into_the_night(staff: Staff, key: str = "k") -> None:
    await staff.keeps_quiet("22:00-08:00")
    staff.clock.advance(timedelta(hours=13))
    async with staff.database.unit_of_work() as session:
        await staff.notifier().to_staff(
            session, NoticeKind.lead, key, "support.contact_left", name="Han", lead="L-1"
        )


async def test_two_processes_send_what_waited_once(staff: Staff) -> None:
    await falls_into_the_night(staff)
    staff.clock.advance(timedelta(hours=10))
    two = [a_housekeeper(staff, owner) for owner in ("one", "two")]
    await asyncio.gather(*(each.send_held_notices() for each in two))
    (text,) = await staff.texts()
    assert "L-1" in text


async def test_what_waits_for_one_person_is_no_part_of_anothers(staff: Staff) -> None:
    colleague = await staff.joins("Li")
    await falls_into_the_night(staff)
    assert len(await staff.texts(colleague)) == 1
    staff.clock.advance(timedelta(hours=10))
    await a_housekeeper(staff, "one").send_held_notices()
    assert len(await staff.texts(colleague)) == 1
    assert len(await staff.texts()) == 1


async def test_what_waits_is_found_when_somebody_is_to_be_forgotten(staff: Staff) -> None:
    await falls_into_the_night(staff)
    async with staff.database.reading() as session:
        found = await traces_of(session, staff.organisation.id, staff.person.id)
    assert len(found.notices) == 1
