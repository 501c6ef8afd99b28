"""Words between a customer and the staff: carried on once, whatever happens to the process."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

import bot.gateway
from bot.messages import HumanServes
from storage.database import Database
from storage.tables.case import Case, CaseStatus
from storage.tables.work import InboxMessage, InboxStatus
from tests.builders.cases import Counter, a_counter, said
from tests.fakes.clock import FakeClock


class Killed(BaseException):
    """Stands for kill -9: nothing is cleaned up but what the language itself does."""


@pytest.fixture
async def counter(database: Database, clock: FakeClock) -> Counter:
    return await a_counter(database, clock)


@pytest.fixture
def dies_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The failpoints at which a gateway dies, each once."""
    points: list[str] = []

    def failpoint(name: str) -> None:
        if name in points:
            points.remove(name)
            raise Killed(name)

    monkeypatch.setattr(bot.gateway, "failpoint", failpoint)
    yield points
    assert points == [], "the process died where the test wanted"


@pytest.mark.parametrize("point", ["leased", "finishing", "finished"])
@pytest.mark.parametrize("speaker", ["Zhao", "李雷"])
async def test_words_are_carried_on_once_though_the_process_dies(
    counter: Counter, dies_at: list[str], point: str, speaker: str
) -> None:
    await counter.takes("李雷", await counter.wants_a_person())
    before = {name: len(await counter.told(name)) for name in counter.chats}
    dies_at.append(point)
    first = counter.gateway("first")
    await first.receive(said(speaker, "几点发货", "m1"))
    with pytest.raises(Killed):
        await first.idle()
    second = counter.gateway("second")
    await second.take_over_everything()
    await second.idle()
    other = "李雷" if speaker == "Zhao" else "Zhao"
    new = (await counter.told(other))[before[other] :]
    assert sum("几点发货" in text for text in new) == 1
    assert len(await counter.told(speaker)) == before[speaker]
    async with counter.database.reading() as session:
        assert list(await session.scalars(select(InboxMessage.status))) == [InboxStatus.done]
    assert counter.agent.turns == []


async def test_the_order_of_words_is_kept(counter: Counter) -> None:
    await counter.takes("李雷", await counter.wants_a_person())
    gateway = counter.gateway()
    for number in range(5):
        await gateway.receive(said("Zhao", f"第{number}句", f"m{number}"))
    await gateway.idle()
    told = [text.splitlines()[0][-3:] for text in await counter.told("李雷") if "第" in text]
    assert told == [f"第{number}句" for number in range(5)]


async def test_words_after_the_end_go_nowhere_and_say_so(counter: Counter) -> None:
    case = await counter.wants_a_person()
    await counter.takes("李雷", case)
    gateway = counter.gateway()
    listen = gateway._listen

    async def after_the_end(claimed: bot.gateway.Claimed) -> bool:
        await counter.does(
            lambda service, found: service.resolve(found, counter.people["韩梅梅"], "inbox:9"),
            case,
        )
        return await listen(claimed)

    gateway._listen = after_the_end  # type: ignore[method-assign]
    await gateway.receive(said("李雷", "马上寄", "m1"))
    await gateway.idle()
    assert not any("马上寄" in text for text in await counter.told("Zhao"))
    assert "没有发出去" in (await counter.told("李雷"))[-1]


async def test_what_a_customer_says_as_the_last_one_leaves_is_answered_by_the_agent(
    counter: Counter,
) -> None:
    case = await counter.wants_a_person()
    await counter.takes("李雷", case)
    gateway = counter.gateway()
    listen = gateway._listen

    async def as_they_leave(claimed: bot.gateway.Claimed) -> bool:
        await counter.does(
            lambda service, found: service.hand_back(found, counter.people["李雷"], "", "inbox:9"),
            case,
        )
        return await listen(claimed)

    gateway._listen = as_they_leave  # type: ignore[method-assign]
    await gateway.receive(said("Zhao", "还有一个问题", "m1"))
    await gateway.idle()
    assert [turn.text for turn in counter.agent.turns] == ["还有一个问题"]
    assert "echo: 还有一个问题" in await counter.told("Zhao")
    assert not any("还有一个问题" in text for text in await counter.told("李雷"))


async def test_people_of_a_platform_do_not_end_what_our_staff_serves(counter: Counter) -> None:
    await counter.takes("李雷", await counter.wants_a_person())
    gateway = counter.gateway()
    await gateway.handover.keep(HumanServes(address=said("Zhao", "", "").address, begins=False))
    await gateway.receive(said("Zhao", "还在吗", "m1"))
    await gateway.idle()
    assert counter.agent.turns == []


async def test_what_a_platform_serves_is_a_case_until_it_is_given_back(counter: Counter) -> None:
    gateway = counter.gateway()
    here = said("Zhao", "", "").address
    states = []
    for begins in (True, False):
        await gateway.handover.keep(HumanServes(address=here, begins=begins))
        async with counter.database.reading() as session:
            case = (await session.scalars(select(Case))).one()
        states.append((case.status, case.by_platform, case.ended_at is None))
    assert states == [(CaseStatus.active, True, True), (CaseStatus.resolved, True, False)]


async def test_two_who_take_it_at_once_serve_it_together(counter: Counter) -> None:
    case = await counter.wants_a_person()
    await counter.takes("李雷", case)
    await counter.takes("韩梅梅", case)
    gateway = counter.gateway()
    await gateway.receive(said("Zhao", "你们好", "m1"))
    await gateway.idle()
    for name in ("李雷", "韩梅梅"):
        assert "你们好" in (await counter.told(name))[-1]
