"""Whatever people state and ask, in whatever order: nobody ever hears of anybody else."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.edge import EdgeIndex
from memory.index import Owner, Point
from memory.sparse import encode_passage, encode_query
from storage.database import Database
from tests.builders.memory import Teller, a_long_term, an_edge
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder

OWNERS = st.builds(Owner, organisation_id=st.integers(1, 3), person_id=st.integers(1, 4))
WORDS = st.lists(
    st.sampled_from(["茶", "咖啡", "meta", "google", "报表", "500", "C-3"]), min_size=1, max_size=4
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), OWNERS, WORDS),
        st.tuples(st.just("close"), OWNERS, WORDS),
        st.tuples(st.just("forget"), OWNERS, st.just(["茶"])),
        st.tuples(st.just("ask"), OWNERS, WORDS),
    ),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_index_shows_each_person_exactly_their_own(
    steps: list[tuple[str, Owner, list[str]]],
) -> None:
    asyncio.run(_lived(steps))


async def _lived(steps: list[tuple[str, Owner, list[str]]]) -> None:
    embedder, own = FakeEmbedder(), dict[Owner, dict[int, bool]]()
    with tempfile.TemporaryDirectory() as folder:
        index = EdgeIndex(Path(folder) / "memory")
        for number, (act, owner, words) in enumerate(steps, start=1):
            text, mine = " ".join(words), own.setdefault(owner, {})
            if act in ("keep", "close"):
                point = Point(
                    memory_id=number, owner=owner, current=act == "keep",
                    dense=await embedder.query(text), sparse=encode_passage(text),
                )  # fmt: skip
                await index.upsert([point])
                mine[number] = point.current
            elif act == "forget":
                await index.delete_owner(owner)
                mine.clear()
            for history in (False, True):
                found = await index.search(
                    owner, await embedder.query(text), encode_query(text), history=history
                )
                expected = {id_ for id_, current in mine.items() if current or history}
                assert set(found.dense) == expected
                assert set(found.sparse) <= expected
        for organisation_id in (1, 2, 3):
            expected_count = sum(
                len(mine) for each, mine in own.items() if each.organisation_id == organisation_id
            )
            assert await index.count(organisation_id) == expected_count
        await index.aclose()


SAID = st.sampled_from(
    [
        "我喜欢喝茶",
        "我不喜欢喝茶",
        "以后报表都用英文",
        "报表用中文",
        "我只看Meta",
        "我住在上海",
        "我搬到深圳了",
    ]
)
TALK = st.lists(st.tuples(st.integers(0, 3), SAID, st.booleans()), min_size=1, max_size=12)


@given(talk=TALK)
@settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_people_of_two_organisations_are_told_exactly_what_they_said(
    sqlite_template: Path, talk: list[tuple[int, str, bool]]
) -> None:
    asyncio.run(_talked(sqlite_template, talk))


async def _talked(template: Path, talk: list[tuple[int, str, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{shutil.copy(template, Path(folder) / 'huoke.db')}"
        async with Database(url) as database, an_edge(Path(folder) / "memory") as index:
            tellers = await _tellers(database, index)
            said: list[list[str]] = [[] for _ in tellers]
            for who, text, indexed in talk:
                await tellers[who].says(text)
                said[who].append(text)
                if indexed:
                    await tellers[who].memory.reindex_missing()
                for teller, own in zip(tellers, said, strict=True):
                    assert set(await teller.recalls("报表 茶 Meta", history=True)) <= set(own)
                assert text in await tellers[who].recalls(text)


async def _tellers(database: Database, index: EdgeIndex) -> list[Teller]:
    """Two people in each of two organisations, on one index."""
    tellers = []
    for slug in ("acme", "other"):
        async with database.unit_of_work() as session:
            organisation = await an_organisation(session, slug=slug)
            people = [await a_person(session, organisation, name=name) for name in ("A", "B")]
        memory = a_long_term(database, organisation.id, index, FakeEmbedder(), FakeClock())
        tellers += [Teller(memory, database, person) for person in people]
    return tellers
