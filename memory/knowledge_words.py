"""Finding chunks by words in SQL: for what the index does not know, or while it is away."""

from sqlalchemy import ColumnElement, case, literal, or_

from memory.terms import terms
from storage.tables.knowledge import Chunk, Document

_TEXTS = (Chunk.text, Chunk.question, Chunk.heading, Document.title)
_MOST_WORDS = 12


def words_shared(query: str) -> ColumnElement[int]:
    """How many of the question's longest words a chunk has, of a select that joins its document."""
    words = {term for term, _ in terms(query) if len(term) > 1}
    longest = sorted(words, key=lambda word: (-len(word), word))[:_MOST_WORDS]
    total: ColumnElement[int] = literal(0)
    for word in longest:
        held = or_(*(text.icontains(word, autoescape=True) for text in _TEXTS))
        total += case((held, 1), else_=0)
    return total
