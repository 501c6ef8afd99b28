"""What time does to cases, beside the stories of tests/journeys/test_staff.py."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from config.i18n import Language, say
from storage.database import Database
from storage.tables.case import Case, CaseStatus
from storage.tables.work import OutboxMessage, OutboxStatus
from tests.builders.cases import Counter, a_counter, said
from tests.fakes.clock import FakeClock
from tools.support.staff import CaseKeeper

ZH = Language.zh_cn


@pytest.fixture
async def counter(database: Database, clock: FakeClock) -> Counter:
    return await a_counter(database, clock)


async def after(counter: Counter, time: timedelta, *, times: int = 1) -> None:
    counter.clock.advance(time)
    for _ in range(times):
        await CaseKeeper(counter.database, counter.desk).look_after_all()


async def kept(counter: Counter, case: Case) -> Case:
    async with counter.database.reading() as session:
        return await session.get_one(Case, case.id)


async def test_who_serves_is_told_once_of_words_that_did_not_arrive(counter: Counter) -> None:
    case = await counter.wants_a_person()
    await counter.takes("李雷", case)
    gateway = counter.gateway()
    await gateway.receive(said("李雷", "下午寄出", "m1"))
    await gateway.idle()
    async with counter.database.unit_of_work() as session:
        await session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.said_by == "李雷")
            .values(status=OutboxStatus.failed)
        )
    await after(counter, timedelta(minutes=1), times=2)
    lost = say(ZH, "cases.not_delivered", ref=case.ref, text="下午寄出")
    assert (await counter.told("李雷")).count(lost) == 1


async def test_whom_the_platform_did_not_take_our_staff_is_asked_for(counter: Counter) -> None:
    async def by_platform() -> Case:
        async with counter.database.unit_of_work() as session:
            row = await session.get_one(Case, case.id)
            row.by_platform, row.offered_at = True, None
            return row

    case = await counter.wants_a_person()
    await by_platform()
    told = len(await counter.told("韩梅梅"))
    await after(counter, timedelta(minutes=1))
    assert len(await counter.told("韩梅梅")) == told
    await after(counter, timedelta(minutes=3))
    assert case.ref in (await counter.told("韩梅梅"))[-1]
    assert not (await kept(counter, case)).by_platform


async def test_a_case_in_which_somebody_writes_goes_on(counter: Counter) -> None:
    case = await counter.wants_a_person()
    await counter.takes("李雷", case)
    gateway = counter.gateway()
    for number in range(3):
        await after(counter, timedelta(minutes=20))
        await gateway.receive(said("Zhao", "还在", f"m{number}"))
        await gateway.idle()
    assert (await kept(counter, case)).status is CaseStatus.active
    await after(counter, timedelta(minutes=30))
    assert (await kept(counter, case)).status is CaseStatus.resolved


async def test_looking_again_at_the_same_moment_asks_nobody_again(counter: Counter) -> None:
    await counter.wants_a_person()
    await after(counter, timedelta(minutes=3), times=3)
    assert [len(await counter.told(name)) for name in ("李雷", "韩梅梅")] == [1, 1]
