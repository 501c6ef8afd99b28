"""Random worlds of people and organisations, with the real engine: whatever is said, noted, asked
and erased, in whatever order, nobody ever hears of anybody else, nor of what was erased."""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.connect import open_redis
from memory.edge import EdgeIndex
from memory.insights import Insights
from memory.long_term import LongTermMemory
from memory.privacy import Eraser
from storage.database import Database
from tests.builders.gateway import an_eraser
from tests.builders.memory import a_long_term, an_edge
from tests.builders.organisation import an_organisation
from tests.builders.talks import Talk, a_talk
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder

WORDS = st.sampled_from(
    [
        "我昨天买了一双鞋",
        "我比较喜欢喝茶",
        "我住在上海",
        "我搬到深圳了",
        "鞋底开胶了，怎么办",
        "我明天去北京",
    ]
)
WHO = st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("says"), WHO, WORDS),
        st.tuples(st.just("staff"), WHO, WORDS),
        st.tuples(st.just("notes"), WHO, WORDS),
        st.tuples(st.just("index"), WHO, st.just("")),
        st.tuples(st.just("erase"), WHO, st.just("")),
    ),
    min_size=2, max_size=12,
)  # fmt: skip


class Citizen:
    """A customer, and everything that may be known of them now."""

    def __init__(self, number: int, talk: Talk, memory: LongTermMemory, eraser: Eraser) -> None:
        self.number, self.talk, self.memory, self.eraser = number, talk, memory, eraser
        self.told: list[str] = []
        self.noted: list[str] = []

    def signed(self, text: str) -> str:
        """Nobody else ever says the same."""
        return f"{text}，编号{self.number}{len(self.told) + len(self.noted)}"

    async def knows_only_their_own(self) -> None:
        for question in ("我的鞋", "喝茶 编号", "住在哪里", "昨天买了什么", "北京 上海 深圳"):
            for history in (False, True):
                heard = await self._heard(question, history=history)
                assert all(any(each in told for told in self.told) for each in heard)
                for_staff = await self._heard(question, history=history, for_staff=True)
                known = [*self.told, *self.noted]
                assert all(any(each in text for text in known) for each in for_staff)

    async def _heard(self, question: str, **how: bool) -> list[str]:
        recalled = await self.memory.recall(self.talk.person.id, question, limit=20, **how)
        return [each.text for each in recalled]


@given(steps=STEPS)
@settings(
    max_examples=8, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_nobody_hears_of_anybody_else(
    sqlite_template: Path, steps: list[tuple[str, int, str]]
) -> None:
    asyncio.run(_lived(sqlite_template, steps))


async def _lived(template: Path, steps: list[tuple[str, int, str]]) -> None:
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{shutil.copy(template, Path(folder) / 'huoke.db')}"
        async with Database(url) as database, an_edge(Path(folder) / "memory") as index:
            citizens = await _citizens(database, index, clock)
            for act, who, words in steps:
                clock.advance(timedelta(hours=1))
                await _happens(citizens[who], act, words, database, clock)
                for each in citizens:
                    await each.knows_only_their_own()
            for each in citizens:
                await _remembered(each)


async def _happens(
    citizen: Citizen, act: str, words: str, database: Database, clock: FakeClock
) -> None:
    text, person = citizen.signed(words), citizen.talk.person
    if act == "says":
        await citizen.talk.says(text)
        citizen.told.append(text)
    elif act == "staff":
        await citizen.talk.hears(text, staff="小李")
        citizen.told.append(text)
    elif act == "notes":
        async with database.unit_of_work() as session:
            insights = Insights(person.organisation_id, clock)
            await insights.add(
                session, about=person, author_id=person.id, order_key=text, text=text
            )
        citizen.noted.append(text)
    elif act == "index":
        await _remembered(citizen)
    else:
        await citizen.eraser.erase(person.id, asked_by=person.id)
        citizen.told.clear()
        citizen.noted.clear()


async def _remembered(citizen: Citizen) -> None:
    """Everything of the organisation; what was just said is found again by its own words."""
    await citizen.memory.listener.listen()
    await citizen.memory.reindex_missing()
    if citizen.told:
        assert await citizen.memory.recall(citizen.talk.person.id, citizen.told[-1]) != []
    await citizen.knows_only_their_own()


async def _citizens(database: Database, index: EdgeIndex, clock: FakeClock) -> list[Citizen]:
    """Two customers in each of two organisations, on one index."""
    citizens: list[Citizen] = []
    for slug in ("acme", "other"):
        async with database.unit_of_work() as session:
            organisation = await an_organisation(session, slug=slug)
        memory = a_long_term(database, organisation.id, index, FakeEmbedder(), clock)
        eraser = an_eraser(database, organisation.id, clock, index, open_redis(None))
        for name in ("甲", "乙"):
            talk = await a_talk(database, organisation, clock, name=f"{slug}{name}")
            citizens.append(Citizen(len(citizens), talk, memory, eraser))
    return citizens
