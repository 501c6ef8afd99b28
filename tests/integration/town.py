"""People who write letters to the real program, in a process of its own that may be killed at any
named point; another one takes its place at once.

The program is imported once and forked for each process: see tests/chaos/nursery.py.
"""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from bot.messages import File
from config.clock import SystemClock
from storage.database import Database
from storage.inbox import Inbox, Place
from tests.chaos.workers import Nursery, Worker, environment_of
from tests.conftest import administer
from tests.mailbox.channel import drop, letters
from tools.demo import DEMO, MEMBERS, add_member, ensure_organisation
from tools.people.service import PeopleService, bind

KILLED = -9
_WITHIN_SECONDS, _LOOK_SECONDS = 240.0, 0.1
# What is to be done: messages, answers, leases, documents, and what their index lacks.
_OPEN = (
    "SELECT count(*) FROM inbox WHERE status = 'received'",
    """SELECT count(*) FROM outbox o JOIN conversations c ON c.id = o.conversation_id
       WHERE c.channel = 'mailbox' AND o.status IN ('queued', 'sending')""",
    "SELECT count(*) FROM conversations WHERE lease_owner IS NOT NULL",
    """SELECT (SELECT count(*) FROM jobs WHERE kind = 'knowledge.add')
       - (SELECT count(*) FROM notices WHERE key LIKE 'knowledge.add:%')""",
    "SELECT count(*) FROM chunks WHERE indexed_at IS NULL",
)
# What is made of talks comes seconds later.
UNREMEMBERED = (
    "SELECT count(*) FROM inbox WHERE remembered_at IS NULL",
    "SELECT count(*) FROM memories WHERE indexed_at IS NULL",
)
_TABLES = (
    "inbox", "outbox", "cases", "case_members", "case_events", "case_offers", "satisfaction",
    "documents", "document_versions", "chunks",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    sender: str
    text: str
    file: File | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`heard` is what everybody was sent, `rows` how many each table has, `codes` how the processes
    ended that ended by themselves. `place` is where the program kept all of it."""

    heard: Mapping[str, Sequence[str]]
    rows: Mapping[str, int]
    codes: Sequence[int]
    place: "Home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    folder: Path
    url: str


@dataclass(frozen=True, kw_only=True)
class Town:
    """`seeded` is a SQLite file with the staff in it, and a database of that name on `server`."""

    nursery: Nursery
    folder: Path
    seeded: Path
    server: str

    async def tell(
        self, story: Sequence[Letter], *, engine: str, kills: Sequence[str] = (),
        settled: Sequence[str] = (),
    ) -> Told:  # fmt: skip
        """Each letter is written when all that follows from the last one is done, also what the
        queries `settled` count. The first process dies at the first of `kills`, and so on."""
        home = await self._home(engine)
        worker = Worker(
            name="worker", port=0, log=home.folder / "worker.log",
            environment=environment_of(
                "worker", home.folder, DATABASE_URL=home.url, HTTP__PORT="0", WORK__LEASE="PT1S",
                MAILBOX__FOLDER=str(home.folder / "mail"),
                HOURS__WEEKLY='["mon-sun 00:00-24:00"]',
            ),
        )  # fmt: skip
        codes: list[int] = []
        points = iter(kills)
        mail = home.folder / "mail"
        async with Database(home.url) as database:
            await self.nursery.start(worker, next(points, None))
            for letter in story:
                drop(mail, letter.sender, letter.text, file=letter.file)
                try:
                    async with asyncio.timeout(_WITHIN_SECONDS):
                        while [*(mail / "in").iterdir()] or any(
                            await _counted(database, *_OPEN, *settled)
                        ):
                            if await worker.died_within(_LOOK_SECONDS):
                                codes.append(worker.code or 0)
                                await self.nursery.start(worker, next(points, None))
                except TimeoutError:
                    still = await _counted(database, *_OPEN, *settled)
                    raise AssertionError(
                        f"{letter.text!r} is not settled: {still}, died: {codes}\n{_tail(worker.log)}"
                    ) from None
            worker.kill()
            await worker.dead.wait()
            counted = await _counted(
                database, *(f"SELECT count(*) FROM {each}" for each in _TABLES)
            )
        heard: dict[str, list[str]] = defaultdict(list)
        for each in letters(mail):
            heard[each["to"]].append(each["text"])
        rows = dict(zip(_TABLES, counted, strict=True))
        return Told(heard=dict(heard), rows=rows, codes=codes, place=home)

    async def _home(self, engine: str) -> Home:
        folder = self.folder / uuid4().hex[:12]
        folder.mkdir()
        if engine == "sqlite":
            copy = shutil.copy(self.seeded, folder / "huoke.db")
            return Home(folder=folder, url=f"sqlite+aiosqlite:///{copy}")
        name = f"town_{folder.name}"
        await administer(self.server, f"CREATE DATABASE {name} TEMPLATE {self.seeded.stem}")
        return Home(folder=folder, url=f"{self.server}/{name}")


async def seed(url: str) -> None:
    """The staff of the demo organisation, each with a mailbox."""
    clock = SystemClock()
    async with Database(url) as database:
        organisation_id = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
        inbox = Inbox(organisation_id, clock)
        async with database.unit_of_work() as session:
            for member in MEMBERS[1:]:
                await add_member(session, organisation_id, clock, member)
            for person in await PeopleService(session, organisation_id).everyone():
                place = Place(channel="mailbox", bot="mailbox", chat=person.name)
                await bind(session, person, clock, channel="mailbox", external_id=person.name)
                await inbox.conversation(session, place, private_with=person.id)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])


async def _counted(database: Database, *questions: str) -> list[int]:
    async with database.reading() as session:
        return [int(await session.scalar(text(each)) or 0) for each in questions]
