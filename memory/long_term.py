"""What is known about people beyond one conversation: kept in the database, found by meaning and
by words.

The database is the truth. The vector index follows it after the commit, and whatever a crash or an
outage kept from it is found again by `indexed_at`; until then recall reads those rows by words.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from config.clock import Clock
from config.errors import TransientError
from config.settings import LongTermSettings
from memory.dialogue import asked
from memory.embeddings import Embedder
from memory.episodes import Listener
from memory.facts import FactStore, Kept
from memory.index import Found, Owner, VectorIndex
from memory.indexing import Indexer
from memory.reading import Reader
from memory.recall import Ranked, fuse, ordered, share_of_words, within
from memory.shelf import Profile, Shelf
from memory.sparse import encode_passage, encode_query
from storage.database import Database, Session
from storage.tables.memory import Memory, MemoryKind

log = structlog.get_logger()

_REFRESH_AFTER = timedelta(days=1)
_LONGEST_QUESTION = 500
# A dialogue is ranked whole: what is around a turn counts, so the nearest alone will not do.
_MOST_HITS = 2_500
_SPARE = 4
_SWEEP_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """One memory, in the person's own words unless `speaker` (staff) said it or `author` noted it;
    `until` is empty while it holds, `happens_on` is the day of an event."""

    text: str
    kind: MemoryKind
    since: datetime
    until: datetime | None
    happens_on: date | None = None
    speaker: str | None = None
    author: str | None = None
    source_inbox_id: int | None = None
    source_outbox_id: int | None = None


class LongTermMemory:
    """The memories of one organisation's people."""

    def __init__(
        self,
        database: Database,
        organisation_id: int,
        index: VectorIndex,
        embedder: Embedder,
        *,
        clock: Clock,
        settings: LongTermSettings,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._index = index
        self._embedder = embedder
        self._clock = clock
        self._half_life = settings.half_life
        self._facts = FactStore(organisation_id, clock)
        self._shelf = Shelf(organisation_id)
        self.indexer = Indexer(database, organisation_id, index, embedder, clock)
        self.listener = Listener(database, organisation_id, index, clock, self._facts)
        self.reader = Reader(database, organisation_id, clock, self._facts)

    async def keep(
        self,
        session: Session,
        *,
        person_id: int,
        order_key: str,
        text: str,
        source_inbox_id: int | None = None,
    ) -> Kept:
        """See FactStore.keep; `recall` knows it as soon as the transaction is committed."""
        return await self._facts.keep(
            session, person_id=person_id, order_key=order_key, text=text,
            source_inbox_id=source_inbox_id,
        )  # fmt: skip

    async def run(self) -> None:
        """Remember what is said, and keep the index complete, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.indexer.run(), name="memory:index")
            tasks.create_task(self._listen(), name="memory:listen")

    async def recall(
        self,
        person_id: int,
        query: str,
        *,
        limit: int = 8,
        history: bool = False,
        for_staff: bool = False,
    ) -> list[Recalled]:
        """What is known of this person that bears on `query`, the best first, at most 1,500 tokens;
        `history` also brings what holds no more, after what does, and `for_staff` what colleagues
        noted, which the person never sees."""
        profile = await self._profile(person_id, for_staff=for_staff)
        ranking = await self._rank(profile, query, history=history)
        chosen, texts = await self._chosen(profile, ranking, limit=limit, history=history)
        fitting = chosen[: within([texts[row.id] for row in chosen])]
        now = self._clock.now()
        await self._refresh([row.id for row in fitting if now - row.used_at > _REFRESH_AFTER])
        return [
            Recalled(
                text=texts[row.id], kind=row.kind, since=row.created_at, until=row.valid_to,
                happens_on=row.happens_on, speaker=row.speaker,
                author=profile.authors.get(row.author_id or 0),
                source_inbox_id=row.source_inbox_id, source_outbox_id=row.source_outbox_id,
            )
            for row in fitting
        ]  # fmt: skip

    async def rank(self, person_id: int, query: str) -> list[int]:
        """The ids of all memories of this person that bear on `query`, the best first."""
        profile = await self._profile(person_id, for_staff=False)
        return [each.id for each in await self._rank(profile, query, history=False)]

    async def reindex_missing(self) -> int:
        """See Indexer.reindex_missing; the service does this by itself all the time."""
        return await self.indexer.reindex_missing()

    async def forget(self, person_id: int) -> None:
        """Take a person out of the index; their rows are the eraser's business."""
        await self._index.delete_owner(self._owner(person_id))

    async def _listen(self) -> None:
        while True:
            try:
                await self.listener.listen()
                await self.reader.read_on()
            except (TransientError, SQLAlchemyError, OSError) as error:
                log.warning("memory.not_listening", error=type(error).__name__)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _profile(self, person_id: int, *, for_staff: bool) -> Profile:
        async with self._database.reading() as session:
            return await self._shelf.of(session, person_id, for_staff=for_staff)

    async def _rank(self, profile: Profile, query: str, *, history: bool) -> list[Ranked]:
        if not profile.rows:
            return []
        question = query[:_LONGEST_QUESTION]
        words = encode_query(question)
        found = await self._search(profile.person_id, question, profile.size, history=history)
        scores = fuse(found or Found(), words, profile.size)
        unknown = [row for row in profile.rows if found is None or row.indexed_at is None]
        if unknown:
            async with self._database.reading() as session:
                texts = await self._shelf.texts(session, unknown)
            for id_, text in texts.items():
                scores.setdefault(id_, share_of_words(encode_passage(text), words))
        now = self._clock.now()
        speakers = [row.speaker or profile.name for row in profile.rows]
        meant = asked(question, speakers, now.astimezone(profile.zone).date())
        return ordered(
            profile.rows, scores, meant, own_name=profile.name, now=now,
            half_life=self._half_life, zone=profile.zone,
        )  # fmt: skip

    async def _chosen(
        self, profile: Profile, ranking: Sequence[Ranked], *, limit: int, history: bool
    ) -> tuple[list[Memory], dict[int, str]]:
        """The rows of the first `limit`, and their words. A turn that mostly said what holds no
        more is left out unless `history` is wanted; so is one that was erased meanwhile."""
        # Some more than needed, for those that are left out.
        candidates = [each for each in ranking if history or each.current][: limit + _SPARE]
        async with self._database.reading() as session:
            rows = await self._shelf.rows(session, [each.id for each in candidates])
            old = await self._shelf.rows(
                session, [id_ for each in candidates for id_ in each.outdated]
            )
            texts = await self._shelf.texts(session, [*rows.values(), *old.values()])
        chosen = []
        for each in candidates:
            past = sum(len(texts[id_]) for id_ in each.outdated if id_ in old)
            gone = not texts.get(each.id)
            if not gone and (history or past * 2 < len(texts[each.id])):
                chosen.append(rows[each.id])
        return chosen[:limit], texts

    def _owner(self, person_id: int) -> Owner:
        return Owner(organisation_id=self._organisation_id, person_id=person_id)

    async def _search(
        self, person_id: int, query: str, size: int, *, history: bool
    ) -> Found | None:
        """None when the index cannot be reached: then words alone must do."""
        try:
            return await self._index.search(
                self._owner(person_id), await self._embedder.query(query), encode_query(query),
                history=history, limit=min(size, _MOST_HITS),
            )  # fmt: skip
        except TransientError as error:
            log.warning("memory.index_unreachable", error=str(error))
            return None

    async def _refresh(self, memory_ids: Sequence[int]) -> None:
        """What is used stays fresh; at most one write a day for each memory."""
        if memory_ids:
            async with self._database.unit_of_work() as session:
                await session.execute(
                    update(Memory)
                    .where(Memory.id.in_(memory_ids))
                    .values(used_at=self._clock.now())
                )
