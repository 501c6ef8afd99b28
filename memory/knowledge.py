"""What the company's documents say to a question: found by meaning and by words, the best first.

The database is the truth, as for memories. What the index does not know yet, and everything while
it is away, is found by words.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy import ColumnElement, func, select, true

from config.clock import Clock
from config.errors import TransientError
from config.i18n import Language
from config.retrieval import RetrievalSettings
from memory.embeddings import Embedder
from memory.index import Labels, Owner, VectorIndex
from memory.knowledge_graph import related_chunks
from memory.knowledge_index import KnowledgeIndexer, hits_of, served, whole_text
from memory.knowledge_words import words_shared
from memory.ranking import combined, confidence, rank
from memory.recall import share_of_words
from memory.reranking import Reranker
from memory.sparse import encode_passage, encode_query
from memory.terms import in_han
from memory.windows import sentences
from storage.database import Database, ReadSession
from storage.tables.knowledge import Chunk, ChunkKind, Document

log = structlog.get_logger()

_LONGEST_QUESTION, _MOST_SENTENCES = 8_000, 64
# Chunks that are read from the database for each that is wanted: some may be gone, a reranker may
# see further, and another language may count less.
_ROWS_EACH, _FEWEST_ROWS = 4, 24
# How near to the best a passage is put that the graph relates to what the question names: among
# those that are read, never first.
_RELATED = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk that bears on a question. `number` is the document's in chat (D-3), `source` its file
    name or address; `score` is 0…1, how sure it is that the answer stands here."""

    chunk_id: int
    document_id: int
    number: int
    title: str
    heading: str
    text: str
    question: str
    kind: ChunkKind
    source: str
    version: int
    language: str
    score: float


class Knowledge:
    """The documents of one organisation."""

    def __init__(
        self,
        database: Database,
        organisation_id: int,
        index: VectorIndex,
        embedder: Embedder,
        clock: Clock,
        settings: RetrievalSettings,
        reranker: Reranker | None = None,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._index = index
        self._embedder = embedder
        self._reranker = reranker
        self._other_language = settings.other_language
        self.indexer = KnowledgeIndexer(database, organisation_id, index, embedder, clock)

    async def search(
        self, query: str, *, limit: int = 5, categories: Collection[int] = (),
        language: Language | None = None,
    ) -> list[Passage]:  # fmt: skip
        """The chunks of current documents that bear on `query`, the best first. With `categories`
        only theirs; of about equal ones those in the asker's `language` come first."""
        asked = query[:_LONGEST_QUESTION]
        async with self._database.reading() as session:
            corpus = await self._corpus(session, categories)
        if not corpus.chunks:
            return []
        found = await self._found(asked, corpus)
        async with self._database.reading() as session:
            read = self._reranker.candidates if self._reranker else _FEWEST_ROWS
            most = max(read, _ROWS_EACH * limit)
            related = await related_chunks(session, self._organisation_id, asked)
            rows = await self._rows(session, asked, found, categories, most, related)
        passages = [
            _passage(chunk, document, score * self._suits(chunk, language))
            for chunk, document, score in _with_scores(rows, found or {}, asked)
        ]
        passages = _raised(passages, related)
        passages.sort(key=lambda each: each.score, reverse=True)
        return (await self._reordered(asked, passages))[:limit]

    def _suits(self, chunk: Chunk, language: Language | None) -> float:
        """1, or a little less for a chunk that is known to be in another language."""
        other = language and chunk.language and chunk.language[:2] != language[:2]
        return self._other_language if other else 1.0

    def _served(self, categories: Collection[int]) -> tuple[ColumnElement[bool], ...]:
        within = Document.category_id.in_(categories) if categories else true()
        return (*served(self._organisation_id), within)

    async def _corpus(self, session: ReadSession, categories: Collection[int]) -> "_Corpus":
        if not categories:
            # Removed ones may be among them: their documents are not looked up, to be quick.
            ours = Chunk.organisation_id == self._organisation_id
            return _Corpus(chunks=await session.scalar(select(func.count()).where(ours)) or 0)
        counts = await session.execute(
            select(Chunk.document_id, func.count().label("chunks"))
            .where(*self._served(categories))
            .group_by(Chunk.document_id)
        )
        chunks = {row.document_id: row.chunks for row in counts}
        return _Corpus(chunks=sum(chunks.values()), among={"document": [*chunks]})

    async def _found(self, query: str, corpus: "_Corpus") -> dict[int, float] | None:
        """Scores by chunk; None when the index cannot be reached: then words alone must do.

        Every sentence of a long message is asked by itself."""
        ranked = []
        try:
            for sentence in sentences(query)[:_MOST_SENTENCES] or [query]:
                words = encode_query(sentence)
                found = await self._index.search(
                    Owner(organisation_id=self._organisation_id),
                    await self._embedder.query(sentence), words, among=corpus.among,
                )  # fmt: skip
                ranked.append(rank(hits_of(found, in_han(sentence)), words, corpus.chunks))
        except TransientError as error:
            log.warning("knowledge.index_unreachable", error=str(error))
            return None
        return combined(ranked)

    async def _rows(
        self, session: ReadSession, query: str, found: Mapping[int, float] | None,
        categories: Collection[int], most: int, related: Collection[int],
    ) -> Collection[tuple[Chunk, Document]]:  # fmt: skip
        """The chunks of the best hits, those that the index cannot know of, and `related` ones."""
        rows = select(Chunk, Document).where(*self._served(categories))
        chosen: dict[int, tuple[Chunk, Document]] = {}
        scores = found or {}
        best = sorted(scores, key=lambda id_: scores[id_], reverse=True)[:most]
        if wanted := {*best, *related}:
            for chunk, document in await session.execute(rows.where(Chunk.id.in_(wanted))):
                chosen[chunk.id] = (chunk, document)
        unknown = true() if found is None else Chunk.indexed_at.is_(None)
        shared = words_shared(query)
        by_words = rows.where(unknown, shared > 0).order_by(shared.desc(), Chunk.id)
        for chunk, document in await session.execute(by_words.limit(most)):
            chosen[chunk.id] = (chunk, document)
        return chosen.values()

    async def _reordered(self, query: str, passages: list[Passage]) -> list[Passage]:
        """As a reranker has them, when there is one. It decides who comes first; how sure we are
        stays a matter of place, so that a threshold means the same with it and without."""
        if self._reranker is None or len(passages) < 2:
            return passages
        best = passages[: self._reranker.candidates]
        order = await self._reranker.order(query, [_readable(each) for each in best])
        moved = [
            replace(best[position], score=place.score)
            for position, place in zip(order, best, strict=True)
        ]
        return moved + passages[len(best) :]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Corpus:
    """How many chunks there are to choose from, and from which documents when not from all."""

    chunks: int
    among: Labels = field(default_factory=dict)


def _with_scores(
    rows: Collection[tuple[Chunk, Document]], found: Mapping[int, float], query: str
) -> Iterator[tuple[Chunk, Document, float]]:
    words, han = encode_query(query), in_han(query)
    for chunk, document in rows:
        # SQLite gives the number of a row that is gone to another: then the index knows the old one.
        score = found.get(chunk.id) if chunk.indexed_at else None
        if score is None:
            text = whole_text(chunk, document)
            covered = share_of_words(encode_passage(text), words)
            score = confidence(None, covered, alike=in_han(text) == han)
        yield chunk, document, score


def _raised(passages: list[Passage], related: Collection[int]) -> list[Passage]:
    """Those that the graph relates to the question, at least near the best."""
    least = _RELATED * max((each.score for each in passages), default=0.0)
    return [
        replace(each, score=least) if each.chunk_id in related and each.score < least else each
        for each in passages
    ]


def _readable(passage: Passage) -> str:
    return "\n".join(filter(None, (passage.title, passage.heading, passage.question, passage.text)))


def _passage(chunk: Chunk, document: Document, score: float) -> Passage:
    return Passage(
        chunk_id=chunk.id, document_id=document.id, number=document.number, title=document.title,
        heading=chunk.heading, text=chunk.text, question=chunk.question, kind=chunk.kind,
        source=document.source, version=document.current, language=chunk.language, score=score,
    )  # fmt: skip
