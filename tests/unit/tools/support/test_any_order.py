"""Two of the staff and three customers: whatever is taken, passed on, handed back, asked and
answered, in whatever order, each word reaches those it is for, once, and nobody else."""

import asyncio
import shutil
import tempfile
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.roles import Role
from storage.database import Database
from tests.builders.cases import Counter, a_counter, said
from tests.fakes.clock import FakeClock

STAFF, CUSTOMERS = ("李雷", "韩梅梅"), ("Zhao", "Qian", "Sun")
WHO, WHOM = st.sampled_from(STAFF), st.sampled_from(CUSTOMERS)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wishes"), WHO, WHOM),
        st.tuples(st.just("takes"), WHO, WHOM),
        st.tuples(st.just("passes_on"), WHO, WHOM),
        st.tuples(st.just("hands_back"), WHO, WHOM),
        st.tuples(st.just("asks"), WHO, WHOM),
        st.tuples(st.just("answers"), WHO, WHOM),
    ),
    min_size=4, max_size=14,
)  # fmt: skip
Step = tuple[str, str, str]
LI, HAN = STAFF


class Desks:
    """The rules in short: `cases` are the open ones by customer, `serving` says whom each of the staff
    serves, with the one whom plain words go to as the last; `asked` is who wants to be relieved of
    whom by this colleague."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._gateway = counter.gateway()
        self._numbers = count(1)
        self.cases: dict[str, str] = {}
        self.serving: dict[str, list[str]] = {who: [] for who in STAFF}
        self.asked: dict[tuple[str, str], str] = {}
        self.readers: dict[str, set[str]] = {}
        self.for_the_agent: list[str] = []

    async def wishes(self, _: str, customer: str) -> None:
        order = f"wish:{next(self._numbers)}"
        case = await self._counter.wants_a_person(customer, order)
        self.cases[customer] = case.ref

    async def takes(self, who: str, customer: str) -> None:
        if customer not in self.cases:
            return
        await self._write(who, f"/takeover {self.cases[customer]}")
        if customer in self.serving[who]:
            self.serving[who].remove(customer)
        elif by := self.asked.pop((who, customer), None):
            self._leave(by, customer)
        self.serving[who].append(customer)

    async def passes_on(self, who: str, customer: str) -> None:
        if customer not in self.cases:
            return
        to = STAFF[1 - STAFF.index(who)]
        await self._write(who, f"/transfer {self.cases[customer]} {to}")
        self.asked[to, customer] = who

    async def hands_back(self, who: str, customer: str) -> None:
        if customer not in self.serving[who]:
            return
        await self._write(who, f"/handback {self.cases[customer]}")
        self._leave(who, customer)
        if not self._who_serves(customer):
            del self.cases[customer]
            self.asked = {key: by for key, by in self.asked.items() if key[1] != customer}

    async def asks(self, _: str, customer: str) -> None:
        word = await self._say(customer)
        self.readers[word] = self._who_serves(customer)
        if not self.readers[word]:
            self.for_the_agent.append(word)

    async def answers(self, who: str, _: str) -> None:
        word = await self._say(who)
        if self.serving[who]:
            customer = self.serving[who][-1]
            self.readers[word] = {customer, *self._who_serves(customer)} - {who}
        else:
            self.readers[word] = set()
            self.for_the_agent.append(word)

    async def hold(self) -> None:
        told = {name: await self._counter.told(name) for name in (*STAFF, *CUSTOMERS)}
        for word, readers in self.readers.items():
            assert {
                name: times
                for name, texts in told.items()
                if (times := sum(_carries(each, word) for each in texts))
            } == dict.fromkeys(readers, 1)
        heard = [turn.text for turn in self._counter.agent.turns]
        assert heard == self.for_the_agent

    def _who_serves(self, customer: str) -> set[str]:
        return {who for who in STAFF if customer in self.serving[who]}

    def _leave(self, who: str, customer: str) -> None:
        if customer in self.serving[who]:
            self.serving[who].remove(customer)

    async def _say(self, who: str) -> str:
        word = f"words-{next(self._numbers)}."
        await self._write(who, word)
        return word

    async def _write(self, who: str, text: str) -> None:
        await self._gateway.receive(said(who, text, f"m{next(self._numbers)}"))
        await self._gateway.idle()


def _carries(text: str, word: str) -> bool:
    """Whether it brings these words, and does not only show what was said before."""
    return text == word or (text.startswith("💬") and word in text.partition("\n")[0])


@given(steps=STEPS)
@example(
    # Two at one desk, the second passed on in the middle, and taken back again later.
    steps=[
        ("wishes", LI, "Zhao"),
        ("takes", LI, "Zhao"),
        ("wishes", LI, "Sun"),
        ("takes", LI, "Sun"),
        ("passes_on", LI, "Zhao"),
        ("asks", LI, "Zhao"),
        ("takes", HAN, "Zhao"),
        ("answers", LI, ""),
        ("answers", HAN, ""),
        ("takes", LI, "Zhao"),
        ("answers", LI, ""),
        ("hands_back", HAN, "Zhao"),
        ("takes", HAN, "Zhao"),
        ("asks", LI, "Zhao"),
    ]
)
@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_every_word_reaches_those_it_is_for_and_nobody_else(
    sqlite_template: Path, steps: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(sqlite_template, Path(folder) / "huoke.db")
        asyncio.run(_lived(f"sqlite+aiosqlite:///{path}", steps))


async def _lived(url: str, steps: list[Step]) -> None:
    async with Database(url) as database:
        counter = await a_counter(database, FakeClock())
        for name in CUSTOMERS[1:]:
            await counter.joins(name, Role.customer)
        desks = Desks(counter)
        for step, who, customer in steps:
            await getattr(desks, step)(who, customer)
        await desks.hold()
