"""How much of the evidence for a question long-term memory brings back, out of long talks.

Every turn goes the way of the product: one speaker is the customer, whose words come through the
inbox; the others are staff who wrote to them. They are remembered and indexed in the background's
own steps, and every question is asked of one person's memory only. No model is in the loop.
"""

import asyncio
import json
import re
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select

from bench.figures import percentile
from config.clock import Clock
from config.errors import ConfigurationError
from config.roles import Role
from config.settings import LongTermSettings
from memory.edge import EdgeIndex
from memory.embeddings import LocalEmbedder
from memory.index import Owner
from memory.long_term import LongTermMemory
from memory.sparse import encode_query
from storage.database import Database, Session
from storage.migrate import migrate
from storage.tables.memory import Memory
from storage.tables.organisation import Organisation, Person
from storage.tables.work import (
    Conversation,
    InboxMessage,
    InboxStatus,
    OutboxMessage,
    OutboxStatus,
)

Json = dict[str, Any]
_BETWEEN_TURNS = timedelta(seconds=20)
_FORMATS = ("%I:%M %p on %d %B, %Y", "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
_MOST = 10


class Then(Clock):
    """The time at which the questions are asked: the day after the last turn."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Tally:
    """Sums over questions."""

    n: int = 0
    found: dict[int, float] = field(default_factory=lambda: {1: 0.0, 5: 0.0, 10: 0.0})
    sessions: int = 0

    def add(self, evidence: set[str], turns: Sequence[str], *, session_hit: bool) -> None:
        self.n += 1
        self.sessions += session_hit
        for top in self.found:
            self.found[top] += len(evidence & set(turns[:top])) / len(evidence)

    def figures(self) -> Json:
        shares = {
            f"recall@{top}": round(total / max(1, self.n), 4) for top, total in self.found.items()
        }
        return {"n": self.n, **shares, "session_hit@10": round(self.sessions / max(1, self.n), 4)}


def measure(file: Path, queries: Path | None = None) -> Json:
    """The product's figures; recall is the mean share of the evidence among the turns returned. A
    session is hit when one with evidence is among the first ten that the ranked turns are of."""
    if queries is not None:
        raise ConfigurationError("bench memory has no --queries")
    return asyncio.run(_measured(_read(file)))


def compare(file: Path, queries: Path | None = None) -> list[Json]:
    """The product beside plain word search, meaning alone, and the two fused by rank."""
    if queries is not None:
        raise ConfigurationError("bench memory has no --queries")
    return asyncio.run(_compared(_read(file)))


def _read(file: Path) -> Json:
    try:
        content: Json = json.loads(file.read_text(encoding="utf-8"))
        assert content["name"] is not None
        assert content["people"] is not None
    except (ValueError, KeyError, AssertionError) as error:
        raise ConfigurationError(f"{file} cannot be used: {error!r}") from None
    return content


async def _measured(content: Json) -> Json:
    async with _World(content) as world:
        whole, by_category = Tally(), dict[str, Tally]()
        took: list[float] = []
        for person in content["people"]:
            turns = world.turns[person["id"]]
            for question in _with_evidence(person):
                evidence = set(question["evidence"])
                started = time.perf_counter()
                recalled = await world.recall(person["id"], question["text"])
                took.append((time.perf_counter() - started) * 1000)
                order = await world.rank(person["id"], question["text"])
                hit = _session_hit(evidence, order, turns)
                of_kind = by_category.setdefault(question["category"], Tally())
                for tally in (whole, of_kind):
                    tally.add(evidence, recalled, session_hit=hit)
        return {
            "name": content["name"], **whole.figures(),
            "by_category": {name: tally.figures() for name, tally in sorted(by_category.items())},
            "ingest_s": round(world.ingest_seconds, 2),
            "query_p50_ms": round(percentile(took, 0.5), 2),
            "query_p95_ms": round(percentile(took, 0.95), 2),
        }  # fmt: skip


async def _compared(content: Json) -> list[Json]:
    async with _World(content) as world:
        tallies: dict[str, Tally] = {}
        for person in content["people"]:
            turns = world.turns[person["id"]]
            for question in _with_evidence(person):
                evidence = set(question["evidence"])
                orders = await world.baselines(person["id"], question["text"])
                orders["product"] = await world.rank(person["id"], question["text"])
                for name, order in orders.items():
                    for kind in ("", f", {question['category']}"):
                        tally = tallies.setdefault(f"{name}{kind}", Tally())
                        hit = _session_hit(evidence, order, turns)
                        tally.add(evidence, order, session_hit=hit)
        return [{"measure": name, **tally.figures()} for name, tally in sorted(tallies.items())]


def _with_evidence(person: Json) -> list[Json]:
    return [question for question in person["questions"] if question["evidence"]]


def _session_hit(evidence: set[str], order: Iterable[str], turns: Mapping[str, Json]) -> bool:
    sessions: dict[Any, None] = {}
    for turn in order:
        sessions.setdefault(turns[turn]["session"])
        if len(sessions) == _MOST:
            break
    return any(turns[turn]["session"] in sessions for turn in evidence if turn in turns)


class _World:
    """An organisation on a database and an index of its own, with everything remembered."""

    def __init__(self, content: Json) -> None:
        self._content = content
        self.turns = {
            person["id"]: {turn["id"]: turn for turn in person["turns"]}
            for person in content["people"]
        }
        self.ingest_seconds = 0.0
        self._people: dict[str, int] = {}
        self._clocks: dict[str, datetime] = {}
        self._turn_of: dict[tuple[str, int], str] = {}
        self._sources: dict[int, str] = {}
        self._clock = Then(datetime.now(UTC))

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        root = Path(self._folder.name)
        self._database = Database(f"sqlite+aiosqlite:///{root / 'bench.db'}")
        await migrate(self._database)
        self._embedder, self._index = LocalEmbedder(), EdgeIndex(root / "memory")
        self._memory = LongTermMemory(
            self._database, 1, self._index, self._embedder, clock=self._clock,
            settings=LongTermSettings(),
        )  # fmt: skip
        await self._embedder.query("warm up")
        await self._tell()
        started = time.perf_counter()
        await self._memory.listener.listen()
        await self._memory.reindex_missing()
        self.ingest_seconds = time.perf_counter() - started
        await self._learn_sources()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._index.aclose()
        await self._database.engine.dispose()
        self._folder.cleanup()

    async def recall(self, person: str, question: str) -> list[str]:
        """The turns of what is recalled, the best first."""
        self._clock.at = self._clocks[person]
        recalled = await self._memory.recall(self._people[person], question, limit=_MOST)
        found = (
            self._turn_of.get(("inbox", each.source_inbox_id or 0))
            or self._turn_of.get(("outbox", each.source_outbox_id or 0))
            for each in recalled
        )
        return [turn for turn in found if turn]

    async def rank(self, person: str, question: str) -> list[str]:
        self._clock.at = self._clocks[person]
        ids = await self._memory.rank(self._people[person], question)
        return [self._sources[id_] for id_ in ids if id_ in self._sources]

    async def baselines(self, person: str, question: str) -> dict[str, list[str]]:
        owner = Owner(organisation_id=1, person_id=self._people[person])
        found = await self._index.search(
            owner, await self._embedder.query(question), encode_query(question), limit=10_000
        )
        fused: dict[int, float] = {}
        for hits in (found.dense, found.sparse):
            for place, id_ in enumerate(sorted(hits, key=hits.__getitem__, reverse=True)):
                fused[id_] = fused.get(id_, 0.0) + 1 / (60 + place)
        return {
            "words": self._once(found.sparse), "meaning": self._once(found.dense),
            "ranks": self._once(fused),
        }  # fmt: skip

    def _once(self, scores: Mapping[int, float]) -> list[str]:
        ids = sorted(scores, key=scores.__getitem__, reverse=True)
        return [*dict.fromkeys(self._sources[id_] for id_ in ids if id_ in self._sources)]

    async def _tell(self) -> None:
        async with self._database.unit_of_work() as session:
            now = datetime.now(UTC)
            session.add(
                Organisation(id=1, slug="bench", name="Bench", timezone="UTC", created_at=now)
            )
            await session.flush()
            for number, person in enumerate(self._content["people"], start=1):
                await self._talk(session, number, person)

    async def _talk(self, session: Session, number: int, person: Json) -> None:
        """The first speaker is the customer."""
        turns = person["turns"]
        customer = Person(
            organisation_id=1,
            name=turns[0]["speaker"],
            role=Role.customer,
            created_at=_time(turns[0], 0),
        )
        session.add(customer)
        await session.flush()
        place = Conversation(
            organisation_id=1, channel="bench", bot="bench", chat=str(number),
            person_id=customer.id, created_at=_time(turns[0], 0),
        )  # fmt: skip
        session.add(place)
        await session.flush()
        position, session_before, at = 0, None, _time(turns[0], 0)
        for turn in turns:
            position = position + 1 if turn["session"] == session_before else 0
            session_before, at = turn["session"], _time(turn, position)
            row = _row(turn, place.id, customer, at, f"{number}:{turn['id']}")
            session.add(row)
            await session.flush()
            where = "inbox" if isinstance(row, InboxMessage) else "outbox"
            self._turn_of[where, row.id] = turn["id"]
        self._people[person["id"]] = customer.id
        self._clocks[person["id"]] = at + timedelta(days=1)

    async def _learn_sources(self) -> None:
        async with self._database.reading() as session:
            for row in await session.scalars(select(Memory)):
                turn = self._turn_of.get(("inbox", row.source_inbox_id or 0)) or self._turn_of.get(
                    ("outbox", row.source_outbox_id or 0)
                )
                if turn is not None:
                    self._sources[row.id] = turn


def _row(
    turn: Json, place: int, customer: Person, at: datetime, key: str
) -> InboxMessage | OutboxMessage:
    if turn["speaker"] == customer.name:
        return InboxMessage(
            organisation_id=1, channel="bench", bot="bench", external_id=key[:128],
            conversation_id=place, person_id=customer.id, text=turn["text"], received_at=at,
            status=InboxStatus.done, attempts=1, finished_at=at,
        )  # fmt: skip
    return OutboxMessage(
        organisation_id=1, key=key, conversation_id=place, text=turn["text"], created_at=at,
        status=OutboxStatus.sent, attempts=1, said_by=turn["speaker"], finished_at=at,
    )  # fmt: skip


def _time(turn: Json, position: int) -> datetime:
    """When it was said: the session's time, and some seconds for each turn before it."""
    text = re.sub(r"\s+", " ", str(turn["time"])).strip()
    for each in _FORMATS:
        try:
            return datetime.strptime(text, each).replace(tzinfo=UTC) + position * _BETWEEN_TURNS
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) + position * _BETWEEN_TURNS
    except ValueError:
        raise ConfigurationError(f"no time: {text!r}") from None
