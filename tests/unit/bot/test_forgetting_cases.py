"""Whoever is forgotten leaves no words with the staff who served them."""

import pytest
from sqlalchemy import String, cast, select

from storage.database import Database
from storage.tables.base import Table
from storage.tables.case import Case, CaseEvent
from storage.tables.work import InboxMessage, OutboxMessage
from tests.builders.cases import Counter, a_counter, said
from tests.builders.gateway import an_eraser
from tests.fakes.clock import FakeClock

CANARY = "鸸鹋七号"


@pytest.fixture
async def counter(database: Database, clock: FakeClock) -> Counter:
    return await a_counter(database, clock)


async def found(counter: Counter) -> list[str]:
    """The tables in which the canary can be read."""
    tables: tuple[type[Table], ...] = (Case, CaseEvent, InboxMessage, OutboxMessage)
    texts = []
    async with counter.database.reading() as session:
        for table in tables:
            for column in table.__table__.columns:
                query = select(cast(column, String)).where(cast(column, String).contains(CANARY))
                texts += [table.__tablename__ for _ in await session.scalars(query)]
    return texts


async def test_no_word_of_a_forgotten_customer_stays_with_the_staff(counter: Counter) -> None:
    gateway = counter.gateway()
    await gateway.receive(said("Zhao", f"我要找人工 {CANARY}", "m1"))
    await gateway.idle()
    case = await counter.wants_a_person(order="inbox:1", question=CANARY)
    await counter.takes("李雷", case, order="inbox:1")
    await gateway.receive(said("Zhao", f"我住 {CANARY} 路", "m2"))
    await gateway.receive(said("李雷", f"您住 {CANARY} 路吗", "m3"))
    await gateway.idle()
    lilei = counter.people["李雷"]
    await counter.does(lambda service, row: service.note(row, lilei, CANARY, "inbox:2:note"), case)
    await counter.does(
        lambda service, row: service.hand_back(row, lilei, CANARY, "inbox:2:back"), case
    )
    assert set(await found(counter)) == {"cases", "case_events", "inbox", "outbox"}
    eraser = an_eraser(counter.database, counter.organisation.id, counter.clock)
    await eraser.erase(counter.people["Zhao"].id, asked_by=counter.people["Zhao"].id)
    # What 李雷 wrote himself is his.
    assert await found(counter) == ["inbox"]
